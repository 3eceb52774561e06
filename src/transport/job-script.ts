/** The script of one exchange: jobs, one after the other, in terms of the functions of `job-program.ts`. */
import { basename, dirname } from 'node:path/posix'
import { isSecret, type Text } from '../base/secret.ts'
import type { Command } from '../engine/kind.ts'
import { jobProgram } from './job-program.ts'
import { preamble } from './preamble.ts'
import { type Group, groupQuestions, groupScript } from './questions.ts'
import { base64Document, fileName, hereDocument, quoted, words } from './quote.ts'
import type { NodeJob } from './transport.ts'

/** A job with what its script does with it; `expected` and `after` are its looks as the script asks them. */
export interface PreparedJob {
  readonly job: NodeJob
  readonly commands: readonly Command[]
  readonly expected: readonly Group[]
  readonly after: readonly Group[]
}

export interface JobScript {
  readonly text: string
  /** The sum of all that the script may wait for. */
  readonly timeoutMs: number
}

const COMMAND_TIMEOUT_MS = 60_000
const GUARD_TIMEOUT_MS = 60_000

export function prepareJob(job: NodeJob): PreparedJob {
  return {
    job,
    commands: job.steps.flatMap((step) => step.commands),
    expected: groupQuestions(job.expect.map((expect) => expect.question)),
    after: groupQuestions(job.afterwards),
  }
}

/** The plain or secret text that a command brings along. */
export function payloadOf(command: Command): Text | undefined {
  return 'write' in command.run ? command.run.content : command.run.stdin
}

/** `mark` begins the parts of the report. */
export function jobScript(
  jobs: readonly PreparedJob[],
  options: { folder: string | undefined; lookMs: number; mark: string },
): JobScript {
  const take = `take ${jobs.map(({ job }) => fileName(job.id)).join(' ')}\n`
  const bodies = jobs.map((job, i) => jobBody(job, i, options.lookMs)).join('')
  const timeoutMs = jobs.reduce((sum, job) => sum + timeOf(job, options.lookMs), 30_000)
  return { text: `${preamble(options.folder)}${jobProgram}M=${options.mark}\n${take}${bodies}prune\n`, timeoutMs }
}

/** Locks are waited for as long as the command may take. */
function timeOf(job: PreparedJob, lookMs: number): number {
  const looks = (job.expected.length + job.after.length) * (lookMs + 3_000)
  return job.commands.reduce(
    (sum, command) =>
      sum +
      (command.timeoutMs ?? COMMAND_TIMEOUT_MS) * (command.locks?.length ? 2 : 1) +
      (command.guard ? GUARD_TIMEOUT_MS : 0) +
      5_000,
    looks,
  )
}

function jobBody(prepared: PreparedJob, index: number, lookMs: number): string {
  const { job, commands, expected, after } = prepared
  const secret = commands.flatMap((command, i) => (isSecret(payloadOf(command)) ? [i] : []))
  const parts = [`enter ${fileName(job.id)} ${job.fence} ${fileName(job.workspace)}\n`]
  if (expected.length > 0) {
    const same = hereDocument(digestLines(prepared))
    parts.push(when(`${looks(expected, lookMs)}same ${same.redirect}\n${same.body}`))
  }
  const lines = claimLines(job)
  if (lines !== '') {
    const claims = hereDocument(lines)
    parts.push(when(`claims ${claims.redirect}\n${claims.body}`))
  }
  parts.push(commandLines(commands))
  parts.push('ended\n')
  if (after.length > 0)
    parts.push(`case $note$st in done|failed) [ -n "$stopped" ] || {\nL=$D/T\n${looks(after, lookMs)}};; esac\n`)
  parts.push(`( report ${index} ${commands.length} )\n`)
  parts.push(`case $st in done|failed|moved) forget ${secret.join(' ')};; esac\n`)
  return parts.join('')
}

const when = (lines: string): string => `if [ $st = run ]; then\n${lines}fi\n`

function looks(groups: readonly Group[], lookMs: number): string {
  const seconds = Math.ceil(lookMs / 1_000)
  const lines = groups.map((group, i) => {
    const { redirect, body } = hereDocument(groupScript(group))
    return `looked ${String(i).padStart(3, '0')} ${seconds} ${redirect}\n${body}`
  })
  return lines.join('')
}

