/** What is told to a run whose lease is someone else's by now. */
import { ProblemsError } from '../base/problem.ts'

/** The reason of an aborted `lost`, and what a commit under a lost lease throws. */
export function fenced(fence: number, why: string): ProblemsError {
  return new ProblemsError([
    {
      code: 'FENCED',
      message: `This run lost its lease (fence ${fence}): ${why}. It recorded nothing since.`,
      hint: 'See who works on this workspace with `ays status`, then apply again: it looks first and goes on.',
    },
  ])
}

/** The reason of a watch whose seat is another's by now, as after a long sleep of its machine. */
export function unseated(why: string): ProblemsError {
  const message = `This watch is no longer the one that keeps the workspace: ${why}.`
  return new ProblemsError([
    { code: 'WATCH_HELD', message, hint: 'The other one goes on. Start this one again when that has ended.' },
  ])
}
