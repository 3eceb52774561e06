/** A workspace in a folder of this machine: wires reading, planning, looking and running. */
import { resolve } from 'node:path'
import { type Address, LOCAL } from '../base/address.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { isError, type Problem, ProblemsError, sortProblems, throwProblems } from '../base/problem.ts'
import type { Secret } from '../base/secret.ts'
import type { ActionRequest } from '../engine/blueprint/declaration.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { Connection } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import type { Built } from '../engine/graph/build.ts'
import type { Graph } from '../engine/graph/graph.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Finding } from '../engine/kind.ts'
import { makePlan } from '../engine/plan/make-plan.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { Sight, World } from '../engine/plan/world.ts'
import type { AnyTemplate, WorkspaceIdentity } from '../engine/template.ts'
import { tryFindKind } from '../sal/kinds.ts'
import type { Holder, JobRow, Memory, Run } from '../store/store.ts'
import { templates } from '../templates/index.ts'
import type { ExecResult, Transport } from '../transport/transport.ts'
import { applyPlan } from './apply-plan.ts'
import { type Assembly, assemble, connectionOf, link, renamesOf } from './assemble.ts'
import type { ApplyOptions, ApplyResult, PlanOptions, ServiceStatus, Workspace, WorkspaceOptions } from './contract.ts'
import { forget } from './forget.ts'
import { findRoot } from './locate.ts'
import { lookAtNodes, type NodeSights } from './look-at-nodes.ts'
import { Nodes } from './nodes.ts'
import type { Planned } from './planned.ts'
import { readSettings, readWorkspace } from './read.ts'
import { renameMemory } from './rename.ts'
import { type Scope, scopeOf } from './scope.ts'
import { Session } from './session.ts'
import { statusOf } from './status.ts'

/** The blueprints as they were read and linked, once per command. */
interface ReadState {
  readonly built: Built
  readonly actions: readonly ActionRequest[]
  readonly disabled: ReadonlySet<Address>
  readonly problems: readonly Problem[]
}

export class LocalWorkspace implements Workspace {
  readonly root: string
  readonly environment: string
  readonly #options: WorkspaceOptions
  readonly #settings: WorkspaceFile
  readonly #settingsProblems: readonly Problem[]
  readonly #session: Session
  readonly #clock: Clock
  readonly #planned = new WeakMap<Plan, Planned>()
  #read: ReadState | undefined
  #nodes: Nodes[] = []

