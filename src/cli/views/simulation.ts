/** What became of a plan on copies of its nodes, in a line or two. */
import type { Simulated } from '../../engine/plan/notes.ts'
import { paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'

/** `Simulated: 5 jobs ok, second plan empty.` */
export function simulationWords({
  state,
  jobs,
  left,
  problems,
}: Omit<Simulated, 'problems'> & Partial<Simulated>): string {
  const without = left.length > 0 ? ` Not simulated: ${listed(left)}, of which not everything is known here.` : ''
  switch (state) {
    case 'ok':
      return `Simulated: ${count(jobs, 'job')} ok, second plan empty.${without}`
    case 'failed':
      return `Simulated: ${count(jobs, 'job')} ok, and then not everything is as wanted: ${count(problems?.length ?? 0, 'problem')}.${without}`
    case 'refused':
      return 'Not simulated: apply would refuse this plan.'
  }
}

/** The same for a terminal; the problems are told as every problem is. */
export function simulationLines(simulated: Simulated, { color }: { readonly color: boolean }): string[] {
  const { good, bad, warn } = paletteOf(color)
  const paint = { ok: good, failed: bad, refused: warn }[simulated.state]
  return [paint(simulationWords(simulated))]
}

const listed = (names: readonly string[]): string =>
  names.slice(0, 5).map(oneLine).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
