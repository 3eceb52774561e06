import { resolve } from 'node:path'
import { LANES_PER_NODE } from '../actors/desk.ts'
import type { Address } from '../base/address.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { environmentVariable } from '../base/environment.ts'
import { isError, type Problem, ProblemsError, sortProblems } from '../base/problem.ts'
import type { ActionRequest } from '../engine/blueprint/declaration.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { Facts } from '../engine/facts.ts'
import type { Graph } from '../engine/graph/graph.ts'
import type { WhyNot } from '../engine/plan/blocker.ts'
import type { PlanNotes, Simulated } from '../engine/plan/notes.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { GitCommit, SavedPlan } from '../engine/plan/plan-schema.ts'
import type { Why } from '../engine/plan/why.ts'
import type { AnyTemplate, WorkspaceIdentity } from '../engine/template.ts'
import type { ActionState, Delivery, Holder, JobRow, Memory, Run, Seat } from '../store/store.ts'
import { templates } from '../templates/index.ts'
import type { ExecResult, Transport } from '../transport/transport.ts'
import { openAgeFile } from './age-file.ts'
import { type ApplyInput, applyPlan, refusalsOf } from './apply-plan.ts'
import { type LaidOut, statesOf } from './as-of.ts'
import { cancel } from './cancel.ts'
import type {
  ActionOrder,
  ApplyOptions,
  ApplyResult,
  Cancelled,
  CancelOptions,
  OnPaper,
  PlannedAgain,
  PlanOptions,
  RecoveryOptions,
  ServiceStatus,
  Watching,
  Workspace,
  WorkspaceOptions,
} from './contract.ts'
import { Declared } from './declared.ts'
import { forget } from './forget.ts'
import { gitPathsOf, tryCommitOf, tryGitCommit } from './git-commit.ts'
import { heldProblems } from './held-templates.ts'
import { findRoot } from './locate.ts'
import { matchNodes, shellArgv } from './node-calls.ts'
import type { Nodes } from './nodes.ts'
import { notesOf } from './plan-notes.ts'
import type { Planned } from './planned.ts'
import { Planning } from './planning.ts'
import { readSettings } from './read.ts'
import { Roads } from './roads.ts'
import { tryPlanOf } from './run-records.ts'
import { planSaved, savedPlanOf } from './saved-plans.ts'
import { type Secrets, secretsOf } from './secrets.ts'
import { type OpenSession, Session } from './session.ts'
import { simulatePlan } from './simulate-plan.ts'
import { type SourceDigests, sourceDigests } from './source-digests.ts'
import { type SourceFile, sourceFiles } from './source-files.ts'
import { statusOf } from './status.ts'
import { type TemplateCode, withoutShipped } from './template-code.ts'
import { readTemplateFolders } from './template-folders.ts'
import { takeWatch } from './watch-seat.ts'
import { watchingOf } from './watching.ts'
import { whyOf } from './why.ts'
import { whyNotOf } from './why-not.ts'

/** Jobs at once, where nobody says otherwise. */
const PARALLEL = 10

/** How long ays may need to reach a node again after a change of its network, its ssh or its firewall. */
const UNDO_AFTER_MS = 60_000

export class LocalWorkspace implements Workspace {
  readonly root: string
  readonly environment: string
  readonly #options: WorkspaceOptions
  readonly #settings: WorkspaceFile
  readonly #session: Session
  readonly #clock: Clock
  readonly #planned = new WeakMap<Plan, Planned>()
  readonly #simulated = new WeakMap<Plan, Simulated>()
  readonly #planning: Planning
  readonly #declared: Declared
  readonly #newDeclared: (session: OpenSession, roads?: Roads) => Declared
  #secrets: Secrets | undefined
  readonly #templates: readonly AnyTemplate[]
  /** With `asOf`. */
  readonly #laidOut: LaidOut | undefined
  /** Where paths of secrets are from: the workspace itself, also when it is laid out as it was. */
  readonly #secretsRoot: string