/** As `sha256sum -c` reads the digests of the split answers. */
function digestLines({ job, expected }: PreparedJob): string {
  return expected
    .flatMap((group, g) =>
      group.indexes.map((index, i) => {
        const name = `AE${String(g).padStart(3, '0')}.${String(i).padStart(6, '0')}`
        return `${job.expect[index]?.digest || '0'.repeat(64)}  ${name}`
      }),
    )
    .join('\n')
}

function claimLines(job: NodeJob): string {
  const field = (text: string): string => text.replaceAll(/[\t\n\r]/g, ' ')
  return [
    ...job.claim.map((thing) => `+${field(thing)}\t${field(job.workspace)}\t${field(job.service)}`),
    ...job.unclaim.map((thing) => `-${field(thing)}\t${field(job.workspace)}`),
  ].join('\n')
}

/** Writes that follow each other into one folder are moved there together. */
function commandLines(commands: readonly Command[]): string {
  const parts: string[] = []
  for (let i = 0; i < commands.length; ) {
    const batch = writesFrom(commands, i)
    if (batch.length > 0) parts.push(writeLines(batch, i))
    else parts.push(runLines(commands[i], i))
    i += Math.max(1, batch.length)
  }
  return parts.join('')
}

type Write = Extract<Command['run'], { write: string }>

function writesFrom(commands: readonly Command[], from: number): { command: Command; write: Write }[] {
  const batch: { command: Command; write: Write }[] = []
  const names = new Set<string>()
  for (const command of commands.slice(from)) {
    if (!('write' in command.run)) break
    const first = batch[0]
    const alone = (some: Command): boolean => Boolean(some.guard || some.locks?.length)
    if (first && (alone(first.command) || alone(command))) break
    if (first && dirname(first.write.write) !== dirname(command.run.write)) break
    if (names.has(command.run.write)) break
    names.add(command.run.write)
    batch.push({ command, write: command.run })
  }
  return batch
}

function writeLines(batch: readonly { command: Command; write: Write }[], from: number): string {
  const [first] = batch
  if (!first) return ''
  const lines = batch.map(({ write }, i) => {
    const content = typeof write.content === 'string' ? write.content : write.content.reveal()
    const { redirect, body } = base64Document(content)
    return when(`staged ${from + i} ${quoted(basename(write.write))} ${redirect}\n${body}`)
  })
  const pairs = batch.flatMap(({ write }, i) => [String(from + i), basename(write.write)])
  const place = `${ownedLines(batch, from)}placed ${words(pairs)}\n`
  return around(first.command, from, `staging ${quoted(dirname(first.write.write))} ${from}\n${lines.join('')}${place}`)
}

/** One chown and one chmod for all that share owner and mode. */
function ownedLines(batch: readonly { write: Write }[], from: number): string {
  const groups = new Map<string, string[]>()
  batch.forEach(({ write }, i) => {
    const key = words([write.mode.toString(8).padStart(4, '0'), `${write.owner}:${write.group}`])
    const group = groups.get(key) ?? [String(from + i), key]
    group.push(quoted(basename(write.write)))
    groups.set(key, group)
  })
  return [...groups.values()].map((group) => `owned ${group.join(' ')}\n`).join('')
}

function runLines(command: Command | undefined, i: number): string {
  if (!command || 'write' in command.run) return ''
  const { run } = command
  const argv = 'argv' in run ? run.argv : ['/bin/sh', '-c', run.script, 'sh', ...run.args]
  const seconds = Math.ceil((command.timeoutMs ?? COMMAND_TIMEOUT_MS) / 1_000)
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
  const seconds = Math.ceil((command.timeoutMs ?? COMMAND_TIMEOUT_MS) / 1_000)
  const waited = `echo "The lock was not free within ${seconds} s." >"$D/${i}.err"; echo 124 >"$D/${i}.code"; st=failed`
  return when(`if locked ${seconds} ${names}; then\n${inner}else ${waited}; fi\nunlocked\n`)
}
