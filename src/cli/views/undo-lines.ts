/** The way back of things, in words and commands: for terminals, and for the folded blocks of a review. */
import type { Address } from '../../base/address.ts'
import { thingKey } from '../../engine/graph/tasks.ts'
import type { PlanNotes } from '../../engine/plan/notes.ts'
import type { ServicePlan, TaskPlan } from '../../engine/plan/plan.ts'
import { undoKey } from '../../engine/plan/undo.ts'
import { commandLines, type ShownScripts } from './command-lines.ts'
import type { Palette } from './paint.ts'
import { count, oneLine } from './plain-text.ts'

type Undos = PlanNotes['undo']

/** From the last thing to the first: each stands on those before it. */
export function undoLines(
  service: Address,
  tasks: readonly TaskPlan[],
  undos: Undos,
  { palette, shown }: { readonly palette: Palette; readonly shown: ShownScripts },
): string[] {
  return [...tasks].reverse().flatMap((task) => {
    const undo = undoFor(undos, service, task)
    const note = (words: string): string => palette.faint(`# ${oneLine(task.thing)}: ${words}`)
    if (!undo) return []
    if ('none' in undo) return [palette.warn(`# ${oneLine(task.thing)}: no way back. ${undo.none}`)]
    if (undo.commands.length === 0) return [note('nothing to take back.')]
    return [
      ...(undo.loses ? [palette.warn(`# ${oneLine(task.thing)}: comes back without the data that was in it.`)] : []),
      ...(undo.from ? [note(FROM_NODE)] : []),
      ...undo.commands.flatMap((command) => commandLines(command, palette, shown)),
    ]
  })
}

/** That of the service's own part, where it has one. */
const undoFor = (undos: Undos, service: Address, task: TaskPlan): Undos[string] | undefined =>
  undos[undoKey(service, task)] ?? undos[thingKey(task.node, task.thing)]

const FROM_NODE = 'its content comes back from what the node keeps of it, not from here.'

/** What the way back of a whole plan is worth: what has none, and what it does not bring back. */
export function undoSummary(
  services: readonly Pick<ServicePlan, 'address' | 'tasks'>[],
  undos: Undos,
  palette: Palette,
): string[] {
  const known = services.flatMap(({ address, tasks }) =>
    tasks.flatMap((task) => {
      const undo = undoFor(undos, address, task)
      return undo ? [{ task, undo }] : []
    }),
  )
  const unseen = services.flatMap(({ tasks }) => tasks).filter(({ action }) => action === 'unknown').length
  if (known.length + unseen === 0) return [`${palette.bold('Way back:')} nothing is done that could be undone.`]
  const none = known.filter(({ undo }) => 'none' in undo)
  const loses = known.filter(({ undo }) => 'loses' in undo && undo.loses)
  const kept = known.filter(({ undo }) => 'from' in undo && undo.from)
  const parts = [
    `${known.length - none.length} of ${count(known.length, 'thing')}`,
    ...(none.length > 0 ? [palette.warn(`none for ${named(none)}`)] : []),
    ...(loses.length > 0 ? [palette.warn(`without its data for ${named(loses)}`)] : []),
    ...(kept.length > 0 ? [`from what the node keeps for ${named(kept)}`] : []),
    ...(unseen > 0 ? [palette.warn(`not known for ${count(unseen, 'thing')} that could not be seen`)] : []),
  ]
  return [
    `${palette.bold('Way back:')} ${parts.join('; ')}.`,
    palette.faint(
      'It leads back to what was found of each thing. What services did with their data meanwhile, and what commands of one’s own did, it does not undo.',
    ),
  ]
}

function named(all: readonly { readonly task: TaskPlan }[]): string {
  const names = all.slice(0, 3).map(({ task }) => oneLine(task.thing))
  return names.join(', ') + (all.length > 3 ? ` and ${all.length - 3} more` : '')
}
