/** Carries a plan out on copies of its nodes, and looks whether nothing is left to do. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { digestOf, plain } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { FieldChange } from '../engine/kind.ts'
import type { Simulated } from '../engine/plan/notes.ts'
import type { Plan, ServicePlan, TaskPlan } from '../engine/plan/plan.ts'
import type { ApplyResult, PlanOptions } from './contract.ts'
import { CopiedNodes, isCopied } from './copied-nodes.ts'
import { CopiedSession } from './copied-session.ts'
import type { Planned } from './planned.ts'
import type { OpenSession } from './session.ts'

export interface SimulateInput {
  readonly planned: Planned
  readonly session: OpenSession
  readonly now: number
  /** Plans as the workspace does, over a copy of its state; the blueprints are read anew. */
  plan(session: OpenSession, options: PlanOptions): Promise<Planned>
  /** The real apply. */
  apply(planned: Planned, session: OpenSession, clock: Clock): Promise<ApplyResult>
}

/** No node is contacted and the state stays as it is. */
export async function simulatePlan({ planned, session, now, plan, apply }: SimulateInput): Promise<Simulated> {
  if (planned.plan.blocked.length > 0) return { state: 'refused', jobs: 0, left: [], problems: planned.plan.blocked }
  const clock = skipping(now)
  const copy = new CopiedSession(session, new CopiedNodes(planned), clock)
  const { replace: _, refresh: _refresh, ...options } = planned.asked.options
  const first = await plan(
    copy,
    planned.asked.options.replace ? { ...options, replace: planned.asked.options.replace } : options,
  )
  const left = new Set(unknownIn(planned.plan))
  const strays = otherThan(planned, first, left)
  if (strays.length > 0) return { state: 'failed', jobs: 0, left: [...left], problems: strays }
  // Nobody has to approve what happens to copies.
  const result = await apply({ ...first, unapproved: [] }, copy, clock)
  const isBlamed = ({ service, state }: ApplyResult['jobs'][number]): boolean => state === 'error' && !left.has(service)
  const failed = new Map(result.jobs.filter(isBlamed).map((job) => [job.service, job.problem]))
  for (const { service, state } of result.jobs) if (state !== 'ok' && !failed.has(service)) left.add(service)
  const second = await plan(copy, options)
  const differing = second.plan.services.filter(({ address, action }) => action !== 'act' && !left.has(address))
  const told = new Set(differing.map(({ address }) => address))
  const problems = [
    ...differing.flatMap((service) => differences(service)),
    ...[...failed].flatMap(([service, problem]) => (problem && !told.has(service) ? [problem] : [])),
  ]
  const jobs = result.jobs.filter((job) => job.state === 'ok').length
  return { state: problems.length > 0 ? 'failed' : 'ok', jobs, left: [...left], problems }
}

/** Time that nobody waits for. */
function skipping(start: number): Clock {
  let now = start
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      now += ms
    },
  }
}

/** Services of which the look did not tell everything: what apply does there is not known, nor to be simulated. */
const unknownIn = ({ services }: Plan): Address[] =>
  services
    .filter(({ action, why, tasks }) => why !== 'waits' && (action === 'unknown' || tasks.some(isUnknown)))
    .map(({ address }) => address)

const isUnknown = ({ action, why }: TaskPlan): boolean => action === 'unknown' && why !== 'waits'

/** Services that the copies make the plan see otherwise than the nodes did. */
function otherThan(planned: Planned, first: Planned, left: ReadonlySet<Address>): Problem[] {
  const of = ({ services }: Plan): Map<Address, ServicePlan> =>
    new Map(
      services
        .filter(
          ({ address, node, tasks }) =>
            !left.has(address) && isCopied(planned, node) && !tasks.some(({ moving }) => moving),
        )
        .map((service) => [service.address, service]),
    )
  const [wanted, copied] = [of(planned.plan), of(first.plan)]
  return [...new Set([...wanted.keys(), ...copied.keys()])].flatMap((address): Problem[] => {
    const [a, b] = [wanted.get(address), copied.get(address)]
    if (doneIn(a) === doneIn(b)) return []
    const message = `${address} is planned otherwise on copies of its nodes: ${b?.action ?? 'nothing'} instead of ${a?.action ?? 'nothing'}.`
    return [{ code: 'SIMULATION_DIFFERS', message, ...placeOf(a ?? b), hint: KIND_HINT }]
  })
}

const doneIn = (service: ServicePlan | undefined): string =>
  digestOf([
    service?.action ?? null,
    ...(service?.tasks ?? []).map(({ node, thing, action, changes }) => ({
      node,
      thing,
      action,
      changes: plain(changes),
    })),
  ])

/** What the second plan would still do to a service, field by field. */
function differences(service: ServicePlan): Problem[] {
  const problem = (message: string, task?: TaskPlan): Problem => ({
    code: 'SIMULATION_DIFFERS',
    message,
    ...placeOf(task ?? service),
    hint: task ? `${KIND_HINT} The kind is ${task.kind}.` : KIND_HINT,
  })
  const tasks = service.tasks.filter(({ action }) => action !== 'none')
  if (tasks.length === 0) return [problem(`${service.address} would be ${service.action}d once more after apply.`)]
  return tasks.flatMap((task) => {
    const of = `${service.address}: after apply ${task.thing} on ${task.node}`
    if (task.changes.length === 0) return [problem(`${of} would once more need ${task.action}.`, task)]
    return task.changes.map((change) => problem(`${of} would still differ: ${fieldWords(change)}.`, task))
  })
}

const fieldWords = ({ path, from, to }: FieldChange): string =>
  `${path === '' ? 'the thing itself' : path} is ${valueWords(from)}, wanted is ${valueWords(to)}`

/** Secrets stand sealed. */
function valueWords(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(plain(value))
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const placeOf = (of: Pick<ServicePlan, 'at'> | undefined): Pick<Problem, 'at'> => (of?.at ? { at: of.at } : {})

const KIND_HINT =
  'What a kind says its commands lead to is not what it compares with: a mistake of the kind, not of the blueprint.'
