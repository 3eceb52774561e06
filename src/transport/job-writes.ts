/** Files to write, of one job or of many: what goes into one folder with one owner and mode is placed there at once. */
import { basename, dirname } from 'node:path/posix'
import { refusePlaceholder } from '../base/later.ts'
import { sha256 } from '../base/secret.ts'
import type { Command } from '../engine/kind.ts'
import { hereDocument, quoted, words } from './quote.ts'

type Write = Extract<Command['run'], { write: string }>

/** `key` is PLACE/N: command N of the job at that place. */
export interface KeyedWrite {
  readonly key: string
  readonly write: Write
}

/** A content of more is placed apart: where placing together fails, all of it is sent through again for each file. */
const TOGETHER_BYTES_MAX = 4_000_000

interface Section {
  readonly dir: string
  readonly mode: string
  readonly owner: string
  readonly writes: Map<string, KeyedWrite>
  bytes: number
}

/** The writes of each job stay in its order. `name` begins the names of the sh functions that hold the contents. */
export function writeLines(jobs: readonly (readonly KeyedWrite[])[], name: string): string {
  const sections: Section[] = []
  for (const writes of jobs) {
    let from = 0
    for (const keyed of writes) {
      const { write, mode, owner, group, content } = keyed.write
      const access = { mode: mode.toString(8).padStart(4, '0'), owner: `${owner}:${group}` }
      const dir = dirname(write)
      const bytes = typeof content === 'string' ? content.length : content.reveal().length
      let at = sections.findIndex(
        (one, i) =>
          i >= from &&
          one.dir === dir &&
          one.mode === access.mode &&
          one.owner === access.owner &&
          one.bytes + bytes <= TOGETHER_BYTES_MAX &&
          !one.writes.has(write),
      )
      if (at < 0) at = sections.push({ dir, ...access, writes: new Map(), bytes: 0 }) - 1
      const section = sections[at]
      if (section) {
        section.writes.set(write, keyed)
        section.bytes += bytes
      }
      from = at
    }
  }
  return sections.map((section, i) => sectionLines(section, `${name}_${i}`)).join('')
}

/** A function that unpacks the contents, and the call that has it done. */
function sectionLines({ dir, mode, owner, writes }: Section, name: string): string {
  const lines: string[] = []
  const decoded: string[] = []
  const pairs: string[] = []
  for (const { key, write } of writes.values()) {
    const file = basename(write.write)
    const content = typeof write.content === 'string' ? write.content : write.content.reveal()
    refusePlaceholder(content)
    pairs.push(key, file)
    if (isPlain(content) && isPlain(file) && !/[\n\\]/.test(file)) {
      const parts = content.split('\n')
      const ends = parts.at(-1) === ''
      if (ends) parts.pop()
      lines.push(`${key} ${sha256(content)} ${parts.length} ${ends ? 1 : 0} ${file}`, ...parts)
    } else {
      const encoded =
        Buffer.from(content)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      lines.push(`${key} - ${encoded.length} 1 ${decoded.length}`, ...encoded)
      decoded.push(` && decoded ${key} ${decoded.length} ${quoted(file)}`)
    }
  }
  const { redirect, body } = hereDocument(lines.join('\n'))
  const call = `written ${name} ${words([dir, mode, owner, ...pairs])}\n`
  return `${name}() {\nunpack ${redirect}${decoded.join('')}\n${body}}\n${call}`
}

/** Lines that every shell and awk passes on as they are. */
const isPlain = (text: string): boolean => /^[\t\n\x20-\x7e]*$/.test(text) && !/[^\n]{65536}/.test(text)
