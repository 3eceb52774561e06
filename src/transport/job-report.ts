/** Reads what `report` and `looks` of `job-program.ts` print. */
import type { Answered } from './questions.ts'

/** What a node says of one job of an exchange. */
export interface JobReport {
  readonly state: string
  /** The fence that refused it, why it could not begin, or `again`: it had run before. */
  readonly note: string
  /** Per command that began: its place, code and streams. */
  readonly ran: readonly Ran[]
}

export interface Reports {
  /** By place of the job in the exchange; a report that was cut off is not among them. */
  readonly jobs: ReadonlyMap<number, JobReport>
  /** Answers before the commands, when some job of the batch moved, by the place of its first job. */
  readonly before: ReadonlyMap<number, readonly Answered[]>
  /** Answers after the commands, likewise. */
  readonly after: ReadonlyMap<number, readonly Answered[]>
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

export function readReports(bytes: Buffer, mark: string): Reports {
  const reports = new Map<number, JobReport>()
  const before = new Map<number, readonly Answered[]>()
  const after = new Map<number, readonly Answered[]>()
  let open: { index: number; state: string; note: string; ran: Ran[] } | undefined
  let looks: { letter: string; index: number; given: Given[] } | undefined
  let last: { out: (bytes: Buffer) => void; err: (bytes: Buffer) => void } | undefined
  for (const { line, body } of partsOf(bytes, mark)) {
    const [word, first = '', second = '', ...rest] = line.split(' ')
    if (word === 'job') open = { index: Number(first), state: second, note: rest.join(' ').trim(), ran: [] }
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
    } else if (word === 'looks') looks = { letter: first, index: Number(second), given: [] }
    else if (word === 'look') {
      const given: Given = { code: Number(first), stdout: nothing, stderr: '' }
      looks?.given.push(given)
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
    else if (word === 'looked' && looks) (looks.letter === 'E' ? before : after).set(looks.index, looks.given)
  }
  return { jobs: reports, before, after }
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
