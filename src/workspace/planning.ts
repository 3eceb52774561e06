/** Makes plans: looks at nodes and compares what is found there with what is declared. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { sameData } from '../base/json.ts'
import { isError, type Problem, sortProblems, throwProblems } from '../base/problem.ts'
import { actionTasks, type PlannedAct } from '../engine/actions/action-tasks.ts'
import { deleteRefusals } from '../engine/actions/delete-refusal.ts'
import { type ActionStep, lifecycleOf, orderActions } from '../engine/actions/order-actions.ts'
import { type ActionTasks, planActions } from '../engine/actions/plan-actions.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { Facts } from '../engine/facts.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import { makePlan } from '../engine/plan/make-plan.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { findingOf } from '../engine/plan/plan-tasks.ts'
import type { WantedThing, Work, World } from '../engine/plan/world.ts'
import { unsavedProblems } from '../engine/policy/approvals.ts'
import { underPolicy } from '../engine/policy/under-policy.ts'
import type { Memory } from '../store/store.ts'
import { memoryOf, NOTHING } from './as-applied.ts'
import { type Assembly, renamesOf } from './assemble.ts'
import type { ActionOrder, OnPaper, PlanOptions, RecoveryOptions, WorkspaceOptions } from './contract.ts'
import type { Declared } from './declared.ts'
import { Filling } from './filling.ts'
import { absentOf, holdChanges } from './hold-changes.ts'
import type { NodeSights } from './look-at-nodes.ts'
import { lostClaims, recoveryWarnings, stateMissing } from './lost-state.ts'
import { claimsBeforeActing, claimsOfEveryNode } from './more-facts.ts'
import { type Begun, lookForPlan, type PlanShape } from './plan-looks.ts'
import { worldOf } from './plan-world.ts'
import type { Planned } from './planned.ts'
import { deletedBy, readOrder } from './read-order.ts'
import { renameMemory } from './rename.ts'
import { narrowed, type Scope, scopeOf } from './scope.ts'
import type { OpenSession } from './session.ts'
import { Sightings } from './sightings.ts'

/** Which services of a whole plan are to be carried out; undefined: all. Nothing is looked at again. */
export type Narrow = (whole: Planned) => ReadonlySet<Address> | undefined

export interface PlanningOptions {
  readonly declared: Declared
  readonly environment: string
  readonly options: WorkspaceOptions
  readonly settings: WorkspaceFile
  readonly session: OpenSession
  readonly clock: Clock
}

export class Planning {
  readonly #environment: string
  readonly #options: WorkspaceOptions
  readonly #settings: WorkspaceFile
  readonly #session: OpenSession
  readonly #clock: Clock
  readonly #declared: Declared

  constructor(of: PlanningOptions) {
    this.#environment = of.environment
    this.#options = of.options
    this.#settings = of.settings
    this.#session = of.session
    this.#clock = of.clock
    this.#declared = of.declared
  }

  /** A plan of being as declared, of removal, or of adoption. */
  async plan(kind: 'apply' | 'destroy' | 'import', options: PlanOptions, narrow?: Narrow): Promise<Planned> {
    return await this.#plan(this.#begin(this.#session.store.memory(), options), kind, options, narrow)
  }

