/** One line per service: what happens to it, for a person who knows nothing of the blueprint. */
import type { PlanNotes } from '../../../engine/plan/notes.ts'
import type { Plan, ServicePlan, TaskPlan } from '../../../engine/plan/plan.ts'
import { riskOf, risks } from '../../../engine/plan/risk.ts'
import { nameOf } from '../field-change.ts'
import { code, joined, type Words } from './words.ts'

/** What is done, in a word: `create`, or the verb of an action. */
export const doing = ({ action, verb }: Pick<ServicePlan, 'action' | 'verb'>): string => verb ?? action

/** The riskiest first; within a risk what takes away, then what changes, then what comes. */
export function riskiestFirst(services: Plan['services']): readonly ServicePlan[] {
  const known = sorted.get(services)
  if (known) return known
  const first = services
    .filter((service) => service.action !== 'none')
    .map((service) => ({ service, risk: risks.indexOf(riskOf(service)) }))
    .sort((a, b) => b.risk - a.risk || order.indexOf(a.service.action) - order.indexOf(b.service.action))
    .map(({ service }) => service)
  sorted.set(services, first)
  return first
}

const sorted = new WeakMap<Plan['services'], readonly ServicePlan[]>()

const order: readonly ServicePlan['action'][] = [
  'replace',
  'remove',
  'update',
  'act',
  'unknown',
  'create',
  'adopt',
  'none',
]

/** What comes or goes is told by what its template is, what changes by its fields. */
export function whatHappens(service: ServicePlan, notes: Pick<PlanNotes, 'templates'>): Words {
  const { action, template, why } = service
  const summary = notes.templates[template]
  const whole = action === 'create' || action === 'remove' || action === 'replace' || action === 'adopt'
  if (summary === undefined || !whole || why === 'lost') return gist(service)
  const short = summary.replace(/(?:[,:]| \(|\.$).*$/s, '')
  return [`${short.slice(0, 1).toLowerCase()}${short.slice(1)}`]
}

/** The address it had before, where it is renamed. */
export const formerly = (plan: Pick<Plan, 'renamed'>, { address }: ServicePlan): Words => {
  const renamed = plan.renamed.find(({ to }) => to === address)
  return renamed ? [' (was ', code(renamed.from), ')'] : []
}

/** `file:/etc/motd: content, mode`, the things that are concerned with what of them changes. */
export function gist({ action, why, tasks }: ServicePlan, most = 3): Words {
  if (why === 'lost') return ['nothing: its node is out of reach']
  const active = tasks.filter((task) => task.action !== 'none')
  if (active.length === 0) return [why === 'waits' ? 'looked at when its node is there' : 'nothing on a node']
  const shown = active.slice(0, most)
  const rest = active.length - shown.length
  const parts = shown.map((task) => thingWords(task, action))
  return [...joined(parts, ', '), ...(rest > 0 ? [` and ${rest} more ${rest === 1 ? 'thing' : 'things'}`] : [])]
}

function thingWords(task: TaskPlan, whole: ServicePlan['action']): Words {
  const thing = code(task.thing)
  if (task.action === whole && whole !== 'update') return [thing]
  if (task.action !== 'update') return [`${task.action} `, thing]
  const fields = [...new Set(task.changes.map(nameOf))]
  if (fields.length === 0) return [thing]
  const more = fields.length > 3 ? ` and ${fields.length - 3} more` : ''
  return [
    thing,
    ' (',
    ...joined(
      fields.slice(0, 3).map((name) => [name]),
      ', ',
    ),
    `${more})`,
  ]
}
