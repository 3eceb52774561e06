/** Why a service is planned as it is, as a chain from lines of blueprints over values and links to what is done. */
import type { Address } from '../../base/address.ts'
import { type Json, plain } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Origin } from '../blueprint/origin.ts'
import type { Graph, Service } from '../graph/graph.ts'
import { linkKeysOf } from '../graph/link-fields.ts'
import type { Effect, FieldChange } from '../kind.ts'
import { type Cause, placeOfLink } from './causes.ts'
import type { Action, Plan, PlanHold, ServicePlan, TaskPlan } from './plan.ts'

/** What `ays why` tells. */
export interface Why {
  readonly address: Address
  /** From the service to what forces it; empty: there is nothing to do. */
  readonly chain: readonly Cause[]
  /** The same as it is read, from top to bottom. */
  readonly steps: readonly WhyStep[]
}

/** One line of a chain; the next one follows from it. */
export type WhyStep =
  | {
      readonly step: 'declared'
      readonly service: Address
      readonly template: string
      readonly at?: Place
      /** The service whose template declares it. */
      readonly derivedBy?: Address
    }
  /** A field of it; `origin` where expressions stand there. */
  | {
      readonly step: 'value'
      readonly service: Address
      readonly field: string
      readonly value: Json
      readonly at?: Place
      readonly origin?: Origin
    }
  /** What is done to `to` is done before, and reaches it. */
  | {
      readonly step: 'link'
      readonly service: Address
      readonly link: string
      readonly to: Address
      readonly at?: Place
    }
  | { readonly step: 'renamed'; readonly service: Address; readonly was: Address }
  | (Pick<TaskPlan, 'thing' | 'node' | 'kind' | 'action' | 'why'> & {
      readonly step: 'thing'
      readonly service: Address
      readonly at?: Place
      readonly changes: readonly FieldChange[]
      /** Titles. */
      readonly commands: readonly string[]
      readonly effects: readonly Effect[]
      readonly problem?: Problem
    })
  | {
      readonly step: 'action'
      readonly service: Address
      readonly action: Action
      readonly why: ServicePlan['why']
      readonly node?: Address
      readonly waitsFor?: Address
      readonly verb?: string
      readonly commands: number
      readonly problem?: Problem
    }
  /** Not declared any more; `run` is the last that had it, and `declaredAt` where it was declared then. */
  | { readonly step: 'gone'; readonly service: Address; readonly run?: number; readonly declaredAt?: Place }
  | ({ readonly step: 'held'; readonly service: Address } & Omit<PlanHold, 'address'>)
  /** As declared; `run` is the last that did something to it. */
  | {
      readonly step: 'as declared'
      readonly service: Address
      readonly things: readonly string[]
      readonly run?: number
      /** Milliseconds since 1970; absent: it was never applied. */
      readonly appliedAt?: number
    }

export interface WhyInput {
  /** From the service to what forces it. */
  readonly chain: readonly Cause[]
  readonly plan: Pick<Plan, 'services'>
  readonly graph: Graph
  /** Only this thing of the service. */
  readonly thing?: string | undefined
  originAt(at: Place): Origin | undefined
  /** For what no blueprint declares any more. */
  lastOf(service: Address): { readonly run?: number; readonly declaredAt?: Place }
}

/** From what forces it to the service itself, as it is read from top to bottom. */
export function whySteps(input: WhyInput): WhyStep[] {
  const { chain, plan, graph } = input
  const planned = new Map(plan.services.filter(({ action }) => action !== 'act').map((one) => [one.address, one]))
  return chain
    .map((cause, i) => ({ cause, isRoot: i === chain.length - 1, isLast: i === 0 }))
    .reverse()
    .flatMap(({ cause, isRoot, isLast }): WhyStep[] => {
      const service = graph.services.get(cause.service)
      const one = planned.get(cause.service)
      const only = isLast ? input.thing : undefined
      return [
        ...(cause.link && !isRoot && service ? [linkStep(service, cause.link, input)] : []),
        ...(service && (isRoot || cause.action === 'create') ? [declaredStep(service)] : []),
        ...(service ? [] : [{ step: 'gone' as const, service: cause.service, ...input.lastOf(cause.service) }]),
        ...(cause.was === undefined ? [] : [{ step: 'renamed' as const, service: cause.service, was: cause.was }]),
        ...(service ? valueSteps(service, fieldsOf(cause, service, isRoot), input) : []),
        ...(one ? thingSteps(one, only) : []),
        ...(one ? [actionStep(one)] : []),
      ]
    })
}

/** Where it is declared, and by whom. */
export const declaredStep = ({ address, template, at, derivedBy }: Service): WhyStep => ({
  step: 'declared',
  service: address,
  template: template.name,
  at,
  ...(derivedBy ? { derivedBy } : {}),
})

/** The action of a service as a line. */
export const actionStep = (one: ServicePlan): WhyStep => ({
  step: 'action',
  service: one.address,
  action: one.action,
  why: one.why,
  commands: one.tasks.reduce((sum, { commands }) => sum + commands.length, 0),
  ...(one.node ? { node: one.node } : {}),
  ...(one.waitsFor ? { waitsFor: one.waitsFor } : {}),
  ...(one.verb === undefined ? {} : { verb: one.verb }),
  ...(one.problem ? { problem: one.problem } : {}),
})

function linkStep(service: Service, { name, to }: NonNullable<Cause['link']>, input: WhyInput): WhyStep {
  const at = placeOfLink(service, { name, to }) ?? readAt(service, to, input) ?? service.at
  return { step: 'link', service: service.address, link: name, to, at }
}

/** The first field whose expression reads the other service. */
const readAt = ({ places }: Service, to: Address, { originAt }: WhyInput): Place | undefined =>
  Object.entries(places).find(
    ([field, at]) => field !== '' && originAt(at)?.reads.some(({ service }) => service === to),
  )?.[1]

/** The field that forces it; where that is not known, all that are given. */
function fieldsOf({ field, action, why }: Cause, service: Service, isRoot: boolean): string[] {
  if (field !== undefined) return [field]
  if (!isRoot || action === 'remove' || why === 'drift' || why === 'lost' || why === 'held') return []
  return givenFields(service)
}

/** Fields that the blueprint gives and that are no links. */
export function givenFields({ places, template, data }: Service): string[] {
  const links = linkKeysOf(template)
  return Object.keys(places).filter(
    (field) => field !== '' && !field.includes('.') && !links.has(field) && valueAt(data, field) !== undefined,
  )
}

/** Fields with their values, and where these come from. Secrets stand sealed. */
export function valueSteps(
  service: Service,
  fields: readonly string[],
  { originAt }: Pick<WhyInput, 'originAt'>,
): WhyStep[] {
  return fields.map((field) => {
    const at = service.places[field]
    const origin = at && originAt(at)
    return {
      step: 'value',
      service: service.address,
      field,
      value: plain(valueAt(service.data, field) ?? null),
      ...(at ? { at } : {}),
      ...(origin ? { origin } : {}),
    }
  })
}

function valueAt(data: unknown, field: string): unknown {
  let value = data
  for (const key of field.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return value
}

function thingSteps({ address, tasks }: ServicePlan, only: string | undefined): WhyStep[] {
  return tasks
    .filter(({ action, thing }) => (only === undefined ? action !== 'none' : thing === only))
    .map(({ thing, node, kind, action, why, at, changes, commands, effects, problem }) => ({
      step: 'thing',
      service: address,
      ...{ thing, node, kind, action, why, changes, effects },
      commands: commands.map(({ title }) => title),
      ...(at ? { at } : {}),
      ...(problem ? { problem } : {}),
    }))
}
