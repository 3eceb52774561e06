/** Why a service changes, or is as it is: the chain of its plan, or what is remembered of it. */
import type { Address } from '../base/address.ts'
import type { Place } from '../base/place.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import { type Origin, originAt } from '../engine/blueprint/origin.ts'
import { causesOf } from '../engine/plan/causes.ts'
import {
  actionStep,
  declaredStep,
  givenFields,
  valueSteps,
  type Why,
  type WhyStep,
  whySteps,
} from '../engine/plan/why.ts'
import type { Store } from '../store/store.ts'
import type { ReadState } from './declared.ts'
import type { Planned } from './planned.ts'
import { tryPlanOf } from './run-records.ts'

export interface WhyOf {
  readonly address: Address
  readonly thing?: string | undefined
  readonly planned: Planned
  readonly read: ReadState
  readonly store: Store
}

/** Throws TARGET_UNKNOWN for what is neither declared nor remembered, and for a thing that is not the service's. */
export function whyOf({ address, thing, planned, read, store }: WhyOf): Why {
  const { plan, assembly, memory } = planned
  const { graph } = assembly
  if (!graph.services.has(address) && !memory.services.has(address))
    throw new ProblemsError([unknownService(address, [...graph.services.keys(), ...memory.services.keys()])])
  const things = thingsOf(address, planned)
  if (thing !== undefined && !things.includes(thing)) throw new ProblemsError([unknownThing(address, thing, things)])
  const origins = read.origins()
  const known = new Map<string, Origin | undefined>()
  const origin = (at: Place): Origin | undefined => {
    const key = `${at.file}:${at.line}:${at.column}`
    if (!known.has(key)) known.set(key, originAt(at, origins))
    return known.get(key)
  }
  const chain = causesOf(plan, graph)[address] ?? []
  const acts = plan.services.filter((one) => one.address === address && one.action === 'act').map(actionStep)
  const hold = memory.holds.get(address)
  const held: WhyStep[] = hold ? [{ step: 'held', service: address, ...hold }] : []
  const input = { chain, plan, graph, thing, originAt: origin, lastOf: (one: Address) => lastOf(one, store) }
  if (chain.length > 0 && isAbout(thing, address, planned))
    return { address, chain, steps: [...held, ...whySteps(input), ...acts] }
  const service = graph.services.get(address)
  const run = lastRunOf(address, store)
  const appliedAt = memory.services.get(address)?.appliedAt
  return {
    address,
    chain: [],
    steps: [
      ...held,
      ...(service
        ? [declaredStep(service), ...valueSteps(service, givenFields(service), { originAt: origin })]
        : [{ step: 'gone' as const, service: address, ...lastOf(address, store) }]),
      {
        step: 'as declared',
        service: address,
        things: thing === undefined ? things : [thing],
        ...(run === undefined ? {} : { run }),
        ...(appliedAt === undefined ? {} : { appliedAt }),
      },
      ...acts,
    ],
  }
}

/** A thing that is as wanted stands beside others that are not. */
const isAbout = (thing: string | undefined, address: Address, { plan }: Planned): boolean =>
  thing === undefined ||
  plan.services.some((one) => one.address === address && one.tasks.some((task) => task.thing === thing))

function thingsOf(address: Address, { assembly, memory, plan }: Planned): string[] {
  const wanted = (assembly.held.tasks.get(address) ?? []).map(({ thing }) => thing)
  const past = memory.tasks.filter(({ service }) => service === address).map(({ thing }) => thing)
  const shown = plan.services.filter((one) => one.address === address).flatMap((one) => one.tasks)
  return [...new Set([...wanted, ...past, ...shown.map(({ thing }) => thing)])]
}

/** The last run in which a job of the service ended well. */
function lastRunOf(address: Address, store: Store): number | undefined {
  return store.runs().find(({ id }) => store.jobs(id).some((job) => job.service === address && job.state === 'ok'))?.id
}

/** What is known of where it was declared; the plans of old runs are no longer kept. */
function lastOf(address: Address, store: Store): { run?: number; declaredAt?: Place } {
  const run = lastRunOf(address, store)
  if (run === undefined) return {}
  const at = tryPlanOf(store, run)?.services.find((one) => one.address === address)?.at
  return { run, ...(at ? { declaredAt: at } : {}) }
}

const unknownService = (address: string, known: readonly string[]): Problem => ({
  code: 'TARGET_UNKNOWN',
  message: `No service ${address} is declared or remembered.`,
  hint: `${didYouMean(address, known) ?? ''} \`ays why-not ${address}\` says why it is not.`.trim(),
})

const unknownThing = (address: Address, thing: string, things: readonly string[]): Problem => ({
  code: 'TARGET_UNKNOWN',
  message: `${address} has no thing ${thing}.`,
  hint: things.length > 0 ? `It has ${things.join(', ')}.` : 'It has none.',
})
