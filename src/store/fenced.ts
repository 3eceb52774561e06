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
