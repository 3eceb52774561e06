/** What was applied and when: a line per run, and one run with its jobs. */
import { showDuration } from '../../base/duration.ts'
import type { Holder, JobRow, JobState, Run, RunState } from '../../store/store.ts'
import { type Palette, paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { type Cell, table } from './table.ts'

/** The newest first, as the store gives them. */
export function runsView(
  runs: readonly Run[],
  holder: Holder | undefined,
  { color }: { readonly color: boolean },
): string {
  const palette = paletteOf(color)
  const now = holder ? `\n\n${palette.warn(`${holder.who} is at work since ${showTime(holder.since)}.`)}` : ''
  if (runs.length === 0) return `No runs yet.${now}`
  const rows = runs.map((run): (string | Cell)[] => [
    String(run.id),
    run.kind,
    { text: run.state, paint: palette[statePaint[run.state]] },
    showTime(run.startedAt),
    run.endedAt === undefined ? '' : showDuration(run.endedAt - run.startedAt),
    countsOf(run),
    commitOf(run),
    run.planHash.slice(0, 12),
    run.cancelledBy === undefined ? run.who : `${run.who}, cancelled by ${run.cancelledBy}`,
  ])
  return table(['run', 'kind', 'state', 'began', 'took', 'jobs', 'commit', 'plan', 'who'], rows, palette.faint) + now
}

/** `3 ok, 1 error`, once it has ended. */
const countsOf = ({ summary = {} }: Run): string =>
  Object.entries(summary)
    .flatMap(([word, jobs]) => (typeof jobs === 'number' && jobs > 0 ? [`${jobs} ${word}`] : []))
    .join(', ')

/** `1a2b3c4d5e6f`, with a `+` where something was not as committed. */
const commitOf = ({ commit }: Run): string => (commit ? `${commit.id.slice(0, 12)}${commit.dirty ? '+' : ''}` : '')

/** One run: its head, its jobs, and what failed with the last lines of its output. */
export function runView(run: Run, jobs: readonly JobRow[], { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  const took = run.endedAt === undefined ? '' : ` in ${showDuration(run.endedAt - run.startedAt)}`
  const head = `${palette.bold(`Run ${run.id}`)} ${run.kind} ${palette[statePaint[run.state]](run.state)}${run.cancelledBy === undefined ? '' : ` by ${run.cancelledBy}`}${took} · ${showTime(run.startedAt)} · ${run.who} · plan ${run.planHash.slice(0, 12)}${run.commit ? ` · commit ${commitOf(run)}` : ''}`
  const rows = jobs.map((job): (string | Cell)[] => [
    job.service,
    job.node,
    job.action,
    { text: job.state, paint: palette[statePaint[job.state]] },
    job.startedAt === undefined || job.endedAt === undefined ? '' : showDuration(job.endedAt - job.startedAt),
    job.attempts > 1 ? count(job.attempts, 'attempt') : '',
  ])
  const ended = jobs.filter((job) => job.state === 'cancelled' && job.attempts > 0)
  const failed = [...jobs.filter((job) => job.state === 'error'), ...ended].flatMap((job) =>
    failureLines(job.service, job.problem, resultsOf(job), palette),
  )
  return [
    head,
    ...(rows.length > 0 ? ['', table(['service', 'node', 'action', 'state', 'took', ''], rows, palette.faint)] : []),
    ...(failed.length > 0 ? ['', ...failed] : []),
  ].join('\n')
}

/** What became of one command, as the store keeps it. */
export interface ShownResult {
  readonly title: string
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The service, what is wrong, and the failed command with the last lines that it wrote. */
export function failureLines(
  service: string,
  problem: JobRow['problem'],
  results: readonly ShownResult[],
  palette: Palette,
): string[] {
  const last = results.findLast((result) => result.code !== 0)
  const output = last ? lastLines(last) : []
  // The message mostly begins with the service.
  const message = problem ? oneLine(problem.message).replace(`${service}: `, '') : ''
  return [
    `${palette.bad('✘')} ${palette.bold(service)} ${problem ? `${message} ${palette.faint(problem.code)}` : ''}`.trimEnd(),
    ...(problem?.hint === undefined ? [] : [`    ${palette.faint(oneLine(problem.hint))}`]),
    ...(last ? [`    ${oneLine(last.title)}: ${exitWords(last.code)}`] : []),
    ...output.map((line) => palette.faint(`    | ${line}`)),
  ]
}

/** stderr says why; where it is empty, stdout may. */
function lastLines({ stderr, stdout }: ShownResult, most = 8): string[] {
  const text = stderr.trim() === '' ? stdout : stderr
  return text
    .split('\n')
    .map((line) => oneLine(line.trimEnd()))
    .filter((line) => line !== '')
    .slice(-most)
}

function exitWords(code: number): string {
  if (code === 124) return 'its time was over'
  return code === -1 ? 'its guard refused' : `exit code ${code}`
}

/** What the store keeps of a job's commands; anything else in it is passed over. */
export function resultsOf({ results }: JobRow): ShownResult[] {
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
  return Array.isArray(results)
    ? results.flatMap((one: unknown) =>
        typeof one === 'object' && one !== null && 'title' in one && 'code' in one
          ? [
              {
                title: textOf(one.title),
                code: Number(one.code),
                stdout: 'stdout' in one ? textOf(one.stdout) : '',
                stderr: 'stderr' in one ? textOf(one.stderr) : '',
              },
            ]
          : [],
      )
    : []
}

/** The time as the person's machine tells it: `2026-11-20 18:25:13`. */
export function showTime(ms: number): string {
  const at = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${showClock(ms)}`
}

/** `18:25:13`. */
export function showClock(ms: number): string {
  const at = new Date(ms)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')
}

const statePaint: Record<RunState | JobState, keyof Palette> = {
  waiting: 'faint',
  running: 'calm',
  ok: 'good',
  error: 'bad',
  skipped: 'faint',
  cancelled: 'warn',
}
