/** Looking: all questions of a node in one exchange; a program that fails or hangs is asked again, question by question. */
import { randomBytes } from 'node:crypto'
import type { Sealer } from '../base/secret.ts'
import type { LaneResult, LaneRunOptions } from './lane.ts'
import { LANES_MAX } from './pool.ts'
import { preamble } from './preamble.ts'
import {
  type Answered,
  type Group,
  groupQuestions,
  groupScript,
  lookFailed,
  seenOf,
  singles,
  splitAnswers,
} from './questions.ts'
import { hereDocument } from './quote.ts'
import type { Question, Seen } from './transport.ts'

/** Runs a script on some lane of the node. Throws TransportErrors. */
export type RunScript = (script: string, options: LaneRunOptions) => Promise<LaneResult>

export interface LookOptions {
  readonly run: RunScript
  readonly folder: string | undefined
  readonly sealer: Sealer
  readonly joinedMs: number
  readonly singleMs: number
  readonly signal: AbortSignal
}

const SCRIPT_BYTES_MAX = 2_000_000
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024
/** Questions asked one by one take at most so many times the time of one; what is left is unknown. */
const SINGLE_ROUNDS_MAX = 6

/** The answers, in the order of the questions. Throws what `run` throws. */
export async function look(questions: readonly Question[], options: LookOptions): Promise<Seen[]> {
  const seen: Seen[] = new Array(questions.length)
  const alone: Group[] = []
  for (const groups of chunks(groupQuestions(questions))) {
    const answered = await askGroups(groups, options.joinedMs, options)
    groups.forEach((group, i) => {
      const given = answered[i]
      if (!given || !note(seen, group, given, options.sealer)) alone.push(group)
    })
  }
  await askAlone(alone, seen, options)
  return seen
}

/** Asks the questions of these groups one by one, on several lanes, and notes what they give. */
export async function askAlone(groups: readonly Group[], seen: Seen[], options: LookOptions): Promise<void> {
  const queue = groups.flatMap(singles)
  let hangsLeft = LANES_MAX * SINGLE_ROUNDS_MAX
  const worker = async (): Promise<void> => {
    for (let group = queue.shift(); group; group = queue.shift()) {
      const [index = 0] = group.indexes
      const [question] = group.questions
      if (!question) continue
      if (hangsLeft <= 0) {
        seen[index] = lookFailed(
          question,
          {
            stdout: Buffer.alloc(0),
            stderr: 'Too many looks before it hung.',
            code: -1,
          },
          options.sealer,
        )
        continue
      }
      const [answered = nothing] = await askGroups([group], options.singleMs, options)
      if (answered.code === 124 || answered.code === 137) hangsLeft--
      if (!note(seen, group, answered, options.sealer)) seen[index] = lookFailed(question, answered, options.sealer)
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES_MAX, queue.length) }, worker))
}

/** False: the program did not answer as it should. */
export function note(seen: Seen[], group: Group, answered: Answered, sealer: Sealer): boolean {
  const answers = splitAnswers(group, answered)
  if (!answers) return false
  group.questions.forEach((question, i) => {
    seen[group.indexes[i] ?? 0] = seenOf(question, answers[i] ?? Buffer.alloc(0), sealer)
  })
  return true
}

const nothing: Answered = { stdout: Buffer.alloc(0), stderr: '', code: -1 }

/** One exchange. What the script did not come to has code -1. */
async function askGroups(groups: readonly Group[], eachMs: number, options: LookOptions): Promise<Answered[]> {
  const mark = randomBytes(16).toString('hex')
  const seconds = Math.ceil(eachMs / 1_000)
  const asks = groups.map((group) => {
    const { redirect, body } = hereDocument(groupScript(group))
    return `ask ${seconds} ${redirect}\n${body}done_\n`
  })
  const script = `${preamble(options.folder)}done_() { printf '\\n%s %s\\n' ${mark} $c; printf '\\n%s %s\\n' ${mark} $c >&2; }\n${asks.join('')}`
  const result = await options.run(script, {
    timeoutMs: groups.length * (seconds + 3) * 1_000 + 2_000,
    limitBytes: OUTPUT_BYTES_MAX,
    beyond: 'end',
    end: 'TERM',
    signal: options.signal,
  })
  const outs = split(result.stdout.bytes, mark)
  const errs = split(result.stderr.bytes, mark)
  return groups.map((_group, i) => {
    const out = outs[i]
    const stderr = errs[i]?.bytes.toString('utf8') ?? ''
    return out ? { stdout: out.bytes, stderr, code: out.code } : { ...nothing, stderr }
  })
}

/** The parts of a stream that end with `\n MARK code \n`. */
function split(bytes: Buffer, mark: string): { bytes: Buffer; code: number }[] {
  const parts: { bytes: Buffer; code: number }[] = []
  const end = Buffer.from(`\n${mark} `)
  for (let from = 0; ; ) {
    const at = bytes.indexOf(end, from)
    if (at < 0) return parts
    const line = bytes.indexOf(10, at + end.length)
    if (line < 0) return parts
    parts.push({
      bytes: bytes.subarray(from, at),
      code: Number(bytes.subarray(at + end.length, line).toString('latin1')),
    })
    from = line + 1
  }
}

/** Scripts of a few MB at most. */
function chunks(groups: readonly Group[]): Group[][] {
  const all: Group[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const group of groups) {
    const size = group.args.reduce((sum, arg) => sum + arg.length + 3, group.program.text.length)
    if (bytes + size > SCRIPT_BYTES_MAX) {
      all.push([])
      bytes = 0
    }
    all.at(-1)?.push(group)
    bytes += size
  }
  return all
}
