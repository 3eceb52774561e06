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
    { text: one.held ? `${one.state}, held` : one.state, paint: palette[one.held ? 'warn' : statePaint[one.state]] },
    ...(known ? [health(one, palette)] : []),
    lastJob(one, options.now, palette),
  ])
  const head = ['service', 'template', 'node', 'state', ...(known ? ['health'] : []), 'last job']
  const parts = [table(head, rows, palette.faint), ...actionLines(services, options.now, palette), sum(services)]
  return parts.join('\n\n')
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

/** Actions of templates and verbs, and attempts that are due again; nothing where there are none. */
function actionLines(services: readonly ServiceStatus[], now: number, palette: Palette): string[] {
  const rows = services.flatMap(({ address, actions }) =>
    actions
      .filter((one) => one.action !== 'apply' || one.state !== 'ok')
      .map((one): (string | Cell)[] => [
        { text: address, paint: palette.bold },
        one.action,
        { text: one.state, paint: one.state === 'error' ? palette.bad : palette.good },
        one.attempts > 0 ? String(one.attempts) : '',
        one.lastAt === undefined ? '' : `${showDuration(Math.max(0, now - one.lastAt))} ago`,
        one.nextAt === undefined ? '' : one.nextAt <= now ? 'now' : `in ${showDuration(one.nextAt - now)}`,
      ]),
  )
  return rows.length === 0
    ? []
    : [table(['service', 'action', 'state', 'attempts', 'last', 'due'], rows, palette.faint)]
}

/** `12 services: 10 ok, 2 drifted`. */
function sum(services: readonly ServiceStatus[]): string {
  const states = new Map<string, number>()
  for (const { state } of services) states.set(state, (states.get(state) ?? 0) + 1)
  return `${count(services.length, 'service')}: ${[...states].map(([state, n]) => `${n} ${state}`).join(', ')}`
}
