/** Acting: a list of jobs in one exchange, and what became of each. */
import { randomBytes } from 'node:crypto'
import type { Problem } from '../base/problem.ts'
import { knownSecrets } from '../base/secret.ts'
import type { CommandResult } from '../engine/kind.ts'
import { type Batch, batchesOf, type Member, payloadOf } from './job-batches.ts'
import { type JobReport, type Reports, readReports } from './job-report.ts'
import { jobScript } from './job-script.ts'
import { LaneLostError } from './lane.ts'
import { askAlone, type LookOptions, look, note, type RunScript } from './look.ts'
import { fenced, lost } from './outcomes.ts'
import type { Answered, Group } from './questions.ts'
import { redactor } from './redact.ts'
import { type NodeJob, type NodeOutcome, type Question, type Seen, TransportError } from './transport.ts'

const REPORT_BYTES_MAX = 64 * 1024 * 1024

export interface ActOptions extends LookOptions {
  /** As `run`, but a shell that goes away is a LaneLostError, and an abort gives what the script still said. */
  readonly runJobs: RunScript
}

/** Outcomes in the order of the jobs. Throws only when the node cannot be reached at all. */
export async function act(jobs: readonly NodeJob[], options: ActOptions): Promise<NodeOutcome[]> {
  const outcomes = await exchange(jobs, batchesOf(jobs, false), options)
  const apart = jobs.filter((_job, i) => outcomes[i] === 'apart')
  const later = apart.length === 0 ? [] : await actApart(apart, options)
  return outcomes.map((outcome) => (outcome === 'apart' ? (later.shift() ?? notBegun('')) : outcome))
}

/** Jobs whose common look said nothing of any: nothing was done, so each goes alone. */
async function actApart(jobs: readonly NodeJob[], options: ActOptions): Promise<NodeOutcome[]> {
  if (options.signal.aborted) return jobs.map(({ id }) => notBegun(id))
  try {
    const outcomes = await exchange(jobs, batchesOf(jobs, true), options)
    return outcomes.map((outcome, i) => (outcome === 'apart' ? notBegun(jobs[i]?.id ?? '') : outcome))
  } catch (error) {
    // The other jobs' outcomes are known by now.
    if (!(error instanceof TransportError)) throw error
    return jobs.map(() => ({ state: 'lost', problem: error.problem }))
  }
}

const notBegun = (id: string): NodeOutcome => ({
  state: 'refused',
  problem: { code: 'CANCELLED', message: `Job ${id} was not begun: its run was interrupted.` },
})

async function exchange(
  jobs: readonly NodeJob[],
  batches: readonly Batch[],
  options: ActOptions,
): Promise<(NodeOutcome | 'apart')[]> {
  if (jobs.length === 0) return []
  const mark = randomBytes(16).toString('hex')
  const script = jobScript(batches, { folder: options.folder, lookMs: options.joinedMs, mark })
  const redact = redactor([], knownSecrets(options.sealer))
  let reports: Reports
  let why: string
  try {
    const result = await options.runJobs(script.text, {
      timeoutMs: script.timeoutMs,
      countsFrom: 'output',
      limitBytes: REPORT_BYTES_MAX,
      beyond: 'drop',
      end: 'TERM',
      signal: options.signal,
    })
    reports = readReports(result.stdout.bytes, mark)
    const words = redact(result.stderr.bytes.toString('utf8').trim()).slice(-500)
    why = result.ended
      ? `The exchange was ended (${result.ended}).`
      : `Its script ended with code ${result.code}. ${words}`
  } catch (error) {
    if (!(error instanceof LaneLostError)) throw error
    reports = { jobs: new Map(), before: new Map(), after: new Map() }
    why = `The connection was lost. ${redact(error.stderr)}`.trim()
  }
  const outcomes: (NodeOutcome | 'apart')[] = []
  for (const batch of batches) {
    const first = batch.members[0]?.place ?? 0
    const before = answersOf(batch, batch.expected, reports.before.get(first), options)
    const after = answersOf(batch, batch.after, reports.after.get(first), options)
    for (const member of batch.members)
      outcomes.push(await outcomeOf(member, reports.jobs.get(member.place), { before, after }, why, options))
  }
  return outcomes
}

