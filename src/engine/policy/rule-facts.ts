/** A plan as rules read it. Whole numbers are bigints, as CEL has them; what costs is made when it is read. */
import { type Address, nameOfAddress, roleOfAddress } from '../../base/address.ts'
import { plain } from '../../base/json.ts'
import { openGate } from '../blueprint/cel-values.ts'
import type { Effect, FieldChange } from '../kind.ts'
import type { BlastRadius, Plan, ServicePlan, TaskPlan } from '../plan/plan.ts'
import { riskOf } from '../plan/risk.ts'
import { radiusOf } from '../plan/summary.ts'

export class EffectFacts {
  readonly kind: string
  readonly what: string
  readonly thing: string
  constructor({ kind, what }: Effect, thing = '') {
    this.kind = kind
    this.what = what
    this.thing = thing
  }
}

/** A secret in it is sealed: `{ sealed: … }`. */
export class ChangeFacts {
  readonly thing: string
  readonly path: string
  readonly #change: FieldChange
  constructor(change: FieldChange, thing: string) {
    this.thing = thing
    this.path = change.path
    this.#change = change
  }
  get from(): unknown {
    return openGate().enter(plain(this.#change.from))
  }
  get to(): unknown {
    return openGate().enter(plain(this.#change.to))
  }
}

export class TaskFacts {
  readonly #task: TaskPlan
  constructor(task: TaskPlan) {
    this.#task = task
  }
  get thing(): string {
    return this.#task.thing
  }
  get kind(): string {
    return this.#task.kind
  }
  get node(): string {
    return this.#task.node
  }
  get action(): string {
    return this.#task.action
  }
  get why(): string {
    return this.#task.why
  }
  get removesData(): boolean {
    return losesData(this.#task)
  }
  get effects(): readonly EffectFacts[] {
    return this.#task.effects.map((effect) => new EffectFacts(effect, this.thing))
  }
  get changes(): readonly ChangeFacts[] {
    return this.#task.changes.map((change) => new ChangeFacts(change, this.thing))
  }
}

export class ServiceFacts {
  readonly tags: readonly string[]
  readonly #service: ServicePlan
  #tasks: readonly TaskFacts[] | undefined
  constructor(service: ServicePlan, tags: readonly string[]) {
    this.#service = service
    this.tags = tags
  }
  get address(): string {
    return this.#service.address
  }
  get role(): string {
    return roleOfAddress(this.#service.address)
  }
  get name(): string {
    return nameOfAddress(this.#service.address)
  }
  get template(): string {
    return this.#service.template
  }
  get action(): string {
    return this.#service.action
  }
  get why(): string {
    return this.#service.why
  }
  /** '' where it is not about a verb. */
  get verb(): string {
    return this.#service.verb ?? ''
  }
  /** '' where it stands on none. */
  get node(): string {
    return this.#service.node ?? ''
  }
  get risk(): string {
    return riskOf(this.#service)
  }
  get removesData(): boolean {
    return this.#service.tasks.some(losesData)
  }
  get tasks(): readonly TaskFacts[] {
    this.#tasks ??= this.#service.tasks.map((task) => new TaskFacts(task))
    return this.#tasks
  }
  get effects(): readonly EffectFacts[] {
    return this.tasks.flatMap((task) => task.effects)
  }
  get changes(): readonly ChangeFacts[] {
    return this.tasks.flatMap((task) => task.changes)
  }
}

export class CountsFacts {
  readonly create: bigint
  readonly update: bigint
  readonly replace: bigint
  readonly remove: bigint
  readonly adopt: bigint
  readonly act: bigint
  readonly unknown: bigint
  constructor(services: readonly ServicePlan[]) {
    const of = (action: ServicePlan['action']): bigint =>
      BigInt(services.reduce((sum, one) => (one.action === action ? sum + 1 : sum), 0))
    this.create = of('create')
    this.update = of('update')
    this.replace = of('replace')
    this.remove = of('remove')
    this.adopt = of('adopt')
    this.act = of('act')
    this.unknown = of('unknown')
  }
}

/** The part of a plan that a rule is about. */
export class PlanFacts {
  readonly kind: string
  readonly environment: string
  readonly simulated: boolean
  readonly services: readonly ServiceFacts[]
  readonly #plans: readonly ServicePlan[]
  readonly #radius: BlastRadius
  #counts: CountsFacts | undefined
  constructor(plan: Plan, some: readonly { readonly service: ServicePlan; readonly facts: ServiceFacts }[]) {
    this.kind = plan.kind
    this.environment = plan.environment
    this.simulated = plan.simulated
    this.services = some.map((one) => one.facts)
    this.#plans = some.map((one) => one.service)
    this.#radius = radiusOf(this.#plans)
  }
  get risk(): string {
    return riskOf({ services: this.#plans })
  }
  get counts(): CountsFacts {
    this.#counts ??= new CountsFacts(this.#plans)
    return this.#counts
  }
  /** Those on which something is done. */
  get nodes(): readonly Address[] {
    return this.#radius.nodes
  }
  get restarts(): readonly string[] {
    return this.#radius.restarts
  }
  get dataLoss(): readonly string[] {
    return this.#radius.dataLoss
  }
  get effects(): readonly EffectFacts[] {
    return this.services.flatMap((service) => service.effects)
  }
}

const losesData = (task: TaskPlan): boolean => task.effects.some((effect) => effect.kind === 'data-loss')