  /** Without state and nodes: `before` is what is remembered. */
  onPaper(before: Memory = NOTHING): OnPaper {
    const options = { refresh: false }
    const begun = this.#begin(before, options)
    const { bound, disabled, problems } = this.#declared.read()
    const assembly = begun.assembly()
    return {
      graph: assembly.graph,
      actions: bound,
      disabled,
      warnings: sortProblems([...problems, ...assembly.problems]),
      applied: memoryOf(assembly),
      plan: async () => (await this.#plan(begun, 'apply', options)).plan,
    }
  }

  async #plan(
    begun: Begun,
    kind: 'apply' | 'destroy' | 'import',
    options: PlanOptions,
    narrow?: Narrow,
  ): Promise<Planned> {
    const scope = scopeOf({
      kind,
      options,
      graph: begun.assembly().graph,
      memory: begun.memory,
      orphansAllowed: this.#options.files === undefined,
      spared: (address) => this.#declared.read().disabled.has(address) && !options.prune && !this.#settings.prune,
    })
    const acts = kind === 'apply' && options.acts !== false ? () => this.#acts(begun) : () => []
    return await this.#finish(
      begun,
      {
        kind,
        options,
        scope,
        extra: () => [
          // What nothing remembers is not destroyed: unless nodes say otherwise, there is nothing to do.
          ...(kind === 'destroy' && remembersNothing(begun.memory) && this.#settings.workspace !== undefined
            ? begun.assembly().wanted.things.values()
            : []),
          ...acts()
            .filter((act) => scope.includes(act.service))
            .flatMap((act) => act.things),
        ],
      },
      (world) => makePlan({ ...world, acts: acts() }),
      narrow,
    )
  }

  /** A plan of taking over what a lost state left on the nodes. Throws USAGE where nothing says which is ours. */
  async planRecovery({ from, ...options }: RecoveryOptions): Promise<Planned> {
    if (this.#settings.workspace === undefined && from === undefined) throwProblems([unnamed])
    const begun = this.#begin(this.#session.store.memory())
    const scope: Scope = { includes: () => true, orphans: [] }
    return await this.#finish(begun, { kind: 'import', options, scope, recovers: { from }, extra: () => [] }, makePlan)
  }

  /** A plan of verbs. Throws ACTION_UNKNOWN, ACTION_ARGUMENT, DELETE_REFUSED. */
  async planAction(request: ActionOrder, narrow?: Narrow): Promise<Planned> {
    const begun = this.#begin(this.#session.store.memory())
    const { graph } = begun.assembly()
    const asked = readOrder(request, graph)
    const custom = (service: Address, action: string): ActionTasks | undefined => {
      const named = asked.some((one) => one.service === service && one.action === action)
      return actionTasks(
        begun.assembly().chosen,
        { service, action, args: named ? request.args : {} },
        begun.memory.actions,
      )
    }
    const closure = orderActions(lifecycleOf(graph), asked)
    const services = new Set(closure.map((step) => step.service))
    throwProblems(deleteRefusals(graph, deletedBy(closure), absentOf(begun.memory.holds)))
    const scope: Scope = { includes: (address) => services.has(address), orphans: [] }
    const extra = (): readonly WantedThing[] =>
      closure.flatMap((step) => custom(step.service, step.action)?.things ?? [])
    const options = {
      ...(request.allow ? { allow: request.allow } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
    }
    let steps: readonly ActionStep[] = []
    const make = (world: World) => {
      const made = planActions({ world, asked, custom, force: request.force ?? false })
      steps = made.steps
      return made
    }
    const planned = await this.#finish(begun, { kind: 'action', options, scope, extra }, make, narrow)
    const who = this.#session.who().who
    const order = { ...planned.asked, order: request }
    return {
      ...planned,
      asked: order,
      holdChanges: holdChanges(steps, begun.memory.holds, { who, at: this.#clock.now() }),
    }
  }

  /** What every plan begins with: the memory under the present addresses, and the assembly, made anew as facts become known. */
  #begin(stored: Memory, options: Pick<PlanOptions, 'refresh' | 'replace'> = {}): Begun {
    const read = this.#declared.read(stored)
    throwProblems(read.problems)
    const renames = renamesOf(read.built.graph, stored)
    const memory = renameMemory(stored, renames)
    const learnt = new Map<Address, Facts>()
    const facts = (node: Address): Facts | undefined => learnt.get(node) ?? memory.nodes.get(node)?.facts
    let assembly: Assembly | undefined
    const current = (): Assembly => assembly ?? this.#declared.sound(memory, facts)
    const nodes = this.#declared.newNodes(current)
    const replaced = options.replace ?? []
    const sightings = new Sightings({
      memory,
      nodes,
      facts,
      assembly: () => assembly,
      replaces: (address) => replaced.some((pattern) => matchAddresses(pattern, [address]).length > 0),
    })
    if (options.refresh === false) sightings.finish()
    assembly = this.#declared.sound(memory, facts, sightings)
    return {
      memory,
      renames,
      nodes,
      sightings,
      facts,
      assembly: current,
      learn: (sights) => {
        const { open, factsRead } = current().chosen
        const were = new Map([...factsRead].map((node) => [node, facts(node)]))
        const isNews = [...sights.facts.keys()].some((node) => facts(node) === undefined)
        for (const [node, one] of sights.facts) learnt.set(node, one)
        sightings.finish(sights.sights)
        const others = [...were].some(([node, were]) => sightings.isMade(node) || !sameData(were, facts(node)))
        const again = isNews || others || open.size > 0
        if (again) assembly = this.#declared.sound(memory, facts, sightings)
        return again
      },
    }
  }

  async #finish(
    begun: Begun,
    of: PlanShape,
    make: (world: World) => { plan: Plan; works: readonly Work[] },
    narrow?: Narrow,
  ): Promise<Planned> {
    const { kind, options, scope, recovers } = of
    const { memory, nodes, renames } = begun
    const blind = options.refresh === false
    let sights: NodeSights = blind ? { sights: new Map(), facts: new Map() } : await lookForPlan(begun, of)
    const assembly = begun.assembly()
    const learn = (more: ReadonlyMap<Address, Facts>): void => {
      sights = { ...sights, facts: new Map([...sights.facts, ...more]) }
    }
    if (recovers) learn(await claimsOfEveryNode(assembly, sights, nodes, options.signal))
    const { claimant } = this.#session
    const { environment, lost, warnings } = this.#lost(assembly, sights, recovers)
    if (!recovers && !options.allow?.includes('claimed')) throwProblems(stateMissing(lost, memory, this.#session.dir))
    const filling = new Filling({
      ...{ assembly, nodes, later: this.#declared.read().built.later, sightings: begun.sightings },
      now: () => this.#clock.now(),
    })
    const within = (scope: Scope): Planned => {
      const world = worldOf({
        ...{ kind, options, assembly, memory, renames, scope, nodes, sights, environment, claimant, warnings },
        waves: this.#settings.waves,
        ...(recovers ? { lost } : {}),
      })
      const findings = (node: Address, thing: string, bare: unknown) => findingOf(world, node, thing, bare)
      const behind = { assembly, memory, renames, sights, nodes, replace: world.replace, includes: scope.includes }
      const made = make(world)
      const plan = this.#judged(made.plan, begun)
      return {
        plan,
        works: made.works,
        ...behind,
        filling,
        findingOf: findings,
        ...(recovers ? { lost } : {}),
        holdChanges: [],
        // On paper nothing happens that anybody would have to approve.
        unapproved: this.#options.simulate ? [] : unsavedProblems(plan.demands),
        asked: { options },
      }
    }
    const whole = within(scope)
    const more = blind || recovers ? undefined : await claimsBeforeActing(whole.works, sights, nodes, options.signal)
    if (more) learn(more)
    const isTaken = [...(more?.values() ?? [])].some(({ claims }) =>
      Object.values(claims).some((claim) => claim.workspace !== claimant),
    )
    const known = isTaken ? within(scope) : whole
    const only = narrow?.(known)
    return only === undefined ? known : within(narrowed(scope, only))
  }

  /** With what policy.yaml says of it now. Tags of before count as well: who takes one off does not get around a rule. */
  #judged(plan: Plan, { memory, assembly }: Begun): Plan {
    const { services } = assembly().graph
    const tagsOf = (address: Address): readonly string[] => [
      ...new Set([...(services.get(address)?.steer.tags ?? []), ...(memory.services.get(address)?.tags ?? [])]),
    ]
    return underPolicy(plan, this.#declared.read().policy, { nowMs: this.#clock.now(), tagsOf })
  }

  /** Claims of other states of this workspace, and what a recovery says of them beside the blueprints' warnings. */
  #lost(assembly: Assembly, { facts }: NodeSights, recovers: PlanShape['recovers']) {
    const environment = this.#environment
    const { things } = assembly.wanted
    const { workspace } = this.#settings
    const { claimant } = this.#session
    const lost = lostClaims({ workspace, environment, claimant, facts, things, from: recovers?.from })
    const warnings = this.#declared.read().problems.filter((problem) => !isError(problem))
    return { environment, lost, warnings: recovers ? [...warnings, ...recoveryWarnings(lost, things)] : warnings }
  }

  /** Actions that the blueprints ask for and that are not verbs of the lifecycle: done once per entry. */
  #acts(begun: Begun): readonly PlannedAct[] {
    return this.#declared.read().bound.flatMap((request) =>
      request.recurringMs !== undefined || request.cron !== undefined
        ? []
        : request.services.flatMap((service) =>
            request.actions.flatMap((action): PlannedAct[] => {
              const made = actionTasks(
                begun.assembly().chosen,
                { service, action, args: request.args },
                begun.memory.actions,
              )
              return made && (!made.done || request.force)
                ? [{ service, action, ...made, force: request.force && made.done, at: request.at }]
                : []
            }),
          ),
    )
  }
}

const remembersNothing = ({ services, tasks }: Memory): boolean => services.size === 0 && tasks.length === 0

const unnamed: Problem = {
  code: 'USAGE',
  message: 'ays.yaml names no `workspace:`, so no claim on a node can be told to be of this one.',
  hint: '`ays facts NODE` shows who claims what: `ays state recover --from WHO` takes that over.',
}
