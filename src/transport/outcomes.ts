/** Problems that jobs meet on every road. */
import type { Problem } from '../base/problem.ts'
import type { NodeJob } from './transport.ts'

/** The connection went away in the middle of work. */
export function lost(message: string): Problem {
  return {
    code: 'NODE_LOST',
    message,
    hint: 'Apply again: it looks first, waits for what still runs there, and goes on.',
  }
}

/** A newer run has worked on the node since; `fence` is its number. */
export function fenced(job: NodeJob, fence: number | string): Problem {
  return {
    code: 'FENCED',
    message: `Job ${job.id} of run ${job.fence} was refused: run ${fence} of workspace ${job.workspace} has worked on the node since.`,
    hint: 'Plan again.',
  }
}
