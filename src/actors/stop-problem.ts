/** What is told of a work that was ended before its time, or not begun. */
import type { Problem } from '../base/problem.ts'
import type { WorkContext } from './work-context.ts'

/** Nothing where it was this ays's own Ctrl-C that kept it from beginning: whoever pressed it knows. */
export function stopProblem(
  { work, stops }: Pick<WorkContext, 'work' | 'stops'>,
  what: 'ended' | 'not begun',
): { readonly problem?: Problem } {
  const by = stops.by()
  if (by === undefined && what === 'not begun') return {}
  const where = work.node === work.service ? work.service : `${work.service} on ${work.node}`
  const message = `${where} was ${what}: ${by === undefined ? 'the run was interrupted' : `${by} cancelled it`}.`
  return { problem: { code: 'CANCELLED', severity: 'warning', message } }
}
