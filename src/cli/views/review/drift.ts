/** What the nodes did by themselves, where it changes what is done. */
import type { FieldChange } from '../../../engine/kind.ts'
import type { Plan, TaskPlan } from '../../../engine/plan/plan.ts'
import { nameOf, showValue } from '../field-change.ts'
import { code, joined, type Words } from './words.ts'

export interface DriftRow {
  readonly service: string
  readonly node: string
  readonly thing: string
  /** What it is on the node, and what apply makes of it. */
  readonly fields: Words
}

/** Things that nobody asked to be otherwise and that apply puts back. */
export const driftRows = ({ services }: Pick<Plan, 'services'>): readonly DriftRow[] =>
  services.flatMap(({ address, tasks }) =>
    tasks
      .filter(({ why, action }) => (why === 'drift' || why === 'both') && action !== 'none' && action !== 'adopt')
      .map((task) => ({ service: address, node: task.node, thing: task.thing, fields: fieldsOf(task) })),
  )

const fieldsOf = ({ changes }: TaskPlan): Words =>
  joined(
    changes
      .slice(0, 3)
      .map((change) => [`${nameOf(change)} `, code(short(change, change.from)), ' → ', code(short(change, change.to))]),
    ', ',
  )

/** A text of several lines is shown in the details. */
function short({ path }: FieldChange, value: FieldChange['from']): string {
  if (typeof value === 'string' && value.includes('\n')) return 'text'
  const shown = showValue(path, value)
  return shown.length > 40 ? `${shown.slice(0, 39)}…` : shown
}
