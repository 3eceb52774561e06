/** What a workspace can do, as commands and programs see it. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import type { Place } from '../base/place.ts'
import type { Problem } from '../base/problem.ts'
import type { Secret } from '../base/secret.ts'
import type { ActionRequest } from '../engine/blueprint/declaration.ts'
import type { WatchHook, WatchSettings } from '../engine/blueprint/workspace-file.ts'
import type { Facts } from '../engine/facts.ts'
import type { Graph } from '../engine/graph/graph.ts'
import type { CommandResult } from '../engine/kind.ts'
import type { WhyNot } from '../engine/plan/blocker.ts'
import type { PlanNotes, Simulated } from '../engine/plan/notes.ts'
import type { Action, Plan, ServicePlan } from '../engine/plan/plan.ts'
import type { SavedPlan } from '../engine/plan/plan-schema.ts'
import type { Why } from '../engine/plan/why.ts'
import type { AnyTemplate, Health, WorkspaceIdentity } from '../engine/template.ts'
import type { ActionState, Delivery, Hold, Holder, JobRow, Memory, Run, Seat } from '../store/store.ts'
import type { ExecResult, Transport } from '../transport/transport.ts'
import type { Roads } from './roads.ts'
import type { Simulation } from './simulation.ts'
import type { SourceFile } from './source-files.ts'
import type { Sources } from './sources.ts'

export type { Blocker, WhyNot } from '../engine/plan/blocker.ts'
export type { Why } from '../engine/plan/why.ts'

/** Where a workspace is and what the command line says of it. */
export interface WorkspaceOptions {
  /** Any folder in the workspace; it is sought upwards. */
  readonly folder: string
  readonly environment?: string
  readonly vars?: Readonly<Record<string, string>>
  /** Blueprint files instead of those of the folder. Nothing is an orphan then. */
  readonly files?: readonly string[]
  readonly legacy?: boolean
  readonly acceptNewHostKeys?: boolean
  readonly clock?: Clock
  /** Progress of what takes long before there is a plan, for people. */
  readonly onNote?: (note: string) => void
  /** The blueprints as they were at this run, and the state of now. */
  readonly asOf?: number
  /** The folder of the states; absent: AYS_STATE_DIR, else `.ays` of the root. */
  readonly states?: string
  /** A program's own templates, besides those that ship with ays. */
  readonly templates?: readonly AnyTemplate[]
  /** For tests of blueprints: nothing real is touched. */
  readonly simulate?: Simulation
  /** For editors: text that is not saved yet. */
  readonly sources?: Sources
  /** Connections that outlive this object; who gives them closes them. Absent: it has its own. */
  readonly roads?: Roads
}

export interface PlanOptions {
  readonly targets?: readonly string[]
  readonly exclude?: readonly string[]
  /** Exactly these services, without what they need; the others are neither looked at nor changed. */
  readonly only?: readonly Address[]
  /** False: without the actions that the blueprints ask for beside being as declared. */
  readonly acts?: boolean
  readonly tags?: readonly string[]
  readonly replace?: readonly string[]
  /** False: plan against what is remembered, no node is asked. */
  readonly refresh?: boolean
  readonly prune?: boolean
  /** False: all nodes at once, whatever ays.yaml says of waves. */
  readonly waves?: boolean
  /** `data-loss` or `data-loss=address`. */
  readonly allow?: readonly string[]
  readonly signal?: AbortSignal
}

/** What the blueprints come to, without asking any node. */
export interface OnPaper {
  readonly graph: Graph
  readonly actions: readonly ActionRequest[]
  /** Services in files that a leading `_` disables: kept on their nodes until --prune. */
  readonly disabled: ReadonlySet<Address>
  readonly warnings: readonly Problem[]
  /** What would be remembered if all of it had just been applied to bare nodes. */
  readonly applied: Memory
  /** From what was remembered before to what is declared. */
  plan(): Promise<Plan>
}

/** Which lost state is built anew. */
export interface RecoveryOptions {
  /** Its name on nodes, as `ays facts` shows it; absent: any other of this workspace and environment. */
  readonly from?: string
  readonly signal?: AbortSignal
}

/** Verbs to carry out: `ays action`. */
export interface ActionOrder {
  readonly actions: readonly string[]
  /** Addresses or globs; all services when empty. */
  readonly services: readonly string[]
  /** Templates or roles, or globs of them. */
  readonly actors?: readonly string[]
  /** Texts are read by the schema of the action's arguments. */
  readonly args: JsonObject
  readonly force?: boolean
  readonly allow?: readonly string[]
  readonly signal?: AbortSignal
}

