/** Does what the watch may do: repairs, approved changes and recurring actions, one run at a time, each under the lease. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { isBackward, LIFECYCLE } from '../engine/actions/order-actions.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { unsavedProblems } from '../engine/policy/approvals.ts'
import type { ApplyResult, Workspace } from '../workspace.ts'
import type { WatchNote } from './events.ts'
import { judge } from './judge.ts'
import type { KnownServices } from './known.ts'
import { risksOf } from './risks.ts'
import type { Schedule, Scheduled } from './schedule.ts'

export interface ActingOptions {
  readonly workspace: Workspace
  readonly known: KnownServices
  readonly schedule: Schedule
  readonly clock: Clock
  readonly policy: 'never' | 'safe' | 'all'
  tell(note: WatchNote): void
  /** It is looked at again, although the run goes on with others. */
  release(service: Address): void
  /** Aborted: nothing new starts, what runs goes on to its end. */
  readonly signal: AbortSignal
  /** Aborted: what runs is ended. */
  readonly endNow: AbortSignal
}

/** What became of it: `held` is who works on the workspace meanwhile. */
export type Acted = 'done' | { readonly held: Problem }

const LOOKS_MAX = 3
/** How often a recurring action tries whether its node is back. */
const LOST_EVERY_MS = 60_000

/** Looks again, so that nothing old is gone by, and puts right what is still wrong. */
export async function repair(options: ActingOptions, services: readonly Address[]): Promise<Acted> {
  const { workspace, known, signal } = options
  let only = services
  for (let look = 0; look < LOOKS_MAX && only.length > 0; look++) {
    const plan = await workspace.plan({ only, acts: only.some((one) => known.wantsActs(one)), signal })
    if (signal.aborted) return 'done'
    for (const [address, finding] of judge(plan, only)) known.learn(address, finding)
    const refused = refusedOf(options, plan)
    if (refused.size === 0) return await carryOut(options, plan, only)
    only = only.filter((address) => !refused.has(address))
  }
  return 'done'
}

/** Services of the plan that the watch may not touch: they moved since, or are more than was approved. */
function refusedOf({ known, policy, tell }: ActingOptions, plan: Plan): ReadonlySet<Address> {
  const refused = new Set(plan.services.map((one) => one.address).filter((address) => !known.mayAct(address)))
  const changes = plan.services.filter(({ address }) => !refused.has(address) && !known.isDrift(address))
  const risks = policy === 'safe' ? risksOf(changes) : []
  if (risks.length === 0) return refused
  for (const { address } of changes) {
    known.decide(address, { approved: false, acts: false })
    refused.add(address)
  }
  tell({
    type: 'pending',
    services: changes.map(({ address, action }) => ({ address, action })),
    why: risks.join('; '),
  })
  return refused
}

async function carryOut(options: ActingOptions, plan: Plan, asked: readonly Address[]): Promise<Acted> {
  const { known } = options
  const addresses = [...new Set(plan.services.map((one) => one.address))]
  if (addresses.length === 0) {
    for (const address of asked) if (known.wantsActs(address)) known.succeeded(address)
    return 'done'
  }
  const [blocked] = [...plan.blocked, ...unsavedProblems(plan.demands)]
  if (blocked && addresses.length > 1) {
    // One that is blocked does not hold up the others.
    for (const address of addresses) {
      const acted = await repair(options, [address])
      if (acted !== 'done') return acted
    }
    return 'done'
  }
  if (blocked) {
    for (const address of addresses) known.failed(address, blocked)
    return 'done'
  }
  // What has ended is told and looked at again, however long the others take.
  const settled = new Set<Address>()
  const result = await tryApply(options, plan, (run, service, ms) => {
    const jobs = options.workspace.run(run)?.jobs ?? []
    const state = addresses.includes(service) ? stateOf({ jobs }, service) : 'cancelled'
    if (settled.has(service) || (state !== 'ok' && state !== 'error')) return
    settled.add(service)
    settle(options, { run, ms, jobs, problems: [] }, [service])
    options.release(service)
  })
  if ('held' in result) return result
  const left = addresses.filter((address) => !settled.has(address))
  if ('problem' in result) for (const address of left) known.failed(address, result.problem)
  else settle(options, result, left)
  return 'done'
}

