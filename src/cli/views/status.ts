/** What stands and how it is: one line per service. */
import { showDuration } from '../../base/duration.ts'
import type { ServiceStatus } from '../../workspace.ts'
import { type Palette, paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { type Cell, table } from './table.ts'

export interface StatusViewOptions {
  readonly color: boolean
  /** Milliseconds since 1970, for "3m ago". */
  readonly now: number
}

export function statusView(services: readonly ServiceStatus[], options: StatusViewOptions): string {
  const palette = paletteOf(options.color)
  if (services.length === 0) return 'No services: nothing is declared and nothing is remembered.'
  const known = services.some((one) => one.health)
  const rows = services.map((one): (string | Cell)[] => [
    { text: one.address, paint: palette.bold },
    one.template,
    one.node ?? '',
    { text: one.state, paint: palette[statePaint[one.state]] },
    ...(known ? [health(one, palette)] : []),
    lastJob(one, options.now, palette),
  ])
  const head = ['service', 'template', 'node', 'state', ...(known ? ['health'] : []), 'last job']
  return `${table(head, rows, palette.faint)}\n\n${sum(services)}`
}

const statePaint: Record<ServiceStatus['state'], keyof Palette> = {
  new: 'calm',
  ok: 'good',
  changed: 'warn',
  drifted: 'warn',
  unknown: 'warn',
  error: 'bad',
  removing: 'bad',
}

function health({ health }: ServiceStatus, palette: Palette): Cell {
  if (!health) return { text: '' }
  const paint = health.state === 'ok' ? palette.good : health.state === 'warning' ? palette.warn : palette.bad
  return { text: health.why ? `${health.state}: ${oneLine(health.why)}` : health.state, paint }
}

function lastJob({ lastJob }: ServiceStatus, now: number, palette: Palette): Cell {
  if (!lastJob) return { text: '' }
  const at = lastJob.endedAt ?? lastJob.startedAt
  const ago = at === undefined ? '' : ` ${showDuration(Math.max(0, now - at))} ago`
  const problem = lastJob.problem ? `: ${oneLine(lastJob.problem.message)}` : ''
  return {
    text: `${lastJob.action} ${lastJob.state}${ago}${problem}`,
    paint: lastJob.state === 'error' ? palette.bad : palette.faint,
  }
}

/** `12 services: 10 ok, 2 drifted`. */
function sum(services: readonly ServiceStatus[]): string {
  const states = new Map<string, number>()
  for (const { state } of services) states.set(state, (states.get(state) ?? 0) + 1)
  return `${count(services.length, 'service')}: ${[...states].map(([state, n]) => `${n} ${state}`).join(', ')}`
}