export interface ApplyOptions {
  /** Jobs at once over all nodes; default 10. */
  readonly parallel?: number
  /** Waits between attempts after any error; none when empty. Absent: what ays.yaml says, else 1, 2 and 4 s after transient ones. */
  readonly retriesMs?: readonly number[]
  /** Nothing is tried again under the lease, whatever says so: the caller does that in a run of its own. */
  readonly attempts?: 'one'
  /** Each node keeps a connection free for looks: they go on beside the run. */
  readonly looksBeside?: true
  /** First abort: nothing new starts, running jobs end. */
  readonly signal?: AbortSignal
  /** Second: remote process groups are ended. */
  readonly endNow?: AbortSignal
  readonly onProgress?: (event: Progress) => void
}

export type Progress =
  | { readonly type: 'run'; readonly run: number; readonly jobs: number }
  /** Another ays cancels the run, or these services of it. */
  | {
      readonly type: 'cancelled'
      readonly by: string
      readonly how: 'finish' | 'now'
      readonly services?: readonly Address[]
    }
  | { readonly type: 'started'; readonly service: Address; readonly node: Address; readonly title: string }
  | { readonly type: 'moving'; readonly service: Address; readonly node: Address; readonly progress: string }
  | {
      readonly type: 'ended'
      readonly service: Address
      readonly node: Address
      readonly state: 'ok' | 'error' | 'skipped' | 'cancelled'
      readonly ms: number
      readonly problem?: Problem
      readonly results: readonly CommandResult[]
      readonly exceeded?: string
    }

export interface ApplyResult {
  readonly run: number
  readonly state: 'ok' | 'error' | 'cancelled' | 'nothing'
  /** Who cancelled it from elsewhere. */
  readonly cancelledBy?: string
  readonly jobs: readonly JobRow[]
  readonly problems: readonly Problem[]
  readonly ms: number
}

/** What `ays cancel` asks. */
export interface CancelOptions {
  /** Only this run. */
  readonly run?: number
  /** Only these services: addresses or globs. */
  readonly services?: readonly string[]
  /** finish: nothing new starts, what runs is finished. now: what runs on the nodes is ended. */
  readonly how: 'finish' | 'now'
  /** How long to wait for the end; 0: it is only asked. */
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** Once the run was asked, and is waited for. */
  readonly onAsked?: (holder: Holder, run: Run | undefined) => void
}

/** What became of it. */
export interface Cancelled {
  readonly state:
    | /** Nobody works here, and nothing was left behind. */ 'nothing'
    /** The run that was named had ended before. */
    | 'over'
    /** It was asked, and not waited for. */
    | 'asked'
    | 'ended'
    /** It was asked, and has not ended within the time. */
    | 'going on'
    /** A run whose ays died left jobs behind, which may still run: `how: 'now'` ends them. */
    | 'left behind'
    /** They were ended on their nodes. */
    | 'cleared'
  readonly run?: Run
  /** Of the run; with `services` only theirs. */
  readonly jobs: readonly JobRow[]
  readonly holder?: Holder
  /** Services whose next attempt was called off. */
  readonly retries: readonly Address[]
}

export interface ServiceStatus {
  readonly address: Address
  readonly template: string
  readonly node?: Address
  /** AYS's words: new, ok, changed, drifted, unknown, error, removing. */
  readonly state: 'new' | 'ok' | 'changed' | 'drifted' | 'unknown' | 'error' | 'removing'
  readonly health?: Health
  readonly action: Action
  readonly lastJob?: JobRow
  /** How its actions ended last, and when they are due again; `apply` are attempts at being as declared. */
  readonly actions: readonly ActionState[]
  /** A verb keeps it lower than its blueprint says. */
  readonly held?: Hold
}

/** A saved plan, made again now. */
export interface PlannedAgain {
  /** What is left to do of it, and nothing else; `apply` takes it. Where something moved, that is what blocks it. */
  readonly plan: Plan
  /** PLAN_STALE for everything that the plan touches or relies on and that is not as it was. */
  readonly moved: readonly Problem[]
  /** What a plan made now would do besides: it is told, and left alone. */
  readonly elsewhere: readonly ServicePlan[]
}

/** What `ays watch` goes by: which services, how often, and what recurs. */
export interface Watching {
  readonly settings: WatchSettings
  readonly services: readonly WatchedService[]
  readonly recurring: readonly RecurringAction[]
  /** `key`: a sealed digest of the hook, by which its news are kept. */
  readonly hooks: readonly { readonly key: string; readonly hook: WatchHook; readonly secret?: Secret }[]
}

/** A declared service with something on a node. */
export interface WatchedService {
  readonly address: Address
  readonly node?: Address
  /** False: drift is told, not repaired. */
  readonly heal: boolean
  /** How often it is looked at where that is not the workspace's period. */
  readonly everyMs?: number
  /** Its $retries, or those of the workspace. */
  readonly retriesMs?: readonly number[]
}

/** An action of one service with a period or a schedule. */
export interface RecurringAction {
  readonly service: Address
  readonly action: string
  /** Digest of its arguments; '' for verbs of the lifecycle. */
  readonly entry: string
  readonly args: JsonObject
  readonly force: boolean
  readonly when: { readonly everyMs: number } | { readonly cron: string }
  readonly at: Place
}

