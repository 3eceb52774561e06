/** What became of a run that was cancelled from elsewhere. */
import { plain } from '../../base/json.ts'
import type { Holder, JobRow, Run } from '../../store/store.ts'
import type { Cancelled } from '../../workspace.ts'
import { runJson } from './json.ts'
import { count } from './plain-text.ts'
import { showTime } from './runs.ts'

/** While it is waited for. */
export const askedLine = (holder: Holder, run: Run | undefined): string =>
  `Asked ${nameOf(holder)} to end ${run ? `run ${run.id}` : 'what it does'}; waiting for that.`

export function cancelView({ state, run, jobs, holder, retries }: Cancelled): string {
  const off = retries.length > 0 ? [`Called off the next attempts of ${retries.join(', ')}.`] : []
  const named = run ? `Run ${run.id}` : 'It'
  switch (state) {
    case 'nothing':
      return 'Nobody works here, and nothing was left behind.'
    case 'over':
      return [`${named} had ended before: ${run?.state}.`, ...off].join('\n')
    case 'asked':
      return [`Asked ${holder ? nameOf(holder) : 'it'} to end ${run ? `run ${run.id}` : 'what it does'}.`, ...off].join(
        '\n',
      )
    case 'ended':
      return [
        ...(run ? [`${endOf(run)} ${sumOf(jobs)}`] : holder ? [`${nameOf(holder)} has ended.`] : []),
        ...off,
      ].join('\n')
    case 'going on':
      return [
        `${named} goes on: ${runningOf(jobs)}`,
        'It was asked to end, and has not yet. `ays cancel --now` ends what runs on the nodes.',
        ...off,
      ].join('\n')
    case 'left behind':
      return [
        `${named} was cut off on ${run ? showTime(run.startedAt) : 'its way'}; its ays is gone. ${runningOf(jobs)}`,
        'The next `ays apply` waits for what still runs; `ays cancel --now` ends it.',
        ...off,
      ].join('\n')
    case 'cleared':
      return [`${named} was cut off; what was left of it is ended. ${sumOf(jobs)}`.trim(), ...off].join('\n')
  }
}

/** One object; times as ISO 8601. */
export function cancelJson({ state, run, jobs, holder, retries }: Cancelled): unknown {
  const of = run ? { run: runJson(run, jobs) } : { run: null }
  return plain({ format: 1, state, ...of, holder: holder ?? null, retries })
}

const nameOf = ({ who, pid, host }: Holder): string => `${who} (pid ${pid} on ${host})`

function endOf({ id, state, cancelledBy }: Run): string {
  if (state === 'running') return `Run ${id} goes on with the others.`
  return state === 'cancelled'
    ? `Run ${id} is cancelled${cancelledBy ? ` by ${cancelledBy}` : ''}.`
    : `Run ${id} came to its end: ${state}.`
}

/** `3 jobs: 2 ok, 1 cancelled.` */
function sumOf(jobs: readonly JobRow[]): string {
  if (jobs.length === 0) return ''
  const states = new Map<string, number>()
  for (const { state } of jobs) states.set(state, (states.get(state) ?? 0) + 1)
  return `${count(jobs.length, 'job')}: ${[...states].map(([state, n]) => `${n} ${state}`).join(', ')}.`
}

function runningOf(jobs: readonly JobRow[]): string {
  const running = jobs.filter((job) => job.state === 'running').map((job) => `${job.service} on ${job.node}`)
  return running.length > 0
    ? `${running.join(', ')} may still run.`
    : 'Nothing of it runs on nodes, as far as is known.'
}
