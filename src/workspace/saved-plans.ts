/** Plans in files: what one holds for is written down with it, and found again before it is applied. */
import { relative, resolve } from 'node:path'
import type { Address } from '../base/address.ts'
import { digestOf, plain } from '../base/json.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { type Comparison, compareSaved, type Moved } from '../engine/plan/compare-saved.ts'
import type { PlanNotes } from '../engine/plan/notes.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { planJson } from '../engine/plan/plan-json.ts'
import type { GitCommit, PlanJson, SavedPlan } from '../engine/plan/plan-schema.ts'
import { planOfJson } from '../engine/plan/read-plan.ts'
import { reliesOf } from '../engine/plan/relies.ts'
import { riskOf, risks } from '../engine/plan/risk.ts'
import { sealPlan } from '../engine/plan/saved-plan.ts'
import { approvalProblems, invalidApproval } from '../engine/policy/approvals.ts'
import { demandsOf } from '../engine/policy/under-policy.ts'
import { judgeApprovals } from './approvals.ts'
import type { ActionOrder, PlanOptions, WorkspaceOptions } from './contract.ts'
import type { Declared } from './declared.ts'
import type { Planned } from './planned.ts'
import type { Narrow, Planning } from './planning.ts'
import type { Session } from './session.ts'
import { movedSources, type SourceDigests } from './source-digests.ts'
import { VERSION } from './version.ts'

export interface SaveInput {
  readonly planned: Planned
  readonly session: Session
  readonly environment: string
  readonly root: string
  readonly options: WorkspaceOptions
  readonly sources: SourceDigests
  readonly commit: GitCommit | undefined
  readonly now: number
  readonly notes: PlanNotes
}

/** The plan with everything that it holds for. Holds no secret: what was one is sealed. */
export function savedPlanOf(input: SaveInput): SavedPlan {
  const { planned, session, commit } = input
  const { plan, assembly, includes } = planned
  const wanted = plan.kind === 'action' ? assembly.wanted : assembly.held
  const relies = plan.kind === 'destroy' ? {} : reliesOf(plan, { graph: assembly.graph, wanted, includes })
  return sealPlan({
    ays: VERSION,
    made: {
      at: new Date(input.now).toISOString(),
      who: session.who().who,
      run: session.store.runs(1)[0]?.id ?? 0,
      ...(commit ? { commit } : {}),
    },
    workspace: session.identity.id,
    environment: input.environment,
    state: { tag: session.identity.tag },
    sources: input.sources,
    options: optionsOf(input),
    plan: planJson(plan) as unknown as PlanJson, // a test holds what it gives against the schema
    relies,
    notes: plain(input.notes) as unknown as NonNullable<SavedPlan['notes']>, // a test holds it against the schema
  })
}

function optionsOf({ planned, options: { vars, files, legacy }, root }: SaveInput): SavedPlan['options'] {
  const { options, order } = planned.asked
  const { targets, exclude, tags, replace, refresh, prune, allow } = options
  const asked = Object.fromEntries(
    Object.entries({ targets, exclude, tags, replace, allow }).flatMap(([key, list]) =>
      list ? [[key, [...list]]] : [],
    ),
  )
  return {
    ...asked,
    ...(refresh === undefined ? {} : { refresh }),
    ...(prune === undefined ? {} : { prune }),
    ...(vars ? { vars: { ...vars } } : {}),
    ...(files ? { files: files.map((file) => relative(root, resolve(file))) } : {}),
    ...(legacy ? { legacy } : {}),
    ...(order ? { order: orderOf(order) } : {}),
  }
}

const orderOf = ({ actions, services, actors, args, force }: ActionOrder): SavedPlan['options']['order'] => ({
  actions: [...actions],
  services: [...services],
  args: { ...args },
  ...(actors ? { actors: [...actors] } : {}),
  ...(force ? { force } : {}),
})

export interface PlanSavedInput {
  readonly saved: SavedPlan
  readonly planning: Planning
  readonly declared: Declared
  readonly session: Session
  readonly environment: string
  readonly sources: () => SourceDigests
  readonly signal: AbortSignal | undefined
}

export interface PlannedSaved {
  readonly planned: Planned
  readonly moved: readonly Problem[]
  readonly elsewhere: Comparison['elsewhere']
}

