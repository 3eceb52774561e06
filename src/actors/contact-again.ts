/** After a job that could have cut ays off: a new contact confirms it, or the node takes it back. */
import { showDuration } from '../base/duration.ts'
import type { Problem } from '../base/problem.ts'
import { type Confirmed, type NodeJob, type NodeOutcome, TransportError } from '../transport/transport.ts'
import type { MachineEvent } from './service-machine.ts'
import type { WorkContext } from './work-context.ts'

/** Time for the way back itself, and for a node to answer again. */
const GRACE_MS = 30_000
const STILL_RUNNING_MS = 120_000
const AGAIN_MS = 1_000

/** What became of the job where the contact says more than its outcome; undefined where the outcome stands. */
export async function contactAgain(
  context: WorkContext,
  job: NodeJob,
  outcome: NodeOutcome,
): Promise<{ readonly event: MachineEvent; readonly problem?: Problem } | undefined> {
  if (!job.undo || outcome.state === 'moved' || outcome.state === 'refused') return undefined
  const { work } = context
  // A connection that was cut does not tell whether the job still runs there.
  const stillMs = outcome.state === 'lost' ? STILL_RUNNING_MS : 0
  const told = await untilReached(context, job.id, stillMs + job.undo.afterMs + GRACE_MS)
  switch (told) {
    case 'confirmed':
      // The connection was cut by the change itself, and the node is there: it is looked at again.
      return outcome.state === 'lost' ? { event: { type: 'done' } } : undefined
    case 'undone':
      return {
        event: { type: 'failed', transient: false },
        problem: {
          code: 'LOCKED_OUT',
          message: `${work.node} could no longer be reached after the change of ${work.service}, and took it back by itself after ${showDuration(job.undo.afterMs)}.`,
          hint: 'Change it so that ays can still reach the node, and apply again.',
        },
      }
    case 'not armed':
    case 'out of reach':
      return undefined
  }
}

async function untilReached(
  { clock, desk, onMoving, stops: { endNow } }: WorkContext,
  id: string,
  withinMs: number,
): Promise<Confirmed | 'out of reach'> {
  const until = clock.now() + withinMs
  for (;;) {
    try {
      return await desk.confirm(id, endNow)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (endNow.aborted || clock.now() >= until) return 'out of reach'
      onMoving('cannot be reached since; the node takes the change back by itself')
      await clock.sleep(AGAIN_MS, endNow)
    }
  }
}