/** What a command can do, the library can do. Every method throws ProblemsError for what a person can mend. */
export interface Workspace {
  readonly root: string
  readonly environment: string
  /** How its things are told from those of others on shared machines. */
  readonly identity: WorkspaceIdentity
  validate(): Promise<{
    readonly graph: Graph
    readonly actions: readonly ActionRequest[]
    readonly problems: readonly Problem[]
  }>
  plan(options?: PlanOptions): Promise<Plan>
  planDestroy(options?: PlanOptions): Promise<Plan>
  /** No node is asked and no state is read: `before` is what is remembered, nothing where it is absent. */
  onPaper(before?: Memory): Promise<OnPaper>
  /** Why a service is planned as it is, or is as it is; of one thing of it only with `thing`. Throws TARGET_UNKNOWN. */
  why(address: Address, options?: PlanOptions & { readonly thing?: string }): Promise<Why>
  /** What is in the way of a service, also of one that is not declared. Throws TARGET_UNKNOWN for selections only. */
  whyNot(address: Address, options?: PlanOptions): Promise<WhyNot>
  /** A plan of verbs: install, start, stop, uninstall, delete, monitor, and the actions of templates. */
  planAction(order: ActionOrder): Promise<Plan>
  /**
   * A plan that this object gave, with everything that it holds for, to be kept in a file. Makes the state where there is
   * none yet: a saved plan belongs to one.
   */
  savePlan(plan: Plan): Promise<SavedPlan>
  /**
   * Makes a saved plan again, with what it was asked for with. The workspace must be open for its environment, variables
   * and files (`openedFor`). Throws PLAN_FOREIGN, and PLAN_STALE where blueprints, variables or templates moved.
   */
  planSaved(saved: SavedPlan, options?: { readonly signal?: AbortSignal }): Promise<PlannedAgain>
  /** What `ays watch` goes by. Makes the state where there is none yet. */
  watching(): Promise<Watching>
  /** The right to be the one watch here; it stays when this object is closed. Throws WATCH_HELD with who has it. */
  takeWatch(): Promise<Seat>
  /** What webhooks have not taken yet, oldest first. */
  deliveries(): readonly Delivery[]
  /** Writes down news for webhooks before they are sent, and drops those that were taken. */
  noteDeliveries(news: { readonly add: readonly Delivery[]; readonly drop: readonly string[] }): void
  /** Writes down what became of actions, without the lease. */
  noteActions(states: readonly ActionState[]): void
  /** What is known beside a plan that this object gave: causes, estimates, what depends on it, the way back. */
  notes(plan: Plan): PlanNotes
  /** What apply would refuse a plan that this object gave for: what blocks it, and approvals that it lacks. */
  refusals(plan: Plan): readonly Problem[]
  /** Carries out a plan that `plan` or `planDestroy` of this object gave. Takes the lease. */
  apply(plan: Plan, options?: ApplyOptions): Promise<ApplyResult>
  /** Applies a plan of `plan` of this object to copies in memory of its nodes and state, and plans again. Nothing real is touched. It is among the notes of the plan then. */
  simulate(plan: Plan): Promise<Simulated>
  status(): Promise<{ readonly services: readonly ServiceStatus[]; readonly plan: Plan }>
  /** Adopts what is already on the nodes: the plan of adoptions only. */
  planImport(addresses: readonly string[]): Promise<Plan>
  /** Builds a lost state anew from what the nodes note: the plan of adoptions that takes over its claims. */
  planRecovery(options?: RecoveryOptions): Promise<Plan>
  /** Leaves the services on their nodes and forgets them. */
  forget(addresses: readonly string[]): Promise<readonly Address[]>
  /** The files that it is made of, those included that expressions read. Throws WORKSPACE_TOO_LARGE. */
  sourceFiles(secrets: 'as they are' | 'left out'): readonly SourceFile[]
  memory(): Memory
  runs(limit?: number): readonly Run[]
  /** With its plan as it was shown, while that is kept. */
  run(id: number): { readonly run: Run; readonly jobs: readonly JobRow[]; readonly plan?: Plan } | undefined
  holder(): Holder | undefined
  unlock(options: { readonly force: boolean }): { readonly cleared: Holder | undefined; readonly refused?: Holder }
  /** Ends what another ays does here, or the jobs that a dead one left. Throws TARGET_UNKNOWN, LEASE_HELD, USAGE for a run that never was. */
  cancel(options: CancelOptions): Promise<Cancelled>
  templates(): readonly AnyTemplate[]
  /** Nodes that match addresses or globs such as `node/*`. */
  nodes(patterns: readonly string[]): Promise<readonly Address[]>
  exec(
    node: Address,
    argv: readonly string[],
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<ExecResult>
  facts(node: Address): Promise<Facts>
  /** argv of an interactive ssh (or a shell, for the local node). */
  shellCommand(node: Address): Promise<readonly string[]>
  transport(node: Address): Promise<Transport>
  close(): Promise<void>
}
