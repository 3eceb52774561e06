/** Questions to a node, joined by program: the scripts that ask them, and the meaning of the answers. */
import type { Problem } from '../base/problem.ts'
import { knownSecrets, type Sealer, sha256 } from '../base/secret.ts'
import type { Finding, Program } from '../engine/kind.ts'
import { words } from './quote.ts'
import { redactor } from './redact.ts'
import type { Question, Seen } from './transport.ts'

/** Questions that one program answers in one go. `indexes` are their places in the list that was asked. */
export interface Group {
  readonly program: Program
  readonly questions: readonly Question[]
  readonly indexes: readonly number[]
  readonly args: readonly string[]
}

const GROUP_BYTES_MAX = 1_000_000
const GROUP_QUESTIONS_MAX = 5_000

/** One group per program, several when the arguments are very many. */
export function groupQuestions(questions: readonly Question[]): Group[] {
  const open = new Map<
    string,
    { group: { program: Program; questions: Question[]; indexes: number[]; args: string[] }; bytes: number }
  >()
  const groups: Group[] = []
  questions.forEach((question, index) => {
    const { program, args } = question.kind.look(question.wanted)
    const bytes = args.reduce((sum, arg) => sum + arg.length + 3, 0)
    let at = open.get(program.name)
    if (!at || at.bytes + bytes > GROUP_BYTES_MAX || at.group.questions.length >= GROUP_QUESTIONS_MAX) {
      at = { group: { program, questions: [], indexes: [], args: [] }, bytes: 0 }
      open.set(program.name, at)
      groups.push(at.group)
    }
    at.group.questions.push(question)
    at.group.indexes.push(index)
    at.group.args.push(...args)
    at.bytes += bytes
  })
  return groups
}

/** Each question of a group as a group of its own. */
export function singles(group: Group): Group[] {
  return group.questions.map((question, i) => {
    const { program, args } = question.kind.look(question.wanted)
    return { program, questions: [question], indexes: [group.indexes[i] ?? 0], args }
  })
}

/** What the shell on fd 3 runs for a group. `exit 0`: only answers count, not the status of a program's last line. */
export function groupScript(group: Group): string {
  return `exec 3<&-; end() { printf '\\036\\n'; }\nset -- ${words(group.args)}\n${group.program.text}\nexit 0\n`
}

/** What a program gave for a whole group. */
export interface Answered {
  readonly stdout: Buffer
  readonly stderr: string
  readonly code: number
}

/** One answer per question, raw; undefined when the program failed or gave another number of answers. */
export function splitAnswers(group: Group, answered: Answered): Buffer[] | undefined {
  if (answered.code !== 0) return undefined
  const answers: Buffer[] = []
  let from = 0
  for (;;) {
    const at = answered.stdout.indexOf(END, from)
    if (at < 0) break
    answers.push(answered.stdout.subarray(from, at))
    from = at + END.length
  }
  return from === answered.stdout.length && answers.length === group.questions.length ? answers : undefined
}

const END = Buffer.from('\x1e\n')

/** The finding and digest of one raw answer. */
export function seenOf(question: Question, answer: Buffer, sealer: Sealer): Seen {
  const text = hidden(answer.toString('utf8'), sealer).replaceAll(
    /^seal ([0-9a-f]{64})$/gm,
    (_line, hex: string) => `sealed ${sealer(hex)}`,
  )
  return { finding: withoutSecrets(question.kind.parse(text), sealer), digest: sha256(answer) }
}

/** A text in base64 that holds a secret is known by its seal alone, also where nobody asked for that. */
function hidden(answer: string, sealer: Sealer): string {
  const known = knownSecrets(sealer)
  if (known.size === 0) return answer
  return answer.replaceAll(/^(?:text|content) ([A-Za-z0-9+/=]+)$/gm, (line, base64: string) => {
    const bytes = Buffer.from(base64, 'base64')
    const text = bytes.toString('utf8')
    return [...known].some((one) => text.includes(one)) ? `seal ${sha256(bytes)}` : line
  })
}

function withoutSecrets(finding: Finding<unknown>, sealer: Sealer): Finding<unknown> {
  if (finding.state !== 'unknown') return finding
  const { problem } = finding
  return { state: 'unknown', problem: { ...problem, message: redactor([], knownSecrets(sealer))(problem.message) } }
}

export function unknownSeen(problem: Problem): Seen {
  return { finding: { state: 'unknown', problem }, digest: '' }
}

/** A question whose program failed even when asked alone. */
export function lookFailed(question: Question, answered: Answered, sealer: Sealer): Seen {
  const why =
    answered.code === 124 || answered.code === 137
      ? 'gave no answer in time and was ended'
      : answered.code !== 0
        ? `ended with code ${answered.code}`
        : 'gave no usable answer'
  const tail = redactor([], knownSecrets(sealer))(answered.stderr.trim()).slice(-500)
  return unknownSeen({
    code: 'LOOK_FAILED',
    message: `The look at ${question.thing} ${why}.${tail ? ` It said: ${tail}` : ''}`,
    hint: 'The thing is unknown, and nothing is done to it. See on the node what holds the look up.',
  })
}
