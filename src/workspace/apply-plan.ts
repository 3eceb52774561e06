/** Carries out a plan under the lease: attaches to what an earlier run left, runs, and tells what became of it. */

import { LANES_PER_NODE } from '../actors/desk.ts'
import type { WorkEvent } from '../actors/run-input.ts'
import { runPlan } from '../actors/run-plan.ts'
import { type Address, LOCAL } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { plain } from '../base/json.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import { SILENCE_MS } from '../engine/kind.ts'
import type { GitCommit } from '../engine/plan/plan-schema.ts'
import type { Work } from '../engine/plan/world.ts'
import { withGates } from '../engine/run/waves.ts'
import { tryFindKind } from '../sal/kinds.ts'
import type { Change, Memory, RememberedTask, Store } from '../store/store.ts'
import { TransportError } from '../transport/transport.ts'
import { connectionOf, rememberedOf } from './assemble.ts'
import { attachToOpenJobs } from './attach.ts'
import { changesOnPaper } from './changes-on-paper.ts'
import type { ApplyOptions, ApplyResult, Progress } from './contract.ts'
import { endJobs } from './end-jobs.ts'
import { followCancels, type Interruption } from './interruption.ts'
import { heldProblem } from './lease-held.ts'
import { leaveForLost } from './leave-for-lost.ts'
import { lookAtWave } from './look-at-wave.ts'
import type { Planned } from './planned.ts'
import { renameChanges } from './rename.ts'
import { recordChanges } from './run-records.ts'
import type { OpenSession } from './session.ts'
import type { SourceFile } from './source-files.ts'

export interface ApplyInput {
  readonly planned: Planned
  readonly options: ApplyOptions
  readonly session: OpenSession
  readonly clock: Clock
  readonly parallel: number
  readonly perNode: number
  /** After how long a node takes back by itself what cut ays off from it. */
  readonly undoAfterMs: number
  /** From the command line or ays.yaml; a service's own $retries come first. */
  readonly retriesMs?: readonly number[]
  /** `limits.timeout` of ays.yaml. */
  readonly timeoutMs?: number
  readonly commit: GitCommit | undefined
  /** The files that the plan was made from. */
  sources(): readonly SourceFile[]
  onNote(note: string): void
}

const PATIENCE_MS = 120_000

/** Waits after errors that a kind calls transient, where nobody asked for others. */
const TRANSIENT_MS = [1_000, 2_000, 4_000]

/** Throws LEASE_HELD while another works here, and what blocks the plan. */
export async function applyPlan(input: ApplyInput): Promise<ApplyResult> {
  const { planned, options, session, clock } = input
  const { plan } = planned
  const refusals = refusalsOf(planned)
  if (refusals.length > 0) throw new ProblemsError(refusals)
  const began = clock.now()
  const idle = planned.works.length === 0 && session.store.openJobs().length === 0
  if (idle && paperChanges(input, session.store).length === 0)
    return { run: 0, state: 'nothing', jobs: [], problems: [], ms: 0 }
  const store = session.write()
  const lease = await store.acquire(session.who())
  if ('heldBy' in lease) throw heldProblem(lease.heldBy)
  const { nodes } = planned
  const endings: Promise<void>[] = []
  const interruption = followCancels(lease, options, (services) => {
    const ending = endJobs(services, { store, nodes, clock })
    ending.catch(() => undefined) // it is awaited when the run has ended
    endings.push(ending)
  })
  const { signal, endNow } = interruption.stops
  const endRunning = (): void => void nodes.endRunning()
  endNow.addEventListener('abort', endRunning)
  try {
    const moved = await attachToOpenJobs({ store, nodes, clock, signal, onNote: input.onNote, how: 'wait' })
    const onPaper = paperChanges(input, store)
    if (planned.works.length === 0) {
      store.commit(onPaper)
      return { run: 0, state: 'nothing', jobs: [], problems: [], ms: clock.now() - began }
    }
    const result = await run(input, store, lease.fence, onPaper, moved, interruption)
    await Promise.all(endings)
    if (plan.kind === 'destroy') await leaveNodes(input, store)
    if (planned.lost) await leaveForLost(planned.lost, planned.nodes)
    takeSimulatedAway(input, store)
    return { ...result, state: result.state === 'running' ? 'error' : result.state, ms: clock.now() - began }
  } finally {
    endNow.removeEventListener('abort', endRunning)
    await lease.release()
  }
}

/** Why it may not be applied. Where there is nothing to do, nobody has to approve it. */
export const refusalsOf = ({ plan, works, unapproved }: Planned): readonly Problem[] =>
  works.length === 0 ? plan.blocked : [...plan.blocked, ...unapproved]

