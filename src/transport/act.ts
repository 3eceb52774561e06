/** Acting: a list of jobs in one exchange, and what became of each. */
import { randomBytes } from 'node:crypto'
import type { Problem } from '../base/problem.ts'
import type { CommandResult } from '../engine/kind.ts'
import { type JobReport, readReports } from './job-report.ts'
import { jobScript, type PreparedJob, payloadOf, prepareJob } from './job-script.ts'
import { LaneLostError } from './lane.ts'
import { askAlone, type LookOptions, look, note, type RunScript } from './look.ts'
import { fenced, lost } from './outcomes.ts'
import type { Group } from './questions.ts'
import { redactor } from './redact.ts'
import { type NodeJob, type NodeOutcome, type Question, type Seen, TransportError } from './transport.ts'

const REPORT_BYTES_MAX = 64 * 1024 * 1024

export interface ActOptions extends LookOptions {
  /** As `run`, but a shell that goes away is a LaneLostError, and an abort gives what the script still said. */
  readonly runJobs: RunScript
}

/** Outcomes in the order of the jobs. Throws only when the node cannot be reached at all. */
export async function act(jobs: readonly NodeJob[], options: ActOptions): Promise<NodeOutcome[]> {
  if (jobs.length === 0) return []
  const prepared = jobs.map(prepareJob)
  const mark = randomBytes(16).toString('hex')
  const script = jobScript(prepared, { folder: options.folder, lookMs: options.joinedMs, mark })
  let reports: Map<number, JobReport>
  let why = 'The connection was lost.'
  try {
    const result = await options.runJobs(script.text, {
      timeoutMs: script.timeoutMs,
      limitBytes: REPORT_BYTES_MAX,
      beyond: 'drop',
      end: 'TERM',
      signal: options.signal,
    })
    reports = readReports(result.stdout.bytes, mark)
    const words = result.stderr.bytes.toString('utf8').trim().slice(-500)
    why = result.ended
      ? `The exchange was ended (${result.ended}).`
      : `Its script ended with code ${result.code}. ${words}`
  } catch (error) {
    if (!(error instanceof LaneLostError)) throw error
    reports = new Map()
    why = `The connection was lost. ${error.stderr}`.trim()
  }
  const outcomes: NodeOutcome[] = []
  for (const [i, job] of prepared.entries()) outcomes.push(await outcomeOf(job, reports.get(i), why, options))
  return outcomes
}

async function outcomeOf(
  job: PreparedJob,
  report: JobReport | undefined,
  why: string,
  options: LookOptions,
): Promise<NodeOutcome> {
  const { id } = job.job
  if (!report) return { state: 'lost', problem: lost(`Whether job ${id} ran is not known. ${why}`) }
  switch (report.state) {
    case 'done':
    case 'failed': {
      const ran = resultsOf(job, report)
      return { state: report.state, ran, seen: await seenAfter(job.job.afterwards, job.after, report, options) }
    }
    case 'moved':
      return {
        state: 'moved',
        seen: await seenAfter(
          job.job.expect.map((expect) => expect.question),
          job.expected,
          report,
          options,
        ),
      }
    case 'fenced':
      return { state: 'refused', problem: fenced(job.job, report.note) }
    case 'stopped':
      return {
        state: 'refused',
        problem: { code: 'CANCELLED', message: `Job ${id} was not begun: its run was interrupted.` },
      }
    case 'refused':
      return {
        state: 'refused',
        problem: { code: 'COMMAND_FAILED', message: `Job ${id} could not begin: ${report.note}` },
      }
    default:
      return { state: 'lost', problem: lost(`Job ${id} began before and ended without saying how.`) }
  }
}

function resultsOf(job: PreparedJob, report: JobReport): CommandResult[] {
  const redact = redactor(job.commands.map(payloadOf))
  return report.ran.map(({ index, code, stdout, stderr }) => ({
    title: job.commands[index]?.title ?? '',
    code,
    stdout: redact(stdout.toString('utf8')),
    stderr: redact(stderr.toString('utf8')),
  }))
}

/** What the looks of the exchange gave; what they did not give is asked again, apart. */
async function seenAfter(
  questions: readonly Question[],
  groups: readonly Group[],
  report: JobReport,
  options: LookOptions,
): Promise<Seen[]> {
  if (questions.length === 0) return []
  if (report.looks.length === 0) return await lookOrUnknown(questions, options)
  const seen: Seen[] = new Array(questions.length)
  const alone = groups.filter((group, i) => {
    const answered = report.looks[i]
    return !answered || !note(seen, group, answered, options.sealer)
  })
  try {
    await askAlone(alone, seen, options)
  } catch (error) {
    const problem = problemOf(error)
    questions.forEach((_question, i) => {
      seen[i] ??= { finding: { state: 'unknown', problem }, digest: '' }
    })
  }
  return seen
}

async function lookOrUnknown(questions: readonly Question[], options: LookOptions): Promise<Seen[]> {
  try {
    return await look(questions, options)
  } catch (error) {
    const problem = problemOf(error)
    return questions.map(() => ({ finding: { state: 'unknown', problem }, digest: '' }))
  }
}

/** What was done is known by then, so a look that is lost is only unknown. */
function problemOf(error: unknown): Problem {
  if (error instanceof TransportError) return error.problem
  if (error instanceof LaneLostError) return lost(error.message)
  throw error
}
