/** The script of one exchange: batches of jobs, one after the other, in terms of the functions of `job-program.ts`. */
import { randomBytes } from 'node:crypto'
import { isSecret } from '../base/secret.ts'
import { type Command, SILENCE_MS } from '../engine/kind.ts'
import { type Batch, batchesOf, type Member, tellingOf } from './job-batches.ts'
import { jobProgram } from './job-program.ts'
import { type KeyedWrite, writeLines } from './job-writes.ts'
import { preamble } from './preamble.ts'
import { type Group, groupScript } from './questions.ts'
import { base64Document, fileName, hereDocument, quoted, words } from './quote.ts'
import type { NodeJob, Question } from './transport.ts'

export interface JobScript {
  readonly text: string
  /** The sum of all that the script may wait for without saying anything. */
  readonly timeoutMs: number
}

const GUARD_TIMEOUT_MS = 60_000

/** `mark` begins the parts of the report. */
export function jobScript(
  batches: readonly Batch[],
  options: { folder: string | undefined; lookMs: number; mark: string },
): JobScript {
  const ids = batches.flatMap(({ members }) => members.map(({ job }) => fileName(job.id)))
  const programs = new Map<string, string>()
  const bodies = batches.map((batch) => batchBody(batch, options, programs)).join('')
  const kept = [...programs].map(([text, name]) => `keep ${name} ${quoted(text)}\n`).join('')
  const timeoutMs = batches.reduce((sum, batch) => sum + timeOf(batch, options.lookMs), 30_000)
  const own = randomBytes(8).toString('hex')
  return {
    text: `${preamble(options.folder)}${jobProgram}M=${options.mark} R=${own}\ntake ${ids.join(' ')}\n${kept}${bodies}prune\n`,
    timeoutMs,
  }
}

/** Locks are waited for as long as the command may take. */
function timeOf({ members, expected, after }: Batch, lookMs: number): number {
  const looks = (expected.length + after.length) * (lookMs + 3_000)
  return members
    .flatMap((member) => member.commands)
    .reduce(
      (sum, command) =>
        sum +
        (command.timeoutMs ?? SILENCE_MS) * (command.locks?.length ? 2 : 1) +
        (command.guard ? GUARD_TIMEOUT_MS : 0) +
        5_000,
      looks,
    )
}

function batchBody(
  batch: Batch,
  { lookMs, folder }: { readonly lookMs: number; readonly folder: string | undefined },
  programs: Map<string, string>,
): string {
  const { members, expected, after } = batch
  const [first] = members
  const places = members.map(({ place }) => String(place)).join(' ')
  const questions = new Map<string, string>()
  const before = expected.length > 0 ? expectLines(batch, lookMs, programs, questions) : ''
  const claims = claimLines(members)
  const commands =
    members.length === 1 && first
      ? `get ${first.place}\n${commandLines(first, folder)}put\n`
      : writeLines(
          members.map(({ place, commands }) => commands.flatMap((command, i) => keyedWrite(command, place, i) ?? [])),
          `w${first?.place ?? 0}`,
        )
  const looks = after.length > 0 ? looksLines('T', after, lookMs, programs, questions) : ''
  const asked = [...questions].map(([text, name]) => `keep ${name} ${quoted(text)}\n`).join('')
  return [
    ...members.map(({ job, place }) => `enter ${place} ${fileName(job.id)} ${job.fence} ${fileName(job.workspace)}\n`),
    asked,
    before === '' ? '' : `if live ${places}; then\n${before}fi\n`,
    claims + commands === '' ? '' : `if live ${places}; then\n${claims}${commands}fi\n`,
    `ended ${places}\n`,
    looks === '' ? '' : `if told ${places}; then\n${looks}fi\n`,
    `( ${members.map(({ place, commands }) => `report ${place} ${commands.length}`).join('; ')}; looks ${places} )\n`,
    ...members.map((member) => forgetLine(member)),
    'cleared\n',
  ].join('')
}

function forgetLine(member: Member): string {
  const telling = tellingOf(member)
  return telling.length > 0 ? `forget ${member.place} ${telling.join(' ')}\n` : ''
}

const when = (lines: string): string => `if [ $st = run ]; then\n${lines}fi\n`

/** The same questions before and after the commands are sent once, and so is each program. */
function looksLines(
  letter: 'E' | 'T',
  groups: readonly Group[],
  lookMs: number,
  programs: Map<string, string>,
  questions: Map<string, string>,
): string {
  const seconds = Math.ceil(lookMs / 1_000)
  const lines = groups.map((group, i) => {
    const program = nameIn(programs, group.program.text, 'p')
    const text = groupScript({ ...group, program: { name: group.program.name, text: `. "$AYS_LOOK/${program}"` } })
    return `looked ${letter}${String(i).padStart(3, '0')} ${seconds} ${nameIn(questions, text, 'q')}\n`
  })
  return lines.join('')
}

function nameIn(names: Map<string, string>, text: string, letter: string): string {
  const name = names.get(text) ?? `${letter}${names.size}`
  names.set(text, name)
  return name
}

const answerName = (group: number, answer: number): string =>
  `AE${String(group).padStart(3, '0')}.${String(answer).padStart(6, '0')}`

