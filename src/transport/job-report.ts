/** Reads what `report` of `job-program.ts` prints. */
import type { Answered } from './questions.ts'

/** What a node says of one job of an exchange. */
export interface JobReport {
  readonly state: string
  /** The fence that refused it, why it could not begin, or `again`: it had run before. */
  readonly note: string
  /** Per command that began: its place, code and streams. */
  readonly ran: readonly {
    readonly index: number
    readonly code: number
    readonly stdout: Buffer
    readonly stderr: Buffer
  }[]
  /** Answers of the looks that ran last: those of `expect` when the job moved, else those of `then`. */
  readonly looks: readonly Answered[]
}

type Ran = { index: number; code: number; stdout: Buffer; stderr: Buffer }
type Given = { stdout: Buffer; stderr: string; code: number }

/** By place of the job in the exchange; a report that was cut off is not among them. */
export function readReports(bytes: Buffer): Map<number, JobReport> {
  const reports = new Map<number, JobReport>()
  let at = 0
  let open: { index: number; state: string; note: string } | undefined
  let ran: Ran[] = []
  let looks: Given[] = []
  let last: { out: (bytes: Buffer) => void; err: (bytes: Buffer) => void } | undefined
  for (;;) {
    const end = bytes.indexOf(10, at)
    if (end < 0) return reports
    const line = bytes.subarray(at, end).toString('utf8')
    const [word = '', first = '', second = '', ...rest] = line.split(' ')
    at = end + 1
    if (word === 'job') {
      open = { index: Number(first), state: second, note: rest.join(' ').trim() }
      ran = []
      looks = []
    } else if (word === 'ran') {
      const result: Ran = {
        index: Number(first),
        code: Number(second),
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
      }
      ran.push(result)
      last = {
        out: (some) => {
          result.stdout = some
        },
        err: (some) => {
          result.stderr = some
        },
      }
    } else if (word === 'look') {
      const answered: Given = { stdout: Buffer.alloc(0), stderr: '', code: Number(second) }
      looks.push(answered)
      last = {
        out: (some) => {
          answered.stdout = some
        },
        err: (some) => {
          answered.stderr = some.toString('utf8')
        },
      }
    } else if (word === 'out' || word === 'err') {
      const size = Number(line.slice(4).trim())
      if (at + size > bytes.length) return reports
      last?.[word](bytes.subarray(at, at + size))
      at += size
    } else if (word === 'end' && open?.index === Number(first)) {
      reports.set(open.index, { state: open.state, note: open.note, ran, looks })
      open = undefined
    } else return reports
  }
}