  constructor(options: WorkspaceOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.root = findRoot(options.folder)
    this.environment = options.environment ?? 'default'
    const { file, problems } = readSettings(this.root, options.sources)
    this.#settings = file
    this.#settingsProblems = problems
    this.#session = new Session({
      root: this.root,
      environment: this.environment,
      workspaceId: file.workspace,
      clock: this.#clock,
      simulate: options.simulate,
    })
  }

  get identity(): WorkspaceIdentity {
    return this.#session.identity
  }

  async validate(): Promise<{ graph: Graph; actions: readonly ActionRequest[]; problems: readonly Problem[] }> {
    const read = this.#readAll()
    const sound = !read.problems.some(isError)
    const assembly = sound ? this.#assemble(this.#session.store.memory(), () => undefined) : undefined
    const problems = sortProblems([...read.problems, ...(assembly?.problems ?? [])])
    return { graph: assembly?.graph ?? read.built.graph, actions: read.actions, problems }
  }

  async plan(options: PlanOptions = {}): Promise<Plan> {
    return this.#remember(await this.#makePlan('apply', options))
  }

  async planDestroy(options: PlanOptions = {}): Promise<Plan> {
    return this.#remember(await this.#makePlan('destroy', options))
  }

  async planImport(addresses: readonly string[]): Promise<Plan> {
    return this.#remember(await this.#makePlan('import', { targets: addresses }))
  }

  #remember(planned: Planned): Plan {
    this.#planned.set(planned.plan, planned)
    return planned.plan
  }

  async apply(plan: Plan, options: ApplyOptions = {}): Promise<ApplyResult> {
    const planned = this.#planned.get(plan)
    if (!planned) throw new Error('apply takes a plan that this workspace made')
    return await applyPlan({
      planned,
      options,
      session: this.#session,
      clock: this.#clock,
      parallel: options.parallel ?? this.#settings.limits.parallel ?? 10,
      retriesMs: this.#settings.retriesMs ?? [1_000, 2_000, 4_000],
      onNote: this.#options.onNote ?? (() => {}),
    })
  }

  async status(): Promise<{ services: readonly ServiceStatus[]; plan: Plan }> {
    const plan = await this.plan()
    const memory = this.#session.store.memory()
    const planned = this.#planned.get(plan)
    const services = planned ? statusOf(planned, memory, this.#lastJobs()) : []
    return { services, plan }
  }

  async forget(patterns: readonly string[]): Promise<readonly Address[]> {
    return await forget(this.#session, patterns)
  }

  memory(): Memory {
    return this.#session.store.memory()
  }
  runs(limit?: number): readonly Run[] {
    return this.#session.store.runs(limit)
  }
  run(id: number): { run: Run; jobs: readonly JobRow[] } | undefined {
    const run = this.#session.store.run(id)
    return run && { run, jobs: this.#session.store.jobs(id) }
  }
  holder(): Holder | undefined {
    return this.#session.store.holder()
  }
  unlock(options: { force: boolean }): { cleared: Holder | undefined; refused?: Holder } {
    return this.#session.write().unlock(options)
  }
  templates(): readonly AnyTemplate[] {
    return [...templates, ...(this.#options.templates ?? [])]
  }

  async nodes(patterns: readonly string[]): Promise<readonly Address[]> {
    const all = [...this.#sound().graph.services.keys()].filter((address) => address.startsWith('node/'))
    return patterns.flatMap((pattern) => {
      const found = matchAddresses(pattern, all).filter((address) => address !== LOCAL || !pattern.includes('*'))
      if (found.length === 0)
        throw new ProblemsError([
          { code: 'TARGET_UNKNOWN', message: `${pattern} matches no node.`, hint: `There are ${all.join(', ')}.` },
        ])
      return found
    })
  }

  async exec(
    node: Address,
    argv: readonly string[],
    options: { signal: AbortSignal; timeoutMs?: number },
  ): Promise<ExecResult> {
    return (await this.transport(node)).exec({ argv }, options)
  }

  async facts(node: Address): Promise<Facts> {
    return (await this.transport(node)).facts(new AbortController().signal)
  }

  async shellCommand(node: Address): Promise<readonly string[]> {
    const connection = this.#connection(this.#sound(), node)
    if (!connection || connection.road === 'local') return ['/bin/sh', '-l']
    if (connection.road === 'sim')
      throw new ProblemsError([{ code: 'NODE_UNREACHABLE', message: `${node} is simulated: there is no shell on it.` }])
    // The transport keeps the key file that ays made, if there is one, until the workspace is closed.
    await (await this.transport(node)).exec({ argv: ['true'] }, { signal: new AbortController().signal })
    const { sshArgv } = await import('../transport/ssh-argv.ts')
    return sshArgv(connection, node, { runtimeDir: this.#session.runtimeDir })
  }

  async transport(node: Address): Promise<Transport> {
    const assembly = this.#sound()
    const [known] = this.#nodes
    return (known ?? this.#newNodes(assembly)).transport(node)
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((nodes) => nodes.close()))
    this.#session.close()
  }

  #readAll(): ReadState {
    if (this.#read) return this.#read
    const { vars = {}, files, legacy = false } = this.#options
    const options = {
      root: this.root,
      environment: this.environment,
      vars,
      legacy,
      simulate: this.#options.simulate,
      sources: this.#options.sources,
      ...(files ? { files: files.map((file) => resolve(file)) } : {}),
    }
    const read = readWorkspace(options, this.#settings, this.#session.sealer)
    const built = link(read.blueprint, this.templates(), { legacy, reading: read.problems })
    const problems = sortProblems([...this.#settingsProblems, ...read.problems, ...built.problems])
    this.#read = { built, actions: read.blueprint.actions, disabled: read.disabled, problems }
    return this.#read
  }

  /** The assembly, or all problems at once. */
  #sound(memory = this.#session.store.memory(), facts?: (node: Address) => Facts | undefined): Assembly {
    const read = this.#readAll()
    throwProblems(read.problems)
    const assembly = this.#assemble(memory, facts ?? ((node) => memory.nodes.get(node)?.facts))
    throwProblems([...read.problems, ...assembly.problems])
    return assembly
  }

  #assemble(memory: Memory, facts: (node: Address) => Facts | undefined): Assembly {
    const { identity } = this.#session
    const derived = (address: Address, purpose: string): Secret => this.#session.derived(address, purpose)
    return assemble(this.#readAll().built, memory, { facts, derived, workspace: identity })
  }

  #connection(assembly: Assembly, node: Address): Connection | undefined {
    const connection = connectionOf(assembly, node)
    return connection?.road === 'ssh' && this.#options.acceptNewHostKeys
      ? { ...connection, acceptNewHostKey: true }
      : connection
  }

  #newNodes(assembly: Assembly | (() => Assembly)): Nodes {
    const current = typeof assembly === 'function' ? assembly : () => assembly
    const nodes = new Nodes({
      // A node that is no longer declared is reached as it was last time. Sealed secrets open no door; then it is out of reach.
      connection: (node) =>
        this.#connection(current(), node) ??
        (this.#session.store.memory().nodes.get(node)?.connection as Connection | undefined),
      open: (node, connection) => this.#session.open(node, connection),
    })
    this.#nodes.push(nodes)
    return nodes
  }

  async #makePlan(kind: Plan['kind'], options: PlanOptions): Promise<Planned> {
    const signal = options.signal ?? new AbortController().signal
    const read = this.#readAll()
    throwProblems(read.problems)
    const stored = this.#session.store.memory()
    const renames = renamesOf(read.built.graph, stored)
    const memory = renameMemory(stored, renames)
    const learnt = new Map<Address, Facts>()
    const factsOf = (node: Address): Facts | undefined => learnt.get(node) ?? memory.nodes.get(node)?.facts
    let assembly = this.#sound(memory, factsOf)
    const scope = scopeOf({
      kind,
      options,
      graph: assembly.graph,
      memory,
      orphansAllowed: this.#options.files === undefined,
      spared: (address) => read.disabled.has(address) && !options.prune && !this.#settings.prune,
    })
    const nodes = this.#newNodes(() => assembly)
    const gone = new Set(scope.orphans)
    const going = new Set(scope.orphans.filter((address) => memory.services.get(address)?.disposable))
    const known = new Set(memory.tasks.map((task) => thingKey(task.node, task.thing)))
    let sights: NodeSights = { sights: new Map(), facts: new Map() }
    if (options.refresh !== false) {
      const look = (): Promise<NodeSights> => {
        const things =
          kind === 'destroy'
            ? []
            : [...assembly.held.things.values()].filter((thing) => thing.owners.some((owner) => scope.includes(owner)))
        // Claims on things that are new to this workspace are among the facts.
        const withNews = new Set(
          things.filter((thing) => !known.has(thingKey(thing.node, thing.thing))).map((thing) => thing.node),
        )
        return lookAtNodes({
          nodes,
          things,
          pastTasks: memory.tasks.filter((task) => scope.includes(task.service) || gone.has(task.service)),
          going,
          wantsFacts: (node) => factsOf(node) === undefined || withNews.has(node),
          machineId: (node) => memory.nodes.get(node)?.facts.machineId,
          tryFindKind,
          signal,
        })
      }
      sights = await look()
      const unknownBefore = [...sights.facts.keys()].filter((node) => factsOf(node) === undefined)
      for (const [node, facts] of sights.facts) learnt.set(node, facts)
      if (unknownBefore.length > 0 && kind !== 'destroy') {
        // Facts seen for the first time may decide what is wanted: once more, with them.
        const before = new Set(assembly.wanted.things.keys())
        assembly = this.#sound(memory, factsOf)
        if ([...assembly.wanted.things.keys()].some((key) => !before.has(key)))
          sights = { ...(await look()), facts: sights.facts }
      }
    }
    const world = this.#worldOf({ kind, options, assembly, memory, scope, nodes, sights })
    const { plan, works } = makePlan(world)
    return { plan, works, assembly, memory, renames, sights, nodes, replace: world.replace }
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
    const roads = [...assembly.graph.services.values()]
      .filter((service) => service.template.connection && service.address !== LOCAL)
      .map((service) => connectionOf(assembly, service.address)?.road)
    return {
      kind,
      environment: this.environment,
      graph: destroys ? { services: new Map(), order: [] } : assembly.graph,
      tasks: destroys ? new Map() : assembly.held.tasks,
      things: destroys ? new Map() : assembly.held.things,
      past: memory,
      finding: (node, thing) => nodes.seen(node, thing)?.finding ?? remembered?.get(thingKey(node, thing)),
      sight: (node): Sight =>
        sights.sights.get(node) ??
        (remembered ? { state: remembered.size > 0 && hasNode(memory, node) ? 'seen' : 'bare' } : { state: 'seen' }),
      tryFindKind,
      orphans: scope.orphans,
      includes: scope.includes,
      replace,
      holds: memory.holds,
      allow: options.allow ?? [],
      warnings: this.#readAll().problems.filter((problem) => !isError(problem)),
      simulated:
        roads.length > 0 &&
        roads.every((road) => road === 'sim') &&
        [...assembly.wanted.things.values()].every((thing) => thing.node !== LOCAL),
    }
  }

  #lastJobs(): ReadonlyMap<Address, JobRow> {
    const last = new Map<Address, JobRow>()
    for (const run of [...this.#session.store.runs(20)].sort((a, b) => a.id - b.id))
      for (const job of this.#session.store.jobs(run.id)) last.set(job.service, job)
    return last
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
