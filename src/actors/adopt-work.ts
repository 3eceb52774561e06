/** Remembers what is there as it is: the work of `ays import`. */
import { plain } from '../base/json.ts'
import type { Change } from '../store/store.ts'
import { TransportError } from '../transport/transport.ts'
import { taskChange } from './work-changes.ts'
import { questionsOf, type WorkContext, type WorkEnd } from './work-context.ts'

/** Remembers what is there as it is: nothing on the node is changed. */
export async function adoptWork(context: WorkContext): Promise<WorkEnd> {
  const { work, ledger, clock, remember } = context
  const none = { warnings: [], results: [], attempts: 0, tries: 1 }
  const seen = context.seen ?? (await lookOrProblem(context))
  if ('problem' in seen) return { end: 'error', problem: seen.problem, ...none }
  const changes: Change[] = remember ? [{ put: 'service', service: { ...remember, appliedAt: clock.now() } }] : []
  work.things.forEach((thing, position) => {
    const finding = seen[position]?.finding
    if (finding?.state === 'unknown' || !finding) return
    const asIs = thing.kind.asWanted(finding.found)
    const change = taskChange(context, thing, position, new Map([[thing.thing, finding.found]]))
    changes.push({ put: 'task', task: { ...change.task, wanted: plain(asIs ?? thing.wanted), adopted: true } })
  })
  await ledger.write(changes)
  return { end: 'ok', ...none }
}

async function lookOrProblem(context: WorkContext) {
  try {
    return await context.desk.look(questionsOf(context))
  } catch (error) {
    if (error instanceof TransportError) return { problem: error.problem }
    throw error
  }
}
