/** What a person is told while another ays works on the workspace. */
import { ProblemsError } from '../base/problem.ts'
import type { Holder } from '../store/store.ts'

export function heldProblem(holder: Holder): ProblemsError {
  const message = `${holder.who} (pid ${holder.pid} on ${holder.host}) works on this workspace since ${new Date(holder.since).toISOString()}.`
  return new ProblemsError([
    { code: 'LEASE_HELD', message, hint: 'Wait for it to end. If it is dead, `ays unlock` clears it.' },
  ])
}