/** The same plan made now, cut down to what the saved one is about. Throws PLAN_FOREIGN, and PLAN_STALE for moved sources. */
export async function planSaved(input: PlanSavedInput): Promise<PlannedSaved> {
  const { saved, planning, declared } = input
  refuseForeign(input)
  const before = planOfJson(saved.plan)
  let comparison: Comparison | undefined
  const narrow: Narrow = (whole) => {
    comparison = compareSaved(before, saved.relies, whole.plan)
    // An action pulls along what it needs: there is nothing to leave out.
    return saved.plan.kind === 'action' ? undefined : comparison.covered
  }
  declared.sound()
  const movedFiles = movedSources(saved.sources, input.sources())
  if (movedFiles.length > 0) throw new ProblemsError(movedFiles.slice(0, TOLD_MAX).map(staleSource))
  const { order: asked, targets, exclude, tags, replace, prune, allow } = saved.options
  // Always looked at, also where the plan was made of what was remembered: what is there counts.
  const { signal } = input
  const options: PlanOptions = pruned({ targets, exclude, tags, replace, prune, allow, signal })
  const order: ActionOrder | undefined = asked && {
    ...pruned({ actors: asked.actors, force: asked.force, allow, signal }),
    actions: asked.actions,
    services: asked.services,
    args: asked.args as ActionOrder['args'], // JSON, as it was read
  }
  const kind = saved.plan.kind
  const planned = order
    ? await planning.planAction(order, narrow)
    : await planning.plan(kind === 'action' ? 'apply' : kind, options, narrow)
  if (!comparison) throw new Error('a saved plan was not compared')
  const moved = [...staleProblems(comparison, kind), ...appliedAlready(input, planned)]
  const { elsewhere } = comparison
  const { refusals, warnings } = await approvalsOf(input, before, planned)
  const told = telling(planned, { refusals: [...moved, ...refusals], warnings })
  return { planned: { ...told, savedHash: saved.hash, unapproved: [] }, moved, elsewhere }
}

function refuseForeign({ saved, session, environment }: PlanSavedInput): void {
  const { identity } = session
  const foreign = (message: string, hint: string): ProblemsError =>
    new ProblemsError([{ code: 'PLAN_FOREIGN', message, hint }])
  if (saved.environment !== environment)
    throw foreign(
      `The plan is for the environment ${saved.environment}, not for ${environment}.`,
      `--env ${saved.environment} applies it there.`,
    )
  if (saved.workspace !== identity.id && !(saved.state.tag !== identity.tag && isUnnamed(saved, session)))
    throw foreign(
      `The plan is for the workspace ${saved.workspace}; this is ${identity.id}.`,
      'Name the folder of its workspace with -C.',
    )
  if (saved.state.tag !== identity.tag)
    throw foreign(
      `The plan was made with the state ${saved.state.tag}; the state here is ${identity.tag}.`,
      'Apply it where that state is kept: a clone has a state of its own, unless .ays/ is brought along.',
    )
}

/** A workspace without an id of its own is called after its state. */
const isUnnamed = (saved: SavedPlan, { identity }: Session): boolean =>
  saved.workspace.startsWith(saved.state.tag) && identity.id.startsWith(identity.tag)

const TOLD_MAX = 50
const ANEW = 'Make a new plan, look at it, and apply that one: `ays plan --out FILE`.'

const staleSource = (what: string): Problem => ({
  code: 'PLAN_STALE',
  message: `${what} since the plan was made.`,
  hint: ANEW,
})

function staleProblems({ moved, elsewhere }: Comparison, kind: Plan['kind']): readonly Problem[] {
  const more =
    kind === 'action' ? elsewhere.map(({ address }): Moved => ({ service: address, what: notInPlan(address) })) : []
  const all = [...moved, ...more]
  const told = all
    .slice(0, TOLD_MAX)
    .map(({ what, at }): Problem => ({ code: 'PLAN_STALE', message: `${what}.`, ...(at ? { at } : {}), hint: ANEW }))
  const rest = all.length - told.length
  return rest > 0
    ? [...told, { code: 'PLAN_STALE', message: `${rest} more have moved since the plan was made.` }]
    : told
}

const notInPlan = (address: Address): string => `${address} is to be acted on as well, and the plan does not say so`

/** What is done whenever it is asked for (--replace, --force) is done once by one plan. */
function appliedAlready({ saved, session }: PlanSavedInput, { plan }: Planned): readonly Problem[] {
  const run = session.store.runs().find((one) => one.planHash === saved.hash && one.state === 'ok')
  if (!run || plan.services.every((service) => service.action === 'none')) return []
  const message = `Run ${run.id} has applied this plan already; now it would be done a second time.`
  return [{ code: 'PLAN_STALE', message, hint: ANEW }]
}

/** What apply refuses the plan for, and what is told besides. */
interface Told {
  readonly refusals: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** Nothing where nothing is left to do. The worse of both plans counts: what is written in a file was not found on a node. */
async function approvalsOf({ saved, declared }: PlanSavedInput, before: Plan, planned: Planned): Promise<Told> {
  const { policy } = declared.read()
  const { plan, works } = planned
  const isWorse = risks.indexOf(riskOf(before)) > risks.indexOf(riskOf(plan))
  const demands = isWorse ? demandsOf(before, policy) : plan.demands
  if (works.length === 0 || !demands || demands.approvals.length === 0) return { refusals: [], warnings: [] }
  const judged = await judgeApprovals(saved, policy)
  const refusals = approvalProblems(demands, judged)
  if (refusals.length > 0) return { refusals, warnings: [] }
  const invalid = judged.flatMap((one) => invalidApproval(one) ?? [])
  return { refusals, warnings: invalid.map((one) => ({ ...one, severity: 'warning' })) }
}

function telling(planned: Planned, { refusals, warnings }: Told): Planned {
  if (refusals.length + warnings.length === 0) return planned
  const { hash: _, ...body } = planned.plan
  const told = { ...body, blocked: [...refusals, ...body.blocked], warnings: [...body.warnings, ...warnings] }
  return { ...planned, plan: { ...told, hash: digestOf(told) } }
}

/** Without what is not given. */
function pruned<T extends object>(of: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as never // the keys that are left
}
