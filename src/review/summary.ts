/** The summary that GitHub shows of a job: appended to the file that it names, within its limit. */
import { appendFileSync, statSync } from 'node:fs'
import { cutText } from './comment/marker.ts'

/** GitHub drops a summary of a step that is larger than 1 MiB. */
const BYTES_MAX = 1_000_000

export function appendSummary(file: string, text: string): void {
  const there = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  // A character has at most four bytes; what is left is for the note of a cut.
  const room = BYTES_MAX - there
  const fitting = Buffer.byteLength(text) + 2 <= room ? text : cutText(text, Math.floor(room / 4))
  if (room > 10_000) appendFileSync(file, `${fitting}\n\n`)
}