async function run(
  input: ApplyInput,
  store: Store,
  fence: number,
  onPaper: readonly Change[],
  moved: ReadonlySet<Address>,
  { stops, stopsOf }: Interruption,
) {
  const { planned, options, session, clock } = input
  const { assembly, nodes, memory } = planned
  const past = new Map(memory.tasks.map((task) => [thingKey(task.node, task.thing), task]))
  const actions = new Map(store.memory().actions.map((one) => [`${one.address} ${one.action} ${one.entry}`, one]))
  const pastOf = new Map<Address, RememberedTask[]>()
  for (const task of memory.tasks) pastOf.set(task.service, [...(pastOf.get(task.service) ?? []), task])
  const destroys = planned.plan.kind === 'destroy'
  const progress = (event: Progress): void => options.onProgress?.(event)
  return await runPlan({
    plan: planned.plan,
    works: withGates(planned.works, planned.plan.waves ?? []),
    planHash: planned.savedHash ?? planned.plan.hash,
    ...(input.commit ? { commit: input.commit } : {}),
    keeps: (id) => recordChanges(id, { plan: planned.plan, sources: input.sources(), store }),
    holdsTo: (node) => planned.savedHash !== undefined && planned.sights.sights.get(node)?.state === 'seen',
    store,
    clock,
    who: session.who().who,
    fence,
    workspace: session.claimant,
    tag: session.identity.tag,
    parallel: input.parallel,
    perNode: options.looksBeside ? Math.max(1, Math.min(input.perNode, LANES_PER_NODE - 1)) : input.perNode,
    retries: (address) => {
      if (options.attempts === 'one') return { waitsMs: [], all: false }
      const own = assembly.graph.services.get(address)?.steer.retriesMs ?? input.retriesMs
      return own ? { waitsMs: own, all: true } : { waitsMs: TRANSIENT_MS, all: false }
    },
    timeouts: (address) => {
      const askedMs = assembly.graph.services.get(address)?.steer.timeoutMs
      return { usualMs: input.timeoutMs ?? SILENCE_MS, ...(askedMs === undefined ? {} : { askedMs }) }
    },
    patienceMs: PATIENCE_MS,
    undoAfterMs: input.undoAfterMs,
    openTransport: async (node) => nodes.transport(node),
    resetTransport: (node) => nodes.reset(node),
    tryFindKind,
    remember: (address) => rememberedOf(assembly, address, clock.now()),
    past: (node, thing) => past.get(thingKey(node, thing)),
    actionState: (service, action, entry) => actions.get(`${service} ${action} ${entry}`),
    pastOf: (service) => pastOf.get(service) ?? [],
    seen: (node, thing) => (moved.has(node) ? undefined : nodes.seen(node, thing)),
    replace: planned.replace,
    fill: (work) => planned.filling.fill(work, stops.signal),
    onFound: (work, found) => {
      const { gives } = assembly.graph.services.get(work.service)?.template ?? {}
      if (!gives && !planned.plan.unknowns) return []
      planned.filling.onFound(work, found)
      const service = rememberedOf(assembly, work.service, clock.now())
      const outputs = planned.filling.outputs(work.service)
      return service && outputs ? [{ put: 'service', service: { ...service, outputs } }] : []
    },
    onFirstSight: async (node, transport) => {
      if (node !== LOCAL && destroys) return []
      const now = planned.filling.factsOf(node)
      const before =
        now === 'old' ? undefined : (now ?? planned.sights.facts.get(node) ?? memory.nodes.get(node)?.facts)
      const facts = before ?? (await transport.facts(stops.signal))
      return [
        {
          put: 'node',
          node: { address: node, facts, connection: plain(connectionOf(assembly, node) ?? null), seenAt: clock.now() },
        },
      ]
    },
    gate: (gate, how) => lookAtWave(gate, { planned, clock, ...how }),
    onPaper,
    stops,
    stopsOf,
    onStart: (id, jobs) => progress({ type: 'run', run: id, jobs }),
    onWork: (work, event) => progress(progressOf(work, event)),
  })
}

function progressOf(work: Work, event: WorkEvent): Progress {
  const of = { service: work.service, node: work.node }
  switch (event.type) {
    case 'started':
      return { type: 'started', ...of, title: event.action }
    case 'moving':
      return { type: 'moving', ...of, progress: event.progress }
    case 'ended':
      return {
        type: 'ended',
        ...of,
        state: event.end,
        ms: event.ms,
        results: event.results,
        ...(event.problem ? { problem: event.problem } : {}),
      }
  }
}

function paperChanges({ planned, clock }: ApplyInput, store: Store): Change[] {
  const { plan, assembly, memory, renames } = planned
  const busy = new Set(plan.services.map((service) => service.address))
  if (plan.kind === 'destroy')
    return liftedHolds(memory, (address) => busy.has(address) || !memory.services.has(address))
  const untouched = new Set(assembly.graph.order.filter((address) => !busy.has(address) && planned.includes(address)))
  return [
    ...renameChanges(store.memory(), memory, renames),
    ...liftedHolds(memory, (address) => !assembly.graph.services.has(address)),
    ...planned.holdChanges,
    ...changesOnPaper({
      memory,
      things: assembly.held.things,
      allocations: assembly.chosen.allocations,
      untouched,
      remember: (address) => rememberedOf(assembly, address, clock.now()),
    }),
  ]
}

/** Holds of services that are gone, or no longer declared. */
const liftedHolds = (memory: Memory, gone: (address: Address) => boolean): Change[] =>
  [...memory.holds.keys()].filter(gone).map((address) => ({ drop: 'hold', address }))

/** A simulated node that was taken away whole is bare when it comes again. */
function takeSimulatedAway({ planned, session }: ApplyInput, store: Store): void {
  const left = store.memory().services
  for (const [address, service] of planned.memory.services)
    if (service.disposable && !left.has(address)) session.removeSimulated(address)
}

/** Takes ays's own folder off the nodes on which nothing of this workspace is left. */
async function leaveNodes({ planned, session }: ApplyInput, store: Store): Promise<void> {
  const left = new Set(store.memory().tasks.map((task) => task.node))
  const gone = new Set(
    planned.plan.services.flatMap((service) => service.tasks.filter((task) => !task.withNode).map((task) => task.node)),
  )
  for (const node of gone) {
    if (left.has(node)) continue
    try {
      await planned.nodes.transport(node).leave(session.claimant, new AbortController().signal)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }
}
