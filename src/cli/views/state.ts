/** A state as files: what was verified of it, and what it holds. */
import type { StateCheck } from '../../workspace/state-files.ts'
import { count } from './plain-text.ts'
import { showTime } from './runs.ts'

/** `commit 41 of 2026-03-01 10:00, 12 services, 30 things, 4 runs`. */
export function contentOf({ last, rows }: StateCheck): string {
  const n = (table: string): number => rows[table] ?? 0
  const held = [count(n('services'), 'service'), count(n('tasks'), 'thing'), count(n('runs'), 'run')].join(', ')
  return last ? `commit ${last.sequence} of ${showTime(last.at)}, ${held}` : 'a state of an earlier ays'
}

/** What a sound state was found to be, a line per thing that was compared. */
export function stateCheckView(check: StateCheck): string {
  const { file, version, last, rows } = check
  if (!last)
    return `${file} is sound as far as SQLite can tell. It has version ${version} and no digests yet: the next command that opens it adds them.`
  const total = Object.values(rows).reduce((sum, n) => sum + n, 0)
  return [
    `${file} is as it was written: ${contentOf(check)}.`,
    `  pages and indices are sound`,
    `  commits 0 to ${last.sequence} follow one another, up to the head`,
    `  ${count(total, 'row')} have their digests, and none is missing`,
  ].join('\n')
}
