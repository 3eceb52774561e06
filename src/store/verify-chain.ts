/** Whether a state ends where it was told to end: its last commit, the head file beside it, and the fence. */
import { ProblemsError } from '../base/problem.ts'
import { follows, type Link, tryLastLink, tryLink } from './chain.ts'
import type { Database } from './driver.ts'
import { HEAD_FILE, type Head, readHead } from './head-file.ts'
import { damaged } from './sqlite-problems.ts'

/**
 * Its last commit, in a time that does not depend on its size. `head` must have been read before the tables were. Throws
 * STATE_DAMAGED. `begun`: there is no head file yet, as at the first opening.
 */
export function verifyChain(
  db: Database,
  { dir, head }: { readonly dir: string; readonly head: ReturnType<typeof readHead> },
): { readonly last: Link; readonly begun: boolean } {
  return db.read(() => {
    const last = tryLastLink(db)
    if (!last) throw refused(db, 'it has no commits')
    const former = last.sequence === 0 ? undefined : tryLink(db, last.sequence - 1)
    if (last.sequence > 0 && !(former && follows(last, former)))
      throw refused(db, 'its last commit is not as it was written')
    if (Number(db.get('SELECT fence FROM lease')?.fence) !== last.fence)
      throw refused(db, 'the number of its lease is not that of its last commit')
    // Another process may have made it between the reading of the head and this.
    const known = head ?? (last.sequence > 0 ? readHead(dir) : undefined)
    if (known === undefined && last.sequence === 0) return { last, begun: true }
    const why =
      known === undefined
        ? `${HEAD_FILE} beside it is missing, so nobody can say whether its end is there`
        : whyNot(db, last, known)
    if (why !== undefined) throw refused(db, why)
    return { last, begun: false }
  })
}

function whyNot(db: Database, last: Link, head: Head | 'unreadable'): string | undefined {
  if (head === 'unreadable') return `${HEAD_FILE} beside it is damaged, so nobody can say whether its end is there`
  const missing = head.sequence - last.sequence
  if (missing > 0) {
    const commits = missing === 1 ? '1 commit is missing' : `${missing} commits are missing`
    return `${commits} at its end: it reached commit ${head.sequence} of ${time(head.at)}, and holds those until ${last.sequence} of ${time(last.at)}`
  }
  if (tryLink(db, head.sequence)?.hash === head.hash) return undefined
  return `it is not the one that was here: commit ${head.sequence} of ${time(head.at)} is not in it`
}

const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const refused = (db: Database, why: string): ProblemsError => new ProblemsError([damaged(db.file, why)])
