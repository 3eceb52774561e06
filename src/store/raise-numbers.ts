/** Makes a backup the state that goes on: its numbers rise above all that were used since it was made. */
import { closeLink, type Link, openLink } from './chain.ts'
import type { Driver } from './driver.ts'
import type { Head } from './head-file.ts'
import { openTables } from './migrations.ts'

/** Nodes refuse a fence below the highest that they saw, and take the number of a job of before for one that they have done. */
const FENCES = 1_000_000
/** Runs that may have been since: many where no head file tells how far the state had come. */
const RUNS = { known: 10, unknown: 1_000 }

/** `used`: what the head file of the state says that it replaces. Gives the commit that does it. */
export function raiseNumbers(
  driver: Driver,
  { file, used, now }: { readonly file: string; readonly used: Head | undefined; readonly now: number },
): Link {
  const db = driver.open(file)
  try {
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    openTables(db)
    return db.write(() => {
      const link = openLink(db)
      link.fence = Math.max(link.fence, used?.fence ?? 0) + FENCES
      link.run = Math.max(link.run, used?.run ?? 0) + (used ? RUNS.known : RUNS.unknown)
      db.run('UPDATE lease SET held = 0, fence = ?', link.fence)
      db.run('UPDATE watch SET held = 0')
      db.run('DELETE FROM cancels')
      return closeLink(db, link, now)
    })
  } finally {
    db.close()
  }
}
