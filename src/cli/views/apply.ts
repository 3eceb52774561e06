/** What became of a run: what failed and why, then the sum. */
import { showDuration } from '../../base/duration.ts'
import type { ApplyResult } from '../../workspace.ts'
import { paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { failureLines, resultsOf } from './runs.ts'

export function applyView(
  result: ApplyResult,
  { color, done = 'Applied' }: { readonly color: boolean; readonly done?: string },
): string {
  const palette = paletteOf(color)
  if (result.state === 'nothing') return 'Nothing to do.'
  const failed = result.jobs.filter((job) => job.state === 'error')
  const shown = new Set(failed.map((job) => job.problem?.message))
  const others = result.problems.filter((problem) => !shown.has(problem.message))
  const lines = [
    ...failed.flatMap((job) => failureLines(`${job.service} on ${job.node}`, job.problem, resultsOf(job), palette)),
    ...others.flatMap((problem) => [
      `${palette.bad('!')} ${oneLine(problem.message)} ${palette.faint(problem.code)}`,
      ...(problem.hint === undefined ? [] : [`    ${palette.faint(oneLine(problem.hint))}`]),
    ]),
  ]
  return [...(lines.length > 0 ? [...lines, ''] : []), sumLine(result, done, palette.bold)].join('\n')
}

/** `Applied: 8 jobs ok in 14.2s (run 12).` */
function sumLine(
  { state, jobs, run, ms, cancelledBy }: ApplyResult,
  done: string,
  bold: (text: string) => string,
): string {
  const n = (wanted: string): number => jobs.filter((job) => job.state === wanted).length
  const parts = [
    `${count(n('ok'), 'job')} ok`,
    ...(['error', 'skipped', 'cancelled', 'waiting'] as const)
      .filter((one) => n(one) > 0)
      .map((one) => `${n(one)} ${one === 'error' ? 'failed' : one === 'waiting' ? 'not begun' : one}`),
  ]
  const word =
    state === 'ok'
      ? done
      : state === 'cancelled'
        ? cancelledBy
          ? `Cancelled by ${cancelledBy}`
          : 'Interrupted'
        : 'Not everything worked'
  const next = state === 'ok' ? '' : ' The next apply looks first and goes on from here.'
  return `${bold(`${word}:`)} ${parts.join(', ')} in ${showDuration(ms)} (run ${run}).${next}`
}
