/** All there is to say of one service: what changes and where that stands, why, the path, the commands and the way back. */

import { pathOf } from '../../../actors/path.ts'
import type { Address } from '../../../base/address.ts'
import type { Command } from '../../../engine/kind.ts'
import type { PlanNotes } from '../../../engine/plan/notes.ts'
import type { ServicePlan, TaskPlan } from '../../../engine/plan/plan.ts'
import { commandLines } from '../command-lines.ts'
import { changeLines } from '../field-change.ts'
import { paletteOf, signOf } from '../paint.ts'
import { oneLine } from '../plain-text.ts'
import { says } from '../service-plan.ts'
import { undoLines } from '../undo-lines.ts'
import { placeText, reasonWords } from './cause-words.ts'
import { code, joined, type Words } from './words.ts'

export interface ServiceDetail {
  readonly why: Words
  /** A unified diff, safe for a fence: every line begins with its sign. */
  readonly diff: readonly string[]
  /** States of the machine; empty where nothing is carried out. */
  readonly path: readonly string[]
  readonly nodes: readonly NodeCommands[]
  readonly problem?: Words
}

export interface NodeCommands {
  readonly node: Address
  readonly commands: readonly string[]
  /** The way back, thing by thing. */
  readonly undo: readonly string[]
}

export function detailOf(service: ServicePlan, notes: PlanNotes): ServiceDetail {
  const tasks = service.tasks.filter((task) => task.action !== 'none')
  const nodes = [...new Set(tasks.map((task) => task.node))]
  const { problem } = service
  return {
    why: reasonWords(service, notes.causes[service.address]),
    diff: tasks.flatMap((task) => taskDiff(task, service)),
    path: pathOf(eventsOf(service)),
    nodes: nodes.map((node) => {
      const own = tasks.filter((task) => task.node === node)
      return {
        node,
        commands: shown(own.flatMap((task) => task.commands)),
        undo: undoLines(service.address, own, notes.undo, { palette: paletteOf(false), shown: new Map() }),
      }
    }),
    ...(problem ? { problem: [problem.message, ' ', code(problem.code)] } : {}),
  }
}

/** What the machine will meet, if everything goes well. */
function eventsOf({ why, tasks }: ServicePlan): Parameters<typeof pathOf>[0] {
  if (why === 'lost') return ['lost']
  if (tasks.some((task) => task.moving !== undefined)) return ['moving', 'waited', 'in place']
  return tasks.some((task) => task.commands.length > 0) || why === 'waits'
    ? ['drifted', 'done', 'in place']
    : ['in place']
}

function taskDiff(task: TaskPlan, service: ServicePlan): string[] {
  const { sign } = signOf(task.action)
  const at = task.at ?? service.at
  const notes = [
    task.node === service.node ? '' : `on ${task.node}`,
    task.withNode ? 'goes with its node' : '',
    task.moving === undefined ? '' : `under way: ${task.moving}`,
    at ? placeText(at) : 'no longer in a blueprint',
  ].filter((part) => part !== '')
  const mark = task.action === 'create' ? '+' : task.action === 'remove' ? '-' : '!'
  const head = oneLine(`${mark} ${sign === mark ? '' : `${sign} `}${task.thing}   (${notes.join(', ')})`)
  const problem = task.problem ? [`! ${task.problem.code} ${oneLine(task.problem.message)}`] : []
  return [
    head,
    ...task.changes
      .filter((change) => says(change, task))
      .flatMap((change) => changeLines(change, mark === '+' ? '+' : '!')),
    ...problem,
  ]
}

function shown(commands: readonly Command[]): string[] {
  const scripts = new Map<string, string>()
  return commands.flatMap((command) => commandLines(command, paletteOf(false), scripts))
}

/** `checking → applying → checking → in place`. */
export const pathWords = (path: readonly string[]): Words =>
  joined(
    path.map((state) => [state]),
    ' → ',
  )