  constructor(options: WorkspaceOptions, code: TemplateCode = { templates: [], problems: [] }, laidOut?: LaidOut) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const here = findRoot(options.folder)
    const states = statesOf(options, here)
    this.environment = options.environment ?? 'default'
    this.#laidOut = laidOut
    this.#secretsRoot = here
    this.root = this.#laidOut?.folder ?? here
    const { file: given, problems } = readSettings(this.root, options.sources)
    const file = options.simulate?.settings?.(given) ?? given
    this.#settings = file
    const shipped = [...templates, ...(options.templates ?? [])]
    const written = withoutShipped(code, shipped)
    const names = new Set(shipped.map((template) => template.name))
    const held = code.pins ? heldProblems(this.root, file, code.pins, names) : []
    const known = [...shipped, ...written.templates]
    const own = readTemplateFolders(this.root, known, options.sources)
    this.#templates = [...known, ...own.templates]
    this.#session = new Session({
      states,
      environment: this.environment,
      workspaceId: file.workspace,
      clock: this.#clock,
      simulate: options.simulate,
    })
    this.#newDeclared = (session, roads) => {
      const declared = new Declared({
        root: this.root,
        policyRoot: here,
        environment: this.environment,
        options: { ...options, ...(roads ? { roads } : {}) },
        settings: file,
        settingsProblems: [...problems, ...written.problems, ...held, ...own.problems],
        session,
        templates: this.templates(),
      })
      declared.secrets = this.#secrets
      return declared
    }
    this.#declared = this.#newDeclared(this.#session)
    this.#planning = this.#newPlanning(this.#session, this.#declared)
  }

  /** Opens what only a promise opens: the age file of secrets, if the workspace has one. Throws nothing. */
  async prepare(): Promise<void> {
    const { secretsFile } = this.#settings
    // An age file is among what is laid out; the identity that opens it is not.
    const age =
      secretsFile && this.#laidOut ? { ...secretsFile, path: resolve(this.root, secretsFile.path) } : secretsFile
    const opened = age && !this.#options.simulate ? await openAgeFile(this.#secretsRoot, age) : undefined
    const run = this.#options.sources ? 'never' : 'once'
    const { sealer } = this.#session
    this.#secrets = secretsOf({ root: this.#secretsRoot, settings: this.#settings, sealer, opened, run })
    this.#declared.secrets = this.#secrets
  }

  #newPlanning(session: OpenSession, declared: Declared): Planning {
    return new Planning({
      declared,
      environment: this.environment,
      options: this.#options,
      settings: this.#settings,
      session,
      clock: this.#clock,
    })
  }

  get identity(): WorkspaceIdentity {
    return this.#session.identity
  }

  async watching(): Promise<Watching> {
    this.#session.write()
    const assembly = this.#declared.sound()
    const { bound } = this.#declared.read()
    return watchingOf({
      settings: this.#settings,
      assembly,
      bound,
      secrets: this.#declared.secrets,
      sealer: this.#session.sealer,
    })
  }

  async takeWatch(): Promise<Seat> {
    return await takeWatch(this.#session)
  }

  deliveries(): readonly Delivery[] {
    return this.#session.store.deliveries()
  }

  noteDeliveries({ add, drop }: { readonly add: readonly Delivery[]; readonly drop: readonly string[] }): void {
    this.#session
      .write()
      .commit([
        ...drop.map((id) => ({ drop: 'delivery', id }) as const),
        ...add.map((delivery) => ({ put: 'delivery', delivery }) as const),
      ])
  }

  noteActions(states: readonly ActionState[]): void {
    if (states.length > 0) this.#session.write().commit(states.map((action) => ({ put: 'action', action })))
  }

  async validate(): Promise<{ graph: Graph; actions: readonly ActionRequest[]; problems: readonly Problem[] }> {
    const read = this.#declared.read()
    const sound = !read.problems.some(isError)
    const assembly = sound ? this.#declared.assemble(this.#session.store.memory(), () => undefined) : undefined
    const problems = sortProblems([...read.problems, ...(assembly?.problems ?? [])])
    return { graph: assembly?.graph ?? read.built.graph, actions: read.bound, problems }
  }

  async plan(options: PlanOptions = {}): Promise<Plan> {
    return this.#remember(await this.#planning.plan('apply', options))
  }

  async onPaper(before?: Memory): Promise<OnPaper> {
    return this.#planning.onPaper(before)
  }

  async planDestroy(options: PlanOptions = {}): Promise<Plan> {
    return this.#remember(await this.#planning.plan('destroy', options))
  }

  async planImport(addresses: readonly string[]): Promise<Plan> {
    return this.#remember(await this.#planning.plan('import', { targets: addresses }))
  }

  async planRecovery(options: RecoveryOptions = {}): Promise<Plan> {
    return this.#remember(await this.#planning.planRecovery(options))
  }

  async why(address: Address, { thing, ...options }: PlanOptions & { thing?: string } = {}): Promise<Why> {
    const planned = await this.#planning.plan('apply', options)
    return whyOf({ address, thing, planned, read: this.#declared.read(), store: this.#session.store })
  }

  async whyNot(address: Address, options: PlanOptions = {}): Promise<WhyNot> {
    const planned = await this.#planning.plan('apply', options).catch((error: unknown) => {
      const isSelection = error instanceof ProblemsError && error.problems.some(({ code }) => code === 'TARGET_UNKNOWN')
      if (!(error instanceof ProblemsError) || isSelection) throw error
      return error.problems
    })
    const { store } = this.#session
    const now = this.#clock.now()
    return whyNotOf({ address, read: this.#declared.read(), planned, memory: store.memory(), store, now })
  }

  async planAction(order: ActionOrder): Promise<Plan> {
    return this.#remember(await this.#planning.planAction(order))
  }

  async savePlan(plan: Plan): Promise<SavedPlan> {
    const planned = this.#planned.get(plan)
    if (!planned) throw new Error('savePlan takes a plan that this workspace made')
    this.#session.write()
    return savedPlanOf({
      planned,
      session: this.#session,
      environment: this.environment,
      root: this.root,
      options: this.#options,
      sources: this.#sources(),
      commit: await this.#commit(),
      now: this.#clock.now(),
      notes: this.notes(plan),
    })
  }

  async planSaved(saved: SavedPlan, { signal }: { signal?: AbortSignal } = {}): Promise<PlannedAgain> {
    const { planned, moved, elsewhere } = await planSaved({
      saved,
      planning: this.#planning,
      declared: this.#declared,
      session: this.#session,
      environment: this.environment,
      sources: () => this.#sources(),
      signal,
    })
    return { plan: this.#remember(planned), moved, elsewhere }
  }

  #sources(): SourceDigests {
    return sourceDigests(this.root, this.#declared.read().notes)
  }

  /** Of a real workspace; one on paper is in no repository. */
  async #commit(): Promise<GitCommit | undefined> {
    if (this.#options.simulate) return undefined
    const told = this.#laidOut?.commit ?? tryCommitOf(environmentVariable('AYS_COMMIT'))
    if (told) return told
    return await tryGitCommit(this.root, gitPathsOf(this.#declared.read().notes))
  }

  #remember(planned: Planned): Plan {
    this.#planned.set(planned.plan, planned)
    return planned.plan
  }

  notes(plan: Plan): PlanNotes {
    const planned = this.#planned.get(plan)
    if (!planned) throw new Error('notes takes a plan that this workspace made')
    const { store, identity } = this.#session
    const parallel = this.#settings.limits.parallel ?? PARALLEL
    const sources = this.#sources()
    const notes = notesOf({ planned, store, templates: this.#templates, workspace: identity.tag, sources, parallel })
    const simulation = this.#simulated.get(plan)
    return simulation ? { ...notes, simulation } : notes
  }

  refusals(plan: Plan): readonly Problem[] {
    const planned = this.#planned.get(plan)
    if (!planned) throw new Error('refusals takes a plan that this workspace made')
    return refusalsOf(planned)
  }

  async apply(plan: Plan, options: ApplyOptions = {}): Promise<ApplyResult> {
    const planned = this.#planned.get(plan)
    if (!planned) throw new Error('apply takes a plan that this workspace made')
    const sources = () => (this.#options.simulate ? [] : this.sourceFiles('left out'))
    const at = { session: this.#session, clock: this.#clock, commit: await this.#commit(), sources }
    return await this.#apply(planned, options, at)
  }

  async simulate(plan: Plan): Promise<Simulated> {
    const planned = this.#planned.get(plan)
    if (!planned) throw new Error('simulate takes a plan that this workspace made')
    const simulated = await simulatePlan({
      planned,
      session: this.#session,
      now: this.#clock.now(),
      plan: async (session, options) =>
        this.#newPlanning(session, this.#newDeclared(session, new Roads())).plan('apply', options),
      apply: async (copied, session, clock) =>
        this.#apply(copied, { attempts: 'one' }, { session, clock, commit: undefined, sources: () => [] }),
    })
    this.#simulated.set(plan, simulated)
    return simulated
  }

  async #apply(
    planned: Planned,
    options: ApplyOptions,
    at: Pick<ApplyInput, 'session' | 'clock' | 'commit' | 'sources'>,
  ): Promise<ApplyResult> {
    const retriesMs = options.retriesMs ?? this.#settings.retriesMs
    const { timeoutMs } = this.#settings.limits
    return await applyPlan({
      planned,
      options,
      ...at,
      perNode: this.#settings.limits.perNode ?? LANES_PER_NODE,
      parallel: options.parallel ?? this.#settings.limits.parallel ?? PARALLEL,
      ...(retriesMs ? { retriesMs } : {}),
      ...(timeoutMs ? { timeoutMs } : {}),
      undoAfterMs: this.#settings.limits.undoAfterMs ?? UNDO_AFTER_MS,
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

  sourceFiles(secrets: 'as they are' | 'left out'): readonly SourceFile[] {
    const read = Object.keys(this.#declared.read().notes.files)
    return sourceFiles(this.root, { settings: this.#settings, read, secrets })
  }

  memory(): Memory {
    return this.#session.store.memory()
  }
  runs(limit?: number): readonly Run[] {
    return this.#session.store.runs(limit)
  }
  run(id: number): { run: Run; jobs: readonly JobRow[]; plan?: Plan } | undefined {
    const run = this.#session.store.run(id)
    if (!run) return undefined
    const plan = tryPlanOf(this.#session.store, id)
    return { run, jobs: this.#session.store.jobs(id), ...(plan ? { plan } : {}) }
  }
  holder(): Holder | undefined {
    return this.#session.store.holder()
  }
  async cancel(options: CancelOptions): Promise<Cancelled> {
    const { onNote = () => {} } = this.#options
    const nodes = (): Nodes => this.#declared.anyNodes()
    return await cancel({ session: this.#session, clock: this.#clock, nodes, onNote }, options)
  }
  unlock(options: { force: boolean }): { cleared: Holder | undefined; refused?: Holder } {
    return this.#session.write().unlock(options)
  }
  templates(): readonly AnyTemplate[] {
    return this.#templates
  }

  async nodes(patterns: readonly string[]): Promise<readonly Address[]> {
    return matchNodes(patterns, this.#declared.sound().graph)
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
    const connection = this.#declared.connection(this.#declared.sound(), node)
    const transport = await this.transport(node)
    return await shellArgv({ node, connection, transport, runtimeDir: this.#session.runtimeDir })
  }

  async transport(node: Address): Promise<Transport> {
    return this.#declared.anyNodes().transport(node)
  }

  async close(): Promise<void> {
    await this.#declared.close()
    this.#session.close()
    this.#laidOut?.remove()
  }

  #lastJobs(): ReadonlyMap<Address, JobRow> {
    const last = new Map<Address, JobRow>()
    for (const run of [...this.#session.store.runs(20)].sort((a, b) => a.id - b.id))
      for (const job of this.#session.store.jobs(run.id)) last.set(job.service, job)
    return last
  }
}
