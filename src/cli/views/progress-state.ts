/** What a run is doing just now, told from its progress events. */
import type { Address } from '../../base/address.ts'
import { showDuration } from '../../base/duration.ts'
import type { Progress } from '../../workspace.ts'
import type { Palette } from './paint.ts'
import { oneLine } from './plain-text.ts'
import { clip } from './table.ts'
import { widthOf } from './text-width.ts'

export interface ProgressState {
  readonly jobs: number
  readonly done: number
  readonly failed: number
  readonly startedAt: number
  readonly running: ReadonlyMap<string, RunningJob>
}

export interface RunningJob {
  readonly service: Address
  readonly node: Address
  readonly what: string
  readonly since: number
}

export const nothingYet = (now: number): ProgressState => ({
  jobs: 0,
  done: 0,
  failed: 0,
  startedAt: now,
  running: new Map(),
})

/** The state after an event that came at `now`. */
export function afterProgress(state: ProgressState, event: Progress, now: number): ProgressState {
  if (event.type === 'run') return { ...state, jobs: event.jobs, startedAt: now }
  if (event.type === 'cancelled') return state
  const key = `${event.service} ${event.node}`
  const running = new Map(state.running)
  const { service, node } = event
  switch (event.type) {
    case 'started':
      running.set(key, { service, node, what: event.title, since: now })
      return { ...state, running }
    case 'moving':
      running.set(key, { service, node, what: event.progress, since: running.get(key)?.since ?? now })
      return { ...state, running }
    case 'ended':
      running.delete(key)
      return { ...state, running, done: state.done + 1, failed: state.failed + (event.state === 'error' ? 1 : 0) }
  }
}

export interface BlockOptions {
  readonly palette: Palette
  readonly width: number
  /** Lines that the block may take. */
  readonly height: number
}

/** The lines of the live block: what runs, for how long, and how much is done. */
export function blockLines(state: ProgressState, now: number, { palette, width, height }: BlockOptions): string[] {
  const jobs = [...state.running.values()].sort((a, b) => a.since - b.since)
  const room = Math.max(1, height - 2)
  const shown = jobs.length > room ? jobs.slice(0, room - 1) : jobs
  const spin = spinner[Math.floor(now / 100) % spinner.length] ?? ''
  const names = shown.map((job) => `${job.service} on ${job.node}`)
  const nameWidth = Math.min(Math.floor(width / 2), Math.max(0, ...names.map(widthOf)))
  const lines = shown.map((job, i) => {
    const took = showDuration(now - job.since)
    const name = clip(names[i] ?? '', nameWidth)
    const what = clip(oneLine(job.what), Math.max(0, width - nameWidth - took.length - 7))
    return `${palette.calm(spin)} ${name}${' '.repeat(nameWidth - widthOf(name))}  ${palette.faint(what)}  ${took}`
  })
  const more = jobs.length - shown.length
  const failed = state.failed > 0 ? palette.bad(` · ${state.failed} failed`) : ''
  return [
    ...lines,
    ...(more > 0 ? [palette.faint(`  … and ${more} more`)] : []),
    `  ${state.done} of ${state.jobs} done${failed}${palette.faint(` · ${jobs.length} running · ${showDuration(now - state.startedAt)}`)}`,
  ]
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
