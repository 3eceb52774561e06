/** Reads what `report` of `job-program.ts` prints. */
import type { Answered } from './questions.ts'

/** What a node says of one job of an exchange. */
export interface JobReport {
  readonly state: string
  /** The fence that refused it, why it could not begin, or `again`: it had run before. */
  readonly note: string
  /** Per command that began: its place, code and streams. */
  readonly ran: readonly Ran[]
  /** Answers of the looks that ran last: those of `expect` when the job moved, else those of `afterwards`. */
  readonly looks: readonly Answered[]
}

interface Ran {
  readonly index: number
  readonly code: number
  stdout: Buffer
  stderr: Buffer
}

interface Given {
  readonly code: number
  stdout: Buffer
  stderr: string
}

/** By place of the job in the exchange; a report that was cut off is not among them. */
export function readReports(bytes: Buffer, mark: string): Map<number, JobReport> {
  const reports = new Map<number, JobReport>()
  let open: { index: number; state: string; note: string; ran: Ran[]; looks: Given[] } | undefined
  let last: { out: (bytes: Buffer) => void; err: (bytes: Buffer) => void } | undefined
  for (const { line, body } of partsOf(bytes, mark)) {
    const [word, first = '', second = '', ...rest] = line.split(' ')
    if (word === 'job') open = { index: Number(first), state: second, note: rest.join(' ').trim(), ran: [], looks: [] }
    else if (word === 'ran') {
      const ran: Ran = { index: Number(first), code: Number(second), stdout: nothing, stderr: nothing }
      open?.ran.push(ran)
      last = {
        out: (some) => {
          ran.stdout = some
        },
        err: (some) => {
          ran.stderr = some
        },
      }
    } else if (word === 'look') {
      const given: Given = { code: Number(first), stdout: nothing, stderr: '' }
      open?.looks.push(given)
      last = {
        out: (some) => {
          given.stdout = some
        },
        err: (some) => {
          given.stderr = some.toString('utf8')
        },
      }
    } else if (word === 'out' || word === 'err') last?.[word](body)
    else if (word === 'end' && open) reports.set(open.index, open)
  }
  return reports
}

const nothing: Buffer = Buffer.alloc(0)

/** What begins with `\n MARK line \n`, each up to the next. */
function* partsOf(bytes: Buffer, mark: string): Generator<{ line: string; body: Buffer }> {
  const begin = Buffer.from(`\n${mark} `)
  for (let at = bytes.indexOf(begin); at >= 0; ) {
    const end = bytes.indexOf(10, at + begin.length)
    if (end < 0) return
    const next = bytes.indexOf(begin, end)
    const line = bytes.subarray(at + begin.length, end).toString('utf8')
    yield { line, body: bytes.subarray(end + 1, Math.max(end + 1, next < 0 ? bytes.length : next)) }
    at = next
  }
}
