/**
 * How much a plan can hurt, in four words, and what exactly can. Views, policies, approvals and the watch read this.
 *
 * | risk   | what makes it so |
 * |--------|------------------|
 * | high   | data loss (also by the replacement or removal of what holds data), lockout, network cut, reboot |
 * | medium | restart, exposure, every other replacement and removal |
 * | low    | create, update, an action, what is looked at once its node is mended |
 * | none   | adoptions, what stays as it is, what is out of reach: nothing is done there |
 */
import type { Address } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { EffectKind } from '../kind.ts'
import type { Plan, ServicePlan, TaskPlan } from './plan.ts'

export type Risk = 'none' | 'low' | 'medium' | 'high'

/** From the least to the worst. */
export const risks: readonly Risk[] = ['none', 'low', 'medium', 'high']

/** The risk of a whole plan is that of its riskiest service. */
export function riskOf(of: Pick<Plan, 'services'> | ServicePlan): Risk {
  if ('services' in of) return worstOf(of.services.map(riskOf))
  const floor = of.action === 'none' || of.action === 'adopt' || of.why === 'lost' ? 'none' : 'low'
  return worstOf([floor, ...hazardsOf(of).map((hazard) => hazard.risk)])
}

/** One thing that a person should see before it happens. */
export interface Hazard {
  readonly kind: EffectKind | 'replace' | 'remove'
  readonly risk: 'medium' | 'high'
  readonly service: Address
  readonly node?: Address
  /** What it hurts: the thing of an effect, else the thing or the service that goes. */
  readonly what: string
  /** Absent where it is the whole service that goes. */
  readonly thing?: string
  /** Where the value stands that forces it; absent for what no blueprint declares any more. */
  readonly at?: Place
}

/** Everything that is taken away, made anew, restarted or otherwise hurt; each once, the worst first. */
export function hazardsOf(service: ServicePlan): readonly Hazard[] {
  const known = found.get(service)
  if (known) return known
  const hazards = findHazards(service)
  found.set(service, hazards)
  return hazards
}

/** Every view asks several times for each of thousands; plans do not change. */
const found = new WeakMap<ServicePlan, readonly Hazard[]>()

function findHazards(service: ServicePlan): readonly Hazard[] {
  if (service.why === 'lost') return []
  const { address, action, tasks } = service
  const of = (task: TaskPlan): Pick<Hazard, 'service' | 'node' | 'thing' | 'at'> => ({
    service: address,
    node: task.node,
    thing: task.thing,
    ...((task.at ?? service.at) ? { at: task.at ?? service.at } : {}),
  })
  const losesData = (task: TaskPlan): boolean => task.effects.some((effect) => effect.kind === 'data-loss')
  const risk = (some: readonly TaskPlan[]): Hazard['risk'] => (some.some(losesData) ? 'high' : 'medium')
  const whole: Hazard[] = goes(action)
    ? [{ ...placed(service), kind: action, risk: risk(tasks), service: address, what: address }]
    : tasks.flatMap((task) =>
        goes(task.action) ? [{ ...of(task), kind: task.action, risk: risk([task]), what: task.thing }] : [],
      )
  const effects = tasks.flatMap((task) =>
    task.effects.map(({ kind, what }): Hazard => ({ ...of(task), kind, risk: riskOfEffect[kind], what })),
  )
  const once = new Map([...whole, ...effects].map((one) => [`${one.kind} ${one.node} ${one.what}`, one]))
  return [...once.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

const goes = (action: ServicePlan['action']): action is 'replace' | 'remove' =>
  action === 'replace' || action === 'remove'

const placed = ({ node, at }: ServicePlan): Pick<Hazard, 'node' | 'at'> => ({
  ...(node ? { node } : {}),
  ...(at ? { at } : {}),
})

const worstOf = (some: readonly Risk[]): Risk =>
  some.reduce<Risk>((worst, one) => (risks.indexOf(one) > risks.indexOf(worst) ? one : worst), 'none')

const riskOfEffect: Readonly<Record<EffectKind, Hazard['risk']>> = {
  'data-loss': 'high',
  lockout: 'high',
  'network-cut': 'high',
  reboot: 'high',
  exposure: 'medium',
  restart: 'medium',
}

const order: readonly Hazard['kind'][] = [
  'data-loss',
  'lockout',
  'network-cut',
  'reboot',
  'replace',
  'remove',
  'exposure',
  'restart',
]