type Ended = Pick<ApplyResult, 'run' | 'ms' | 'jobs' | 'problems'>

function settle(options: ActingOptions, result: Ended, addresses: readonly Address[]): void {
  const { known, tell } = options
  const { run, ms } = result
  const states = new Map(addresses.map((address) => [address, stateOf(result, address)]))
  const of = (state: string): Address[] => addresses.filter((address) => states.get(address) === state)
  const applied: Address[] = []
  for (const service of of('ok')) {
    if (known.isDrift(service)) tell({ type: 'repaired', service, run, ms })
    else applied.push(service)
    known.succeeded(service)
  }
  if (applied.length > 0) tell({ type: 'applied', run, services: applied, ms })
  const failed = of('error')
  for (const address of failed) known.failed(address, problemOf(result, address))
  // Who cancelled a repair does not want it again in the next moment.
  const cancelled = isStopping(options) ? [] : of('cancelled')
  for (const address of cancelled) known.failed(address, problemOf(result, address), 'given up')
  for (const address of of('skipped')) known.skipped(address, [...failed, ...cancelled])
}

const isStopping = ({ signal, endNow }: ActingOptions): boolean => signal.aborted || endNow.aborted

/** A service with several jobs is as well as the worst of them; one without a job was in place already. */
function stateOf(
  { jobs }: Pick<ApplyResult, 'jobs'>,
  service: Address,
  action?: string,
): 'ok' | 'error' | 'skipped' | 'cancelled' {
  const states = new Set(
    jobs
      .filter((job) => job.service === service && (action === undefined || job.action === action))
      .map((job) => job.state),
  )
  if (states.has('running') || states.has('waiting')) return 'cancelled'
  if (states.has('error')) return 'error'
  if (states.has('cancelled')) return 'cancelled'
  return states.has('skipped') ? 'skipped' : 'ok'
}

function problemOf({ jobs, problems }: Ended, service: Address): Problem {
  const own = jobs.find(
    (job) => job.service === service && (job.state === 'error' || job.state === 'cancelled'),
  )?.problem
  return own ?? problems[0] ?? { code: 'NOT_SETTLED', message: `${service} is not as declared after the run.` }
}

async function tryApply(
  { workspace, signal, endNow }: ActingOptions,
  plan: Plan,
  onEnded: (run: number, service: Address, ms: number) => void = () => undefined,
): Promise<ApplyResult | { readonly held: Problem } | { readonly problem: Problem }> {
  try {
    let run = 0
    return await workspace.apply(plan, {
      ...{ attempts: 'one', looksBeside: true, signal, endNow },
      onProgress: (event) => {
        if (event.type === 'run') run = event.run
        if (event.type === 'ended') onEnded(run, event.service, event.ms)
      },
    })
  } catch (error) {
    const problem = firstProblem(error)
    return problem.code === 'LEASE_HELD' ? { held: problem } : { problem }
  }
}

/** Throws again what is a bug. */
function firstProblem(error: unknown): Problem {
  const problem = error instanceof ProblemsError ? error.problems[0] : undefined
  if (!problem) throw error
  return problem
}

