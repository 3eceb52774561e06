/** Carries out a plan: writes the run down, starts what is ready, follows what ends, until nothing is left. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { ServicePlan } from '../engine/plan/plan.ts'
import { wasShown } from '../engine/plan/unite.ts'
import type { Work } from '../engine/plan/world.ts'
import { trackReadiness } from '../engine/run/readiness.ts'
import type { Change, JobRow, Run } from '../store/store.ts'
import { TransportError } from '../transport/transport.ts'
import { adoptWork } from './adopt-work.ts'
import { gateOf, LANES_PER_NODE, NodeDesk } from './desk.ts'
import { Ledger } from './ledger.ts'
import type { RunInput, RunResult } from './run-input.ts'
import { actChanges, attemptsOf, foundOf, newJob, onPaperChanges, seenOf } from './run-notes.ts'
import { runWork } from './run-work.ts'
import { shownBy } from './shown.ts'
import { stopProblem } from './stop-problem.ts'
import { endedJob } from './work-changes.ts'
import type { WorkEnd } from './work-context.ts'

/** Resolves when every job has ended, was skipped, or the run was cancelled and what ran has ended. */
export async function runPlan(input: RunInput): Promise<RunResult> {
  const { store, clock, works, plan } = input
  const servicePlans = new Map<Address, ServicePlan[]>()
  for (const service of plan.services)
    servicePlans.set(service.address, [...(servicePlans.get(service.address) ?? []), service])
  const shows = shownBy(plan)
  const id = store.nextRun()
  const run: Run = {
    id,
    kind: plan.kind,
    state: 'running',
    startedAt: clock.now(),
    who: input.who,
    planHash: input.planHash,
    ...(input.commit ? { commit: input.commit } : {}),
    fence: input.fence,
  }
  const jobs = new Map(
    works.map((work, n): [string, JobRow] => [work.key, newJob(input, run, work, n, servicePlans.get(work.service))]),
  )
  store.commit([
    { put: 'run', run },
    ...(input.keeps?.(id) ?? []),
    ...input.onPaper,
    ...[...jobs.values()].map((job): Change => ({ put: 'job', job })),
  ])
  input.onStart(id, works.length)

  const ledger = new Ledger(store)
  const gate = gateOf(input.parallel)
  const desks = new Map<Address, NodeDesk>()
  const firstSights = new Map<Address, Promise<void>>()
  const remade = new Set<Address>()
  /** Services for which this run changed something: what the plan saw of them is old. */
  const changed = new Set<Address>()
  const problems: Problem[] = []
  const byKey = new Map(works.map((work) => [work.key, work]))
  const left = new Map<Address, number>()
  for (const work of works) left.set(work.service, (left.get(work.service) ?? 0) + 1)
  const failedServices = new Set<Address>()
  const readiness = trackReadiness(works)
  let running = 0
  let finish: () => void = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let broken: unknown

  function deskOf(node: Address): NodeDesk {
    const known = desks.get(node)
    if (known) return known
    const desk = new NodeDesk({
      node,
      open: () => input.openTransport(node),
      gate,
      signal: input.stops.endNow,
      lanes: Math.min(input.perNode, LANES_PER_NODE),
      renew: () => input.resetTransport(node),
    })
    desks.set(node, desk)
    return desk
  }

  function start(key: string): void {
    const work = byKey.get(key)
    const job = jobs.get(key)
    if (!work || !job) return
    running++
    const startedAt = clock.now()
    const stops = input.stopsOf(work.service)
    if (stops.signal.aborted) {
      const end = { end: 'cancelled', warnings: [], results: [], attempts: 0, tries: 0 } as const
      void conclude(work, { ...job, startedAt }, { ...end, ...stopProblem({ work, stops }, 'not begun') }, startedAt)
      return
    }
    input.onWork(work, { type: 'started', action: job.action })
    fillAndCarryOut(work, { ...job, startedAt })
      .then((end) => conclude(work, { ...job, startedAt }, end, startedAt))
      .catch((error: unknown) => {
        broken ??= error
        finish()
      })
  }

  /** What was not known when the plan was made is known by now, or the work is not begun. */
  async function fillAndCarryOut(work: Work, job: JobRow): Promise<WorkEnd> {
    if (!input.fill || work.lost || !work.things.some((thing) => thing.later)) return carryOut(work, job)
    const filled = await input.fill(work)
    if (filled.changes.length > 0) await ledger.write(filled.changes)
    if (filled.work) return carryOut(filled.work, job)
    return { end: 'error', problem: filled.problem, warnings: [], results: [], attempts: 0, tries: 0 }
  }

  async function passGate(work: Work, gate: NonNullable<Work['gate']>): Promise<WorkEnd> {
    const { signal } = input.stopsOf(work.service)
    const onWait = (progress: string): void => input.onWork(work, { type: 'moving', progress })
    const problem = await input.gate(gate, { signal, onWait })
    const nothing = { warnings: [], results: [], attempts: 0, tries: 0 } as const
    if (signal.aborted) return { end: 'cancelled', ...nothing }
    return problem ? { end: 'error', problem, ...nothing } : { end: 'ok', ...nothing }
  }

  async function carryOut(work: Work, job: JobRow): Promise<WorkEnd> {
    if (work.lost) return { end: 'error', problem: work.lost, warnings: [], results: [], attempts: 0, tries: 0 }
    if (work.gate) return await passGate(work, work.gate)
    if (work.onPaper) {
      await ledger.write(onPaperChanges(input, work))
      return { end: 'ok', warnings: [], results: [], attempts: 0, tries: 0 }
    }
    const desk = deskOf(work.node)
    await firstSight(work.node, desk)
    const services = servicePlans.get(work.service) ?? []
    const shown = services.flatMap(({ tasks }) => tasks).flatMap(({ effects }) => effects)
    const restarts = services.some((service) => service.why === 'waits' || service.action === 'create')
    const planSeen = remade.has(work.node) || changed.has(work.service) || work.filled ? undefined : seenOf(input, work)
    const end = await (work.adopts ? adoptWork : runWork)({
      work,
      job,
      desk,
      ledger,
      clock,
      ...attemptsOf(input, work),
      undoAfterMs: input.undoAfterMs,
      workspace: input.workspace,
      environment: plan.environment,
      fence: input.fence,
      seen: planSeen,
      past: input.past,
      tryFindKind: input.tryFindKind,
      remember: work.forgets ? undefined : input.remember(work.service),
      // What this run itself changed or made is not as the plan saw it, and need not be; what was open could not be shown.
      shows:
        input.holdsTo(work.node) && !remade.has(work.node) && !changed.has(work.service) && !work.filled
          ? shows
          : undefined,
      allows: (effect) => wasShown(shown, effect) || (restarts && effect.kind === 'restart'),
      replace: work.force ?? input.replace.has(work.service),
      removalWhy: services[0]?.why ?? 'change',
      onMoving: (progress) => input.onWork(work, { type: 'moving', progress }),
      stops: input.stopsOf(work.service),
    })
    return end
  }

  /** Facts are asked once, when a node is reached for the first time; a node that does not answer fails the work itself. */
  async function firstSight(node: Address, desk: NodeDesk): Promise<void> {
    let sight = firstSights.get(node)
    if (!sight) {
      sight = desk.transport().then(async (transport) => ledger.write(await input.onFirstSight(node, transport)))
      firstSights.set(node, sight)
    }
    await sight.catch((error: unknown) => {
      if (!(error instanceof TransportError)) throw error
    })
  }

  async function conclude(work: Work, job: JobRow, end: WorkEnd, startedAt: number): Promise<void> {
    const state = end.end
    if (end.results.length > 0) changed.add(work.service)
    // What was not begun stands with its job: who cancelled the run is told once.
    if (end.problem && (state !== 'cancelled' || end.attempts > 0)) problems.push(end.problem)
    problems.push(...end.warnings)
    if (state !== 'ok') failedServices.add(work.service)
    const remaining = (left.get(work.service) ?? 1) - 1
    left.set(work.service, remaining)
    const changes: Change[] = [{ put: 'job', job: endedJob({ job, clock }, state, end) }]
    changes.push(...actChanges(input, work, end))
    if (input.onFound && end.seen && !work.passing) changes.push(...input.onFound(work, foundOf(work, end.seen)))
    if (work.forgets && remaining === 0 && !failedServices.has(work.service))
      changes.push(
        { drop: 'service', address: work.service },
        { drop: 'allocations', address: work.service },
        { drop: 'node', address: work.service },
        { drop: 'actions', address: work.service },
      )
    await ledger.write(changes)
    if (state === 'ok' && work.service.startsWith('node/') && end.results.length > 0) {
      remade.add(work.service)
      desks.delete(work.service)
      firstSights.delete(work.service)
      await input.resetTransport(work.service)
    }
    input.onWork(work, {
      type: 'ended',
      end: state,
      ms: clock.now() - startedAt,
      ...(end.problem ? { problem: end.problem } : {}),
      results: end.results,
    })
    const next = readiness.settle(work.key, state)
    if (next.skipped.length > 0) await skip(next.skipped)
    running--
    for (const key of next.ready) start(key)
    if (running === 0) finish()
  }

  async function skip(skipped: readonly { readonly key: string; readonly because: string }[]): Promise<void> {
    const changes: Change[] = []
    for (const { key, because } of skipped) {
      const work = byKey.get(key)
      const job = jobs.get(key)
      if (!work || !job) continue
      failedServices.add(work.service)
      const state = input.stops.signal.aborted ? 'cancelled' : 'skipped'
      const blame = byKey.get(because)?.service ?? because
      const problem: Problem = {
        code: 'CANCELLED',
        severity: 'warning',
        message: `${work.service} was not started, because ${blame} did not succeed.`,
      }
      changes.push({ put: 'job', job: { ...job, state, endedAt: clock.now(), problem } })
      input.onWork(work, { type: 'ended', end: state, ms: 0, problem, results: [] })
    }
    await ledger.write(changes)
  }

  for (const key of readiness.first) start(key)
  if (works.length > 0) await finished
  if (broken !== undefined) throw broken
  await Promise.allSettled(firstSights.values())

  const rows = store.jobs(id)
  const state = stateOf(rows, input.stops.signal.aborted)
  const by = input.stops.by()
  const cancelledBy = by !== undefined && state === 'cancelled' ? { cancelledBy: by } : {}
  const summary = Object.fromEntries(
    ['ok', 'error', 'skipped', 'cancelled'].map((word) => [word, rows.filter((job) => job.state === word).length]),
  )
  store.commit([{ put: 'run', run: { ...run, state, endedAt: clock.now(), ...cancelledBy, summary } }])
  return { run: id, state, ...cancelledBy, jobs: rows, problems }
}

/** A run that was stopped is cancelled as soon as something did not come to its end, whatever failed besides. */
function stateOf(rows: readonly JobRow[], stopped: boolean): Run['state'] {
  const has = (state: JobRow['state']): boolean => rows.some((job) => job.state === state)
  if (stopped && has('cancelled')) return 'cancelled'
  if (has('error')) return 'error'
  if (has('cancelled')) return 'cancelled'
  return rows.every((job) => job.state === 'ok') ? 'ok' : 'error'
}
