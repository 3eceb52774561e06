/** What a plan does to one service: a header line, and under it its things in the order of work. */
import type { FieldChange } from '../../engine/kind.ts'
import type { PlanNotes } from '../../engine/plan/notes.ts'
import type { ServicePlan, TaskPlan } from '../../engine/plan/plan.ts'
import { commandLines, type ShownScripts } from './command-lines.ts'
import { effectWords, worstFirst } from './effects.ts'
import { fieldLines, nameOf } from './field-change.ts'
import { type Palette, signOf } from './paint.ts'
import { oneLine } from './plain-text.ts'
import { undoLines } from './undo-lines.ts'

export interface ServiceViewOptions {
  readonly palette: Palette
  readonly width: number
  readonly commands: boolean
  readonly linesMax: number
  readonly shown: ShownScripts
  /** What is said of nodes out of reach, once for all services on them. */
  readonly unreachable: ReadonlySet<string>
  /** The way back, to be shown after the things. */
  readonly undo?: PlanNotes['undo']
}

/** The lines of one service. */
export function serviceLines(service: ServicePlan, options: ServiceViewOptions): string[] {
  const { palette } = options
  // Why its node is out of reach stands at the top, once.
  if (service.why === 'lost') return [headerLine(service, palette)]
  const problem = service.problem
    ? [palette.bad(`      ${service.problem.code} ${oneLine(service.problem.message)}`)]
    : []
  const tasks = service.tasks.filter((task) => task.action !== 'none')
  const back = options.undo ? undoLines(service.address, tasks, options.undo, options) : []
  return [
    headerLine(service, palette),
    ...problem,
    ...tasks.flatMap((task) => taskLines(task, service, options)),
    ...(back.length > 0 ? [`      ${palette.bold('way back')}`, ...back.map((line) => (indent + line).trimEnd())] : []),
  ]
}

function headerLine(service: ServicePlan, palette: Palette): string {
  const { sign, paint } = signOf(service.action)
  const node = service.node && service.node !== service.address ? palette.faint(' on ') + service.node : ''
  const more = [
    whyWords(service),
    service.derivedBy ? `made by ${service.derivedBy}` : '',
    service.at ? `${oneLine(service.at.file)}:${service.at.line}` : '',
  ]
  const start = `${palette[paint](`${sign.padStart(3)} ${oneLine(service.verb ?? actionWord[service.action]).padEnd(8)}`)}${palette.bold(service.address)}${node}`
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
    case 'asked':
      return 'asked for'
    case 'held':
      return 'held'
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
      return 'there already'
    case 'destroy':
      return ''
  }
}

const actionWord: Record<ServicePlan['action'], string> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  remove: 'remove',
  adopt: 'adopt',
  act: 'act',
  unknown: 'unknown',
  none: '',
}

/** The lines of one thing: what happens to it, field by field, and what that can hurt. */
export function taskLines(task: TaskPlan, service: ServicePlan, options: ServiceViewOptions): string[] {
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
  const changes = task.changes.filter((change) => says(change, task))
  const nameWidth = Math.min(28, Math.max(0, ...changes.map((change) => nameOf(change).length))) + 2
  const fields = changes.flatMap((change) =>
    fieldLines(change, { palette, width: width - indent.length, nameWidth, linesMax: options.linesMax }),
  )
  const problem = task.problem ? [palette.bad(`${task.problem.code} ${oneLine(task.problem.message)}`)] : []
  const effects = worstFirst(task.effects).map((effect) =>
    (effect.kind === 'data-loss' ? palette.bad : palette.warn)(`⚠ ${effectWords(effect)}`),
  )
  const undo = task.undo
    ? [
        palette.faint(
          `↩ the node takes it back by itself unless ays reaches it again: ${task.undo.map(oneLine).join(', ')}`,
        ),
      ]
    : []
  const commands = options.commands
    ? task.commands.flatMap((command) => commandLines(command, palette, options.shown))
    : []
  return [
    `${' '.repeat(4)}${palette[paint](sign.padStart(3))} ${oneLine(task.thing)}${note}`,
    ...[...fields, ...problem, ...effects, ...undo, ...commands].map((line) => (indent + line).trimEnd()),
  ]
}

/** That the thing as a whole comes or goes is what its sign says already, and its kind what sort it is. */
export function says({ path, from, to }: FieldChange, { action, kind, thing }: TaskPlan): boolean {
  if (action === 'remove') return false
  if (path !== '' || (from !== undefined && from !== null)) return true
  return (
    to !== true &&
    to !== null &&
    to !== undefined &&
    !(typeof to === 'string' && (kind.startsWith(`${to}@`) || thing.includes(to)))
  )
}

const indent = ' '.repeat(10)
