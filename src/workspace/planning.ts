/** Makes plans: reads, assembles, looks at nodes, compares. */
import { resolve } from 'node:path'
import { type Address, LOCAL } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { isError, type Problem, ProblemsError, sortProblems, throwProblems } from '../base/problem.ts'
import type { Secret } from '../base/secret.ts'
import { actionTasks, type PlannedAct } from '../engine/actions/action-tasks.ts'
import { deleteRefusals } from '../engine/actions/delete-refusal.ts'
import { type ActionStep, lifecycleOf, orderActions } from '../engine/actions/order-actions.ts'
import { type ActionTasks, planActions } from '../engine/actions/plan-actions.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { Connection } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import type { BoundAction } from '../engine/graph/actions.ts'
import type { Built } from '../engine/graph/build.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Finding } from '../engine/kind.ts'
import { makePlan } from '../engine/plan/make-plan.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { Sight, WantedThing, Work, World } from '../engine/plan/world.ts'
import type { AnyTemplate } from '../engine/template.ts'
import { tryFindKind } from '../sal/kinds.ts'
import type { Memory } from '../store/store.ts'
import { type Assembly, assemble, connectionOf, link, renamesOf } from './assemble.ts'
import type { ActionOrder, PlanOptions, WorkspaceOptions } from './contract.ts'
import { absentOf, holdChanges } from './hold-changes.ts'
import { lookAtNodes, type NodeSights } from './look-at-nodes.ts'
import { Nodes } from './nodes.ts'
import type { Planned } from './planned.ts'
import { readWorkspace } from './read.ts'
import { deletedBy, readOrder } from './read-order.ts'
import { renameMemory } from './rename.ts'
import { Roads } from './roads.ts'
import { type Scope, scopeOf } from './scope.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './session.ts'

/** The blueprints as they were read and linked, once per command. */
export interface ReadState {
  readonly built: Built
  readonly bound: readonly BoundAction[]
  readonly disabled: ReadonlySet<Address>
  readonly problems: readonly Problem[]
}

interface Begun {
  readonly memory: Memory
  readonly renames: ReadonlyMap<Address, Address>
  readonly nodes: Nodes
  facts(node: Address): Facts | undefined
  assembly(): Assembly
  /** True when a node's facts were not known before: the assembly was made anew. */
  learn(facts: ReadonlyMap<Address, Facts>): boolean
}

interface PlanShape {
  readonly kind: Plan['kind']
  readonly options: PlanOptions
  readonly scope: Scope
  /** Things that are no service's, such as those of actions: looked at as well. */
  extra(): readonly WantedThing[]
}

export interface PlanningOptions {
  readonly root: string
  readonly environment: string
  readonly options: WorkspaceOptions
  readonly settings: WorkspaceFile
  readonly settingsProblems: readonly Problem[]
  readonly session: Session
  readonly clock: Clock
  readonly templates: readonly AnyTemplate[]
}

export class Planning {
  readonly #root: string
  readonly #environment: string
  readonly #options: WorkspaceOptions
  readonly #settings: WorkspaceFile
  readonly #settingsProblems: readonly Problem[]
  readonly #session: Session
  readonly #clock: Clock
  readonly #templates: readonly AnyTemplate[]
  /** Absent: an age file of secrets is closed. */
  secrets: Secrets | undefined
  readonly #roads: Roads
  #read: ReadState | undefined

  constructor(of: PlanningOptions) {
    this.#root = of.root
    this.#environment = of.environment
    this.#options = of.options
    this.#settings = of.settings
    this.#settingsProblems = of.settingsProblems
    this.#session = of.session
    this.#clock = of.clock
    this.#templates = of.templates
    this.#roads = of.options.roads ?? new Roads()
  }