/** Runs one action with one set of arguments for all services that are due together. */
export async function runActions(options: ActingOptions, entries: readonly Scheduled[]): Promise<Acted> {
  const { workspace, known, schedule, clock, signal } = options
  const [first] = entries
  if (!first) return 'done'
  const startedAt = clock.now()
  const { action } = first
  const custom = !(LIFECYCLE as readonly string[]).includes(action)
  const held = heldOf(workspace, entries)
  const lost = entries.filter((entry) => !held.has(entry) && known.isOutOfReach(entry.service))
  const ready = entries.filter((entry) => !held.has(entry) && !lost.includes(entry))
  // They stay due, and run when their node is back.
  schedule.putOff(lost, startedAt + LOST_EVERY_MS)
  tellLeftOut(options, new Map(lost.map((entry) => [entry, startedAt + LOST_EVERY_MS])), 'its node is out of reach')
  leaveOut(options, [...held], startedAt, 'a verb holds the service, until `ays action start` lifts that')
  if (ready.length === 0) return 'done'
  const services = ready.map((entry) => entry.service)
  let plan: Plan
  try {
    plan = await workspace.planAction({ actions: [action], services, args: first.args, force: custom, signal })
  } catch (error) {
    const problem = firstProblem(error)
    endAll(options, ready, startedAt, () => ({ state: 'error', problem }))
    return 'done'
  }
  // What is out of reach is unknown, not lacking: its run fails with the reason, and is tried again.
  const lacking = plan.services.find(
    ({ verb, tasks }) => custom && verb !== action && tasks.some((task) => task.action !== 'unknown'),
  )
  if (lacking) {
    if (ready.length === 1) leaveOut(options, ready, startedAt, `${lacking.address} is not in place`)
    else
      for (const entry of ready) {
        const acted = await runActions(options, [entry])
        if (acted !== 'done') return acted
      }
    return 'done'
  }
  const [blocked] = plan.blocked
  const result = blocked ? { problem: blocked } : await tryApply(options, plan)
  if ('held' in result) {
    schedule.putOff(ready, startedAt)
    return result
  }
  if ('problem' in result) {
    endAll(options, ready, startedAt, () => ({ state: 'error', problem: result.problem }))
    return 'done'
  }
  const cut = ready.filter((entry) => stateOf(result, entry.service) === 'cancelled')
  if (isStopping(options)) schedule.putOff(cut, startedAt)
  else leaveOut(options, cut, startedAt, `${result.cancelledBy ?? 'somebody'} cancelled it`)
  const ended = ready.filter((entry) => !cut.includes(entry))
  endAll(
    options,
    ended,
    startedAt,
    ({ service }) =>
      stateOf(result, service) === 'ok' ? { state: 'ok' } : { state: 'error', problem: problemOf(result, service) },
    result.run,
  )
  return 'done'
}

type Outcome = { readonly state: 'ok' } | { readonly state: 'error'; readonly problem: Problem }

function endAll(
  { schedule, tell }: ActingOptions,
  entries: readonly Scheduled[],
  startedAt: number,
  outcomeOf: (entry: Scheduled) => Outcome,
  run?: number,
): void {
  for (const [entry, nextAt] of schedule.ended(entries, startedAt, outcomeOf)) {
    const next = Number.isFinite(nextAt) ? { nextAt } : {}
    const { service, action } = entry
    tell({ type: 'action', service, action, ...outcomeOf(entry), ...(run ? { run } : {}), ...next })
  }
}

function leaveOut(options: ActingOptions, entries: readonly Scheduled[], startedAt: number, why: string): void {
  if (entries.length > 0)
    tellLeftOut(
      options,
      options.schedule.ended(entries, startedAt, () => 'left out'),
      why,
    )
}

/** `next`: when each is due again. Told once, until it ran or another reason keeps it. */
function tellLeftOut({ schedule, tell }: ActingOptions, next: ReadonlyMap<Scheduled, number>, why: string): void {
  for (const [entry, nextAt] of next) {
    if (!schedule.isNewlyLeftOut(entry, why)) continue
    const { service, action } = entry
    const message = `${action} of ${service} is left out: ${why}.`
    const problem: Problem = { code: 'NOT_SETTLED', severity: 'warning', message }
    tell({ type: 'action', service, action, state: 'skipped', problem, ...(Number.isFinite(nextAt) ? { nextAt } : {}) })
  }
}

/** Held services are left alone, unless the verb takes further away, or the entry says `force: true`. */
function heldOf(workspace: Workspace, entries: readonly Scheduled[]): ReadonlySet<Scheduled> {
  const { holds } = workspace.memory()
  return new Set(entries.filter(({ service, action, force }) => holds.has(service) && !isBackward(action) && !force))
}