/** The answers of a batch; its list has holes where a program failed, whose groups are `failed`. */
interface BatchAnswers {
  readonly seen: readonly (Seen | undefined)[]
  /** To be asked again question by question; undefined: all anew, together first. */
  readonly failed: readonly Group[] | undefined
}

function answersOf(
  batch: Batch,
  groups: readonly Group[],
  given: readonly Answered[] | undefined,
  options: LookOptions,
): BatchAnswers {
  if (!given) return { seen: [], failed: undefined }
  const seen: Seen[] = []
  const failed = groups.filter((group, i) => {
    const answered = given[i]
    return !answered || !note(seen, group, answered, options.sealer)
  })
  return { seen, failed: batch.members.length === 1 ? failed : undefined }
}

async function outcomeOf(
  member: Member,
  report: JobReport | undefined,
  answers: { readonly before: BatchAnswers; readonly after: BatchAnswers },
  why: string,
  options: LookOptions,
): Promise<NodeOutcome | 'apart'> {
  const { job } = member
  if (!report) return { state: 'lost', problem: lost(`Whether job ${job.id} ran is not known. ${why}`) }
  switch (report.state) {
    case 'done':
    case 'failed': {
      const ran = resultsOf(member, report, options)
      return { state: report.state, ran, seen: await seenOf(job.afterwards, member.afterFrom, answers.after, options) }
    }
    case 'moved': {
      const questions = job.expect.map((expect) => expect.question)
      return { state: 'moved', seen: await seenOf(questions, member.expectFrom, answers.before, options) }
    }
    case 'apart':
      return 'apart'
    case 'fenced':
      return { state: 'refused', problem: fenced(job, report.note) }
    case 'stopped':
      return notBegun(job.id)
    case 'refused':
      return {
        state: 'refused',
        problem: { code: 'COMMAND_FAILED', message: `Job ${job.id} could not begin: ${report.note}` },
      }
    default:
      return { state: 'lost', problem: lost(`Job ${job.id} began before and ended without saying how.`) }
  }
}

function resultsOf({ commands }: Member, report: JobReport, { sealer }: LookOptions): CommandResult[] {
  const redact = redactor(commands.map(payloadOf), knownSecrets(sealer))
  return report.ran.map(({ index, code, stdout, stderr }) => ({
    title: commands[index]?.title ?? '',
    code,
    stdout: redact(stdout.toString('utf8')),
    stderr: redact(stderr.toString('utf8')),
  }))
}

/** What the looks of the exchange gave to a job's questions; what they did not give is asked again, apart. */
async function seenOf(
  questions: readonly Question[],
  from: number,
  answers: BatchAnswers,
  options: LookOptions,
): Promise<Seen[]> {
  const seen: Seen[] = new Array(questions.length)
  questions.forEach((_question, i) => {
    const given = answers.seen[from + i]
    if (given) seen[i] = given
  })
  const missing = questions.flatMap((_question, i) => (seen[i] ? [] : [i]))
  if (missing.length === 0) return seen
  try {
    if (answers.failed) await askAlone(answers.failed, seen, options)
    else {
      const again = await look(
        missing.flatMap((i) => questions[i] ?? []),
        options,
      )
      missing.forEach((place, i) => {
        const given = again[i]
        if (given) seen[place] = given
      })
    }
  } catch (error) {
    const problem = problemOf(error)
    for (const place of missing) seen[place] ??= { finding: { state: 'unknown', problem }, digest: '' }
  }
  return seen
}

/** What was done is known by then, so a look that is lost is only unknown. */
function problemOf(error: unknown): Problem {
  if (error instanceof TransportError) return error.problem
  if (error instanceof LaneLostError) return lost(error.message)
  throw error
}