  /** A plan of being as declared, of removal, or of adoption. */
  async plan(kind: 'apply' | 'destroy' | 'import', options: PlanOptions): Promise<Planned> {
    const begun = this.#begin()
    const scope = scopeOf({
      kind,
      options,
      graph: begun.assembly().graph,
      memory: begun.memory,
      orphansAllowed: this.#options.files === undefined,
      spared: (address) => this.read().disabled.has(address) && !options.prune && !this.#settings.prune,
    })
    const acts = kind === 'apply' && options.acts !== false ? () => this.#acts(begun) : () => []
    return await this.#finish(
      begun,
      {
        kind,
        options,
        scope,
        extra: () =>
          acts()
            .filter((act) => scope.includes(act.service))
            .flatMap((act) => act.things),
      },
      (world) => makePlan({ ...world, acts: acts() }),
    )
  }

  /** A plan of verbs. Throws ACTION_UNKNOWN, ACTION_ARGUMENT, DELETE_REFUSED. */
  async planAction(request: ActionOrder): Promise<Planned> {
    const begun = this.#begin()
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
    const planned = await this.#finish(begun, { kind: 'action', options, scope, extra }, (world) => {
      const made = planActions({ world, asked, custom, force: request.force ?? false })
      steps = made.steps
      return made
    })
    const who = this.#session.who().who
    return { ...planned, holdChanges: holdChanges(steps, begun.memory.holds, { who, at: this.#clock.now() }) }
  }

  /** What every plan begins with: the memory under the present addresses, and the assembly, made anew as facts become known. */
  #begin(): Begun {
    const read = this.read()
    throwProblems(read.problems)
    const stored = this.#session.store.memory()
    const renames = renamesOf(read.built.graph, stored)
    const memory = renameMemory(stored, renames)
    const learnt = new Map<Address, Facts>()
    const facts = (node: Address): Facts | undefined => learnt.get(node) ?? memory.nodes.get(node)?.facts
    let assembly = this.sound(memory, facts)
    const nodes = this.newNodes(() => assembly)
    return {
      memory,
      renames,
      nodes,
      facts,
      assembly: () => assembly,
      learn: (more) => {
        const isNews = [...more.keys()].some((node) => facts(node) === undefined)
        for (const [node, one] of more) learnt.set(node, one)
        if (isNews) assembly = this.sound(memory, facts)
        return isNews
      },
    }
  }

  async #finish(
    begun: Begun,
    of: PlanShape,
    make: (world: World) => { plan: Plan; works: readonly Work[] },
  ): Promise<Planned> {
    const { kind, options, scope } = of
    const { memory, nodes, renames } = begun
    const sights = options.refresh === false ? { sights: new Map(), facts: new Map() } : await this.#look(begun, of)
    const assembly = begun.assembly()
    const world = this.#worldOf({ kind, options, assembly, memory, scope, nodes, sights })
    const { plan, works } = make(world)
    const { includes } = scope
    return { plan, works, assembly, memory, renames, sights, nodes, includes, replace: world.replace, holdChanges: [] }
  }

  /** One look at all nodes; one more where facts seen for the first time decide what else is wanted. */
  async #look(begun: Begun, { kind, options, scope, extra }: PlanShape): Promise<NodeSights> {
    const { memory } = begun
    const gone = new Set(scope.orphans)
    const known = new Set(memory.tasks.map((task) => thingKey(task.node, task.thing)))
    const look = (): Promise<NodeSights> => {
      const { wanted, held } = begun.assembly()
      const all = kind === 'destroy' ? [] : [...(kind === 'action' ? wanted : held).things.values()]
      const things = [...all.filter((thing) => thing.owners.some((owner) => scope.includes(owner))), ...extra()]
      // Claims on things that are new to this workspace are among the facts.
      const withNews = new Set(
        things.filter((thing) => !known.has(thingKey(thing.node, thing.thing))).map((thing) => thing.node),
      )
      return lookAtNodes({
        nodes: begun.nodes,
        things,
        pastTasks: memory.tasks.filter((task) => scope.includes(task.service) || gone.has(task.service)),
        going: new Set(scope.orphans.filter((address) => memory.services.get(address)?.disposable)),
        wantsFacts: (node) => begun.facts(node) === undefined || withNews.has(node),
        machineId: (node) => memory.nodes.get(node)?.facts.machineId,
        tryFindKind,
        signal: options.signal ?? new AbortController().signal,
      })
    }
    const sights = await look()
    const before = new Set(begun.assembly().wanted.things.keys())
    const more =
      begun.learn(sights.facts) &&
      kind !== 'destroy' &&
      [...begun.assembly().wanted.things.keys()].some((key) => !before.has(key))
    return more ? { ...(await look()), facts: sights.facts } : sights
  }

  /** Actions that the blueprints ask for and that are not verbs of the lifecycle: done once per entry. */
  #acts(begun: Begun): readonly PlannedAct[] {
    return this.read().bound.flatMap((request) =>
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

  /** Reads and links everything, once. */
  read(): ReadState {
    if (this.#read) return this.#read
    const { vars = {}, files, legacy = false } = this.#options
    const options = {
      root: this.#root,
      environment: this.#environment,
      vars,
      legacy,
      simulate: this.#options.simulate,
      sources: this.#options.sources,
      secrets: this.secrets,
      ...(files ? { files: files.map((file) => resolve(file)) } : {}),
    }
    const read = readWorkspace(options, this.#settings, this.#session.sealer)
    const { built, bound } = link(read.blueprint, this.#templates, { legacy, reading: read.problems })
    const problems = sortProblems([...this.#settingsProblems, ...read.problems, ...built.problems])
    this.#read = { built, bound, disabled: read.disabled, problems }
    return this.#read
  }

  /** The assembly, or all problems at once. */
  sound(memory = this.#session.store.memory(), facts?: (node: Address) => Facts | undefined): Assembly {
    const read = this.read()
    throwProblems(read.problems)
    const assembly = this.assemble(memory, facts ?? ((node) => memory.nodes.get(node)?.facts))
    throwProblems([...read.problems, ...assembly.problems])
    return assembly
  }

  assemble(memory: Memory, facts: (node: Address) => Facts | undefined): Assembly {
    const { identity } = this.#session
    const derived = (address: Address, purpose: string): Secret => this.#session.derived(address, purpose)
    return assemble(this.read().built, memory, { facts, derived, workspace: identity })
  }

  connection(assembly: Assembly, node: Address): Connection | undefined {
    const connection = connectionOf(assembly, node)
    return connection?.road === 'ssh' && this.#options.acceptNewHostKeys
      ? { ...connection, acceptNewHostKey: true }
      : connection
  }

  newNodes(assembly: Assembly | (() => Assembly)): Nodes {
    const current = typeof assembly === 'function' ? assembly : () => assembly
    return new Nodes({
      // A node that is no longer declared is reached as it was last time. Sealed secrets open no door; then it is out of reach.
      connection: (node) =>
        this.connection(current(), node) ??
        (this.#session.store.memory().nodes.get(node)?.connection as Connection | undefined),
      open: (node, connection) =>
        this.#roads.open(node, { connection, tag: this.#session.identity.tag }, () =>
          this.#session.open(node, connection),
        ),
      reset: (node) => this.#roads.reset(node),
    })
  }

  /** The roads to all nodes, without a plan. */
  anyNodes(): Nodes {
    return this.newNodes(this.sound())
  }

  async close(): Promise<void> {
    if (!this.#options.roads) await this.#roads.close()
  }

  #worldOf(of: {
    kind: Plan['kind']
    options: PlanOptions
    assembly: Assembly
    memory: Memory
    scope: Scope
    nodes: Nodes
    sights: NodeSights
  }): World {
    const { kind, options, assembly, memory, scope, nodes, sights } = of
    const remembered = options.refresh === false ? findingsFromMemory(memory) : undefined
    const replace = new Set(
      (options.replace ?? []).flatMap((pattern) => {
        const found = matchAddresses(pattern, assembly.graph.services.keys())
        if (found.length === 0)
          throw new ProblemsError([{ code: 'TARGET_UNKNOWN', message: `--replace ${pattern} matches no service.` }])
        return found
      }),
    )
    const destroys = kind === 'destroy'
    const wanted = kind === 'action' ? assembly.wanted : assembly.held
    const roads = [...assembly.graph.services.values()]
      .filter((service) => service.template.connection && service.address !== LOCAL)
      .map((service) => connectionOf(assembly, service.address)?.road)
    return {
      kind,
      environment: this.#environment,
      graph: destroys ? { services: new Map(), order: [] } : assembly.graph,
      tasks: destroys ? new Map() : wanted.tasks,
      things: destroys ? new Map() : wanted.things,
      past: memory,
      finding: (node, thing) => nodes.seen(node, thing)?.finding ?? remembered?.get(thingKey(node, thing)),
      sight: (node): Sight =>
        sights.sights.get(node) ??
        (remembered ? { state: remembered.size > 0 && hasNode(memory, node) ? 'seen' : 'bare' } : { state: 'seen' }),
      claimedBy: (node, thing) => {
        const claim = sights.facts.get(node)?.claims[thing]
        const isOurs = claim === undefined || claim.workspace === this.#session.claimant
        return isOurs ? undefined : `${claim.service} of ${claim.workspace}`
      },
      tryFindKind,
      orphans: scope.orphans,
      includes: scope.includes,
      replace,
      holds: memory.holds,
      acts: [],
      allow: options.allow ?? [],
      warnings: this.read().problems.filter((problem) => !isError(problem)),
      simulated:
        roads.length > 0 &&
        roads.every((road) => road === 'sim') &&
        [...assembly.wanted.things.values()].every((thing) => thing.node !== LOCAL),
    }
  }
}

/** Without asking anyone: every thing as it was last applied. */
function findingsFromMemory(memory: Memory): Map<string, Finding<unknown>> {
  const findings = new Map<string, Finding<unknown>>()
  for (const task of memory.tasks) {
    const kind = tryFindKind(task.kind)
    if (kind)
      findings.set(thingKey(task.node, task.thing), { state: 'seen', found: kind.settled(task.wanted, kind.bare) })
  }
  return findings
}

const hasNode = (memory: Memory, node: Address): boolean => node === LOCAL || memory.services.has(node)
