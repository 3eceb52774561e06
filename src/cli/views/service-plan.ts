/** What a plan does to one service: a header line, and under it its things in the order of work. */
import type { ServicePlan, TaskPlan } from '../../engine/plan/plan.ts'
import { commandLines } from './command-lines.ts'
import { effectWords, worstFirst } from './effects.ts'
import { fieldLines } from './field-change.ts'
import { type Palette, signOf } from './paint.ts'
import { oneLine } from './plain-text.ts'

export interface ServiceViewOptions {
  readonly palette: Palette
  readonly width: number
  readonly commands: boolean
  readonly linesMax: number
}

/** The lines of one service. */
export function serviceLines(service: ServicePlan, options: ServiceViewOptions): string[] {
  const { palette } = options
  const problem = service.problem
    ? [palette.bad(`      ${service.problem.code} ${oneLine(service.problem.message)}`)]
    : []
  const tasks = service.tasks.filter((task) => task.action !== 'none')
  return [headerLine(service, palette), ...problem, ...tasks.flatMap((task) => taskLines(task, service, options))]
}

function headerLine(service: ServicePlan, palette: Palette): string {
  const { sign, paint } = signOf(service.action)
  const node = service.node ? palette.faint(' on ') + service.node : ''
  const more = [
    whyWords(service),
    service.derivedBy ? `made by ${service.derivedBy}` : '',
    service.at ? `${service.at.file}:${service.at.line}` : '',
  ]
  const start = `${palette[paint](`${sign.padStart(3)} ${actionWord[service.action].padEnd(8)}`)}${palette.bold(service.address)}${node}`
  return `${start}${more
    .filter((part) => part !== '')
    .map((part) => palette.faint(` · ${part}`))
    .join('')}`
}

/** Why something happens, in words. */
export function whyWords({ why, waitsFor, node }: Pick<ServicePlan, 'why' | 'waitsFor' | 'node'>): string {
  switch (why) {
    case 'new':
      return 'new'
    case 'change':
      return 'blueprint changed'
    case 'drift':
      return 'drift: the node changed'
    case 'both':
      return 'blueprint and node changed'
    case 'orphan':
      return 'no longer declared'
    case 'waits':
      return waitsFor ? `waits for ${waitsFor}` : 'waits for what comes before'
    case 'lost':
      return node ? `${node} is out of reach` : 'its node is out of reach'
    case 'adopt':
      return 'there already, as wanted'
    case 'destroy':
      return 'everything goes'
  }
}

const actionWord: Record<ServicePlan['action'], string> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  remove: 'remove',
  adopt: 'adopt',
  forget: 'forget',
  unknown: 'unknown',
  none: '',
}

function taskLines(task: TaskPlan, service: ServicePlan, options: ServiceViewOptions): string[] {
  const { palette, width } = options
  const { sign, paint } = signOf(task.action)
  const notes = [
    task.node === service.node ? '' : `on ${task.node}`,
    task.withNode ? 'goes with its node' : '',
    task.why === service.why || task.withNode ? '' : whyWords({ why: task.why, node: task.node }),
  ]
  const note = notes
    .filter((part) => part !== '')
    .map((part) => palette.faint(` · ${part}`))
    .join('')
  const nameWidth = Math.min(28, Math.max(0, ...task.changes.map((change) => (change.path || 'it').length))) + 2
  const fields = isJustThere(task)
    ? []
    : task.changes.flatMap((change) =>
        fieldLines(change, { palette, width: width - indent.length, nameWidth, linesMax: options.linesMax }),
      )
  const problem = task.problem ? [palette.bad(`${task.problem.code} ${oneLine(task.problem.message)}`)] : []
  const effects = worstFirst(task.effects).map((effect) =>
    (effect.kind === 'data-loss' ? palette.bad : palette.warn)(`⚠ ${effectWords(effect)}`),
  )
  const commands = options.commands ? task.commands.flatMap((command) => commandLines(command, palette)) : []
  return [
    `${' '.repeat(4)}${palette[paint](sign.padStart(3))} ${oneLine(task.thing)}${note}`,
    ...[...fields, ...problem, ...effects, ...commands].map((line) => (indent + line).trimEnd()),
  ]
}

/** A removal or creation of the thing as a whole says nothing that its sign did not. */
const isJustThere = ({ changes, action }: TaskPlan): boolean =>
  action === 'remove' && changes.every((change) => change.path === '')

const indent = ' '.repeat(10)