/** Digests as `sha256sum -c` reads them, and which of them are whose. */
function expectLines(
  { members, expected }: Batch,
  lookMs: number,
  programs: Map<string, string>,
  questions: Map<string, string>,
): string {
  const names = new Map<number, string>()
  expected.forEach((group, g) => {
    for (const [i, index] of group.indexes.entries()) names.set(index, answerName(g, i))
  })
  const digests: string[] = []
  const checks = members.flatMap(({ job, place, expectFrom }) => {
    const own = job.expect.map(({ digest }, i) => {
      const name = names.get(expectFrom + i) ?? ''
      digests.push(`${digest || '0'.repeat(64)}  ${name}`)
      return name
    })
    // A job that is alone has moved when anything differs: its names need not be told.
    return own.length > 0 ? [`matched ${place}${members.length === 1 ? '' : ` ${own.join(' ')}`}\n`] : []
  })
  const counts = expected.flatMap((group, g) => [
    answerName(g, group.questions.length - 1),
    answerName(g, group.questions.length),
  ])
  const { redirect, body } = hereDocument(digests.join('\n'))
  const looks = looksLines('E', expected, lookMs, programs, questions)
  const compare = `same ${counts.join(' ')} ${redirect}\n${body}`
  const places = members.map(({ place }) => String(place)).join(' ')
  const apart = members.length > 1 ? `[ -n "$answered" ] || apart ${places}\n` : ''
  return `${looks}${compare}${apart}${checks.join('')}`
}

function claimLines(members: readonly Member[]): string {
  const lines = members.flatMap(({ job, place }) => claimsOf(job).map((line) => `${place}\t${line}`))
  if (lines.length === 0) return ''
  const { redirect, body } = hereDocument(lines.join('\n'))
  return `claims ${redirect}\n${body}`
}

function claimsOf(job: NodeJob): string[] {
  const field = (text: string): string => text.replaceAll(/[\t\n\r]/g, ' ')
  return [
    ...job.claim.map(({ thing, kind, environment, before }) =>
      [`+${field(thing)}`, ...[job.workspace, job.service, kind, environment, before].map(field)].join('\t'),
    ),
    ...job.unclaim.map((thing) => `-${field(thing)}\t${field(job.workspace)}`),
  ]
}

/** Of a job that is alone. Writes that follow each other are placed together. */
function commandLines(member: Member, folder: string | undefined): string {
  const { commands, place } = member
  const parts: string[] = [armLines(member, folder)]
  for (let i = 0; i < commands.length; ) {
    const writes = writesFrom(commands, place, i)
    const command = commands[i]
    if (command && writes.length > 0) parts.push(around(command, i, `put\n${writeLines([writes], `w${place}_${i}`)}`))
    else parts.push(runLines(command, i))
    i += Math.max(1, writes.length)
  }
  return parts.join('')
}

/** The undo of a job is a job of its own, as a script that waits on the node. */
function armLines({ job }: Member, folder: string | undefined): string {
  if (!job.undo) return ''
  const { commands, afterMs } = job.undo
  const back: NodeJob = {
    id: undoOf(job.id),
    fence: job.fence,
    workspace: job.workspace,
    service: job.service,
    steps: [{ question: NOBODY_ASKS, commands, becomes: undefined }],
    expect: [],
    afterwards: [],
    claim: [],
    unclaim: [],
  }
  const { text } = jobScript(batchesOf([back], true), { folder, lookMs: 0, mark: 'undo' })
  const { redirect, body } = base64Document(text)
  return when(`arm ${Math.ceil(afterMs / 1_000)} ${redirect}\n${body}`)
}

/** A way back has commands and no looks, so this question is never put. */
const NOBODY_ASKS: Question = { kind: {} as Question['kind'], thing: '', wanted: undefined }

/** The id under which the way back of a job runs on its node. */
export const undoOf = (id: string): string => `${fileName(id)}.undo`

function keyedWrite(command: Command, place: number, i: number): KeyedWrite | undefined {
  return 'write' in command.run ? { key: `${place}/${i}`, write: command.run } : undefined
}

function writesFrom(commands: readonly Command[], place: number, from: number): KeyedWrite[] {
  const writes: KeyedWrite[] = []
  for (const command of commands.slice(from)) {
    const write = keyedWrite(command, place, from + writes.length)
    const alone = Boolean(command.guard || command.locks?.length)
    if (!write || (alone && writes.length > 0)) break
    writes.push(write)
    if (alone) break
  }
  return writes
}

function runLines(command: Command | undefined, i: number): string {
  if (!command || 'write' in command.run) return ''
  const { run } = command
  const argv = 'argv' in run ? run.argv : ['/bin/sh', '-c', run.script, 'sh', ...run.args]
  const seconds = Math.ceil((command.timeoutMs ?? SILENCE_MS) / 1_000)
  const line = `run ${i} ${seconds} ${quoted(command.as ?? '')}`
  if (run.stdin === undefined) return around(command, i, `${line} none ${words(argv)}\n`)
  const { redirect, body } = base64Document(isSecret(run.stdin) ? run.stdin.reveal() : run.stdin)
  return around(command, i, `${line} payload ${words(argv)} ${redirect}\n${body}`)
}

/** Locks and guard of a command. */
function around(command: Command, i: number, lines: string): string {
  let inner = lines
  if (command.guard) {
    const { script, args } = command.guard
    inner = `guarded ${i} ${quoted(command.as ?? '')} /bin/sh -c ${words([script, 'sh', ...args])}\n${when(inner)}`
  }
  if (!command.locks?.length) return when(inner)
  if (command.locks.length > 3) throw new Error(`"${command.title}" takes more than three locks.`)
  const names = words([...new Set(command.locks)].sort().map(fileName))
  const seconds = Math.ceil((command.timeoutMs ?? SILENCE_MS) / 1_000)
  const waited = `echo "The lock was not free within ${seconds} s." >"$D/${i}.err"; echo 124 >"$D/${i}.code"; st=failed`
  return when(`if locked ${seconds} ${names}; then\n${inner}else ${waited}; fi\nunlocked\n`)
}
