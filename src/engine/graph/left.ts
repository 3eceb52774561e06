/** `$ignore`: which parts of a service's things stem from fields that others own. */
import type { Address } from '../../base/address.ts'
import { type Json, plain, sameData } from '../../base/json.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import type { AnyTask } from '../task.ts'
import { askTemplate } from './ask-template.ts'
import { type Chosen, contextOf } from './context.ts'
import type { Service } from './graph.ts'
import { holdsSealed, ignoredFields, type KeptFields } from './kept-fields.ts'
import { type Leaf, leavesBetween, withParts } from './leaves.ts'
import { otherValues } from './other-values.ts'
import type { SchemaPart } from './schema.ts'
import { type Left, type OwnedTask, thingKey, type WantedTasks } from './tasks.ts'

/**
 * Asks each template again with other values in its ignored fields: what then differs stems from them, and is marked on
 * the things. `kept` is what was last applied.
 */
export function leaveToOthers(
  chosen: Chosen,
  wanted: WantedTasks,
  kept: (address: Address) => KeptFields | undefined,
): WantedTasks {
  const left = new Map<string, Left>()
  const problems: Problem[] = []
  for (const [address, tasks] of wanted.tasks) {
    const service = chosen.graph.services.get(address)
    for (const field of service ? ignoredFields(service.template, service.steer) : []) {
      if (!service) continue
      const stems = stemsOf(chosen, service, field)
      const other = isOtherSecret(service.data[field], kept(address)?.[field]?.value)
      const things = tasks.filter((task) => stems.has(task.thing))
      if (other && things.length > 0) problems.push(otherSecret(service, field, things))
      for (const { node, thing } of things) {
        const { leaves = [], paths = [] } = stems.get(thing) ?? {}
        const key = thingKey(node, thing)
        left.set(key, united(left.get(key), { leaves, paths, always: other ? leaves : [] }))
      }
    }
  }
  if (left.size === 0) return wanted
  const marked = (task: OwnedTask): OwnedTask => {
    const own = left.get(thingKey(task.node, task.thing))
    return own ? { ...task, left: own } : task
  }
  return {
    tasks: new Map([...wanted.tasks].map(([address, tasks]) => [address, tasks.map(marked)])),
    things: new Map([...wanted.things].map(([key, task]) => [key, marked(task)])),
    problems: sortProblems([...wanted.problems, ...problems]),
  }
}

/** What is remembered as wanted of a thing: a secret that was not written stays the one that was. */
export const rememberedWanted = ({ wanted, left }: OwnedTask, past: { readonly wanted: Json } | undefined): Json =>
  plain(past && left ? withParts(wanted, past.wanted, left.always) : wanted)

/** By thing: what differs when the field has another value. */
function stemsOf(chosen: Chosen, service: Service, field: string): ReadonlyMap<string, Left> {
  const stems = new Map<string, Left>()
  const usual = new Map((tasksWith(chosen, service, {}) ?? []).map((task) => [task.thing, task]))
  const { properties } = service.template.data as SchemaPart // a TypeBox schema is JSON Schema
  for (const value of otherValues(service.data[field], properties?.[field]))
    for (const other of tasksWith(chosen, service, { [field]: value }) ?? []) {
      const task = usual.get(other.thing)
      const leaves = task ? leavesBetween(task.wanted, other.wanted) : []
      if (!task || task.kind !== other.kind || leaves.length === 0) continue
      stems.set(other.thing, united(stems.get(other.thing), { leaves, paths: pathsBetween(task, other), always: [] }))
    }
  return stems
}

/** The field changes from the one to the other. What a template makes of an odd value may be no want of its kind: none then. */
function pathsBetween({ kind, wanted }: AnyTask, other: AnyTask): string[] {
  try {
    return kind.compare(other.wanted, kind.settled(wanted, kind.bare)).map(({ path }) => path)
  } catch {
    return []
  }
}

/**
 * The tasks of a service whose data has these values; so has a choice of that name that was made by them. undefined: the
 * template takes no such value, in whatever way it says so.
 */
function tasksWith(
  chosen: Chosen,
  service: Service,
  values: Readonly<Record<string, unknown>>,
): readonly AnyTask[] | undefined {
  const context = contextOf(chosen, { ...service, data: { ...service.data, ...(values as Service['data']) } })
  const choices = Object.keys(values).filter((name) => sameData(context.allocated[name], service.data[name]))
  const allocated = { ...context.allocated, ...Object.fromEntries(choices.map((name) => [name, values[name]])) }
  try {
    return askTemplate(service, { ...context, allocated: allocated as typeof context.allocated })
  } catch {
    return undefined
  }
}

function united(one: Left | undefined, other: Left): Left {
  if (!one) return other
  const leaves = (a: readonly Leaf[], b: readonly Leaf[]): Leaf[] => [
    ...new Map([...a, ...b].map((leaf) => [JSON.stringify(leaf), leaf])).values(),
  ]
  return {
    leaves: leaves(one.leaves, other.leaves),
    always: leaves(one.always, other.always),
    paths: [...new Set([...one.paths, ...other.paths])],
  }
}

const isOtherSecret = (now: unknown, kept: Json | undefined): boolean => holdsSealed(kept) && !sameData(now, kept)

function otherSecret(service: Service, field: string, things: readonly OwnedTask[]): Problem {
  const { address, at, steer } = service
  const names = things.map(({ thing }) => thing).join(', ')
  return {
    code: 'IGNORED_SECRET',
    severity: 'warning',
    at: steer.ignoreAt?.[0]?.at ?? at,
    message: `${address} ignores ${field}, whose secret is no longer the one last applied: what holds it is left as it is, whatever else changes there (${names}).`,
    hint: `Take ${field} off $ignore to have it written.`,
  }
}
