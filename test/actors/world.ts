/** A run over nodes in memory, with a clock in the test's hands. */

import type { RunInput, RunResult } from '../../src/actors/run-input.ts'
import { runPlan } from '../../src/actors/run-plan.ts'
import type { Address } from '../../src/base/address.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { Problem } from '../../src/base/problem.ts'
import type { AnyKind } from '../../src/engine/kind.ts'
import type { Plan, ServicePlan } from '../../src/engine/plan/plan.ts'
import type { WantedThing, Work } from '../../src/engine/plan/world.ts'
import type { Store } from '../../src/store/store.ts'
import type { Confirmed, NodeJob, NodeOutcome, Question, Seen, Transport } from '../../src/transport/transport.ts'
import { type NoteFound, noteKind } from '../engine/toy-kind.ts'
import { smallFacts } from '../facts.ts'

export const N1 = 'node/n1' as Address

/** Time that moves only when someone sleeps. */
export function testClock(start = 1_000_000): Clock & { readonly slept: number[] } {
  let now = start
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
    },
  }
}

/** A node that holds notes; `fails` is asked before each job, `onJob` hears of it. */
export function noteNode(
  of: {
    notes?: Record<string, string>
    fails?: (job: NodeJob) => string | undefined
    onJob?: (job: NodeJob) => void
    contact?: () => Confirmed
  } = {},
) {
  const notes = new Map(Object.entries(of.notes ?? {}))
  const executions: string[] = []
  const seen = (question: Question): Seen => {
    const text = notes.get(question.thing) ?? null
    return { finding: { state: 'seen', found: { text, colour: null } satisfies NoteFound }, digest: `digest ${text}` }
  }
  const run = (job: NodeJob): NodeOutcome => {
    of.onJob?.(job)
    executions.push(job.id)
    const failure = of.fails?.(job)
    if (failure !== undefined)
      return {
        state: 'failed',
        ran: [{ title: 'write', code: 1, stdout: '', stderr: failure }],
        seen: job.afterwards.map(seen),
      }
    for (const step of job.steps) {
      const { text } = step.becomes as NoteFound // what noteKind's settled gave
      if (text === null) notes.delete(step.question.thing)
      else notes.set(step.question.thing, text)
    }
    return {
      state: 'done',
      ran: job.steps.flatMap((step) =>
        step.commands.map((command) => ({ title: command.title, code: 0, stdout: '', stderr: '' })),
      ),
      seen: job.afterwards.map(seen),
    }
  }
  const facts = smallFacts('n1')
  const transport: Transport = {
    look: async (questions) => questions.map(seen),
    act: async (jobs) => jobs.map(run),
    attach: async (ids) => ids.map(() => ({ state: 'ended' })),
    end: async (ids) => ids.map(() => ({ state: 'ended' })),
    confirm: async () => of.contact?.() ?? 'not armed',
    facts: async () => facts,
    exec: async () => ({ code: 0, stdout: '', stderr: '' }),
    leave: async () => undefined,
    endRunning: async () => undefined,
    close: async () => undefined,
  }
  return { notes, executions, transport }
}

export const wants = (service: string, name: string, text: string): WantedThing => ({
  node: N1,
  thing: `note:${name}`,
  kind: noteKind as AnyKind,
  wanted: { name, text },
  rung: 'installed',
  owners: [service as Address],
})

export const workOf = (service: string, things: readonly WantedThing[], more: Partial<Work> = {}): Work => ({
  key: `${service}@${N1}`,
  service: service as Address,
  node: N1,
  things,
  removals: [],
  onPaper: false,
  after: [],
  behind: [],
  ...more,
})

/** Runs works over one node; everything else is as small as it can be. */
export async function run(
  works: readonly Work[],
  of: {
    store: Store
    clock: Clock
    transport: Transport
    signal?: AbortSignal
    saved?: boolean
    gate?: (wave: number) => Problem | undefined
  } & Partial<Pick<RunInput, 'retries' | 'timeouts'>>,
): Promise<RunResult> {
  const services = works.map(
    (work): ServicePlan => ({
      address: work.service,
      template: 'note',
      action: 'create',
      why: 'new',
      node: N1,
      tasks: [],
      after: [],
    }),
  )
  const counts = { create: works.length, update: 0, replace: 0, remove: 0, adopt: 0, act: 0, unknown: 0, none: 0 }
  const plan: Plan = {
    format: 1,
    kind: 'apply',
    environment: 'default',
    hash: 'h',
    services,
    counts,
    radius: { nodes: [N1], restarts: [], dataLoss: [], other: [] },
    unreachable: [],
    warnings: [],
    blocked: [],
    held: [],
    renamed: [],
    nodes: 1,
    simulated: false,
  }
  const never = new AbortController().signal
  const stops = { signal: of.signal ?? never, endNow: never, by: () => undefined }
  const memory = of.store.memory()
  const past = new Map(memory.tasks.map((task) => [task.thing, task]))
  return await runPlan({
    plan,
    works,
    planHash: plan.hash,
    holdsTo: () => of.saved ?? false,
    store: of.store,
    clock: of.clock,
    who: 'test',
    fence: 1,
    workspace: 'w',
    tag: 'tag',
    parallel: 10,
    perNode: 4,
    retries: of.retries ?? (() => ({ waitsMs: [], all: false })),
    timeouts: of.timeouts ?? (() => ({ usualMs: 60_000 })),
    patienceMs: 60_000,
    undoAfterMs: 60_000,
    gate: async (gate) => of.gate?.(gate.wave),
    openTransport: async () => of.transport,
    resetTransport: async () => undefined,
    tryFindKind: (name) => (name === noteKind.name ? (noteKind as AnyKind) : undefined),
    remember: (address) => ({
      address,
      template: 'note',
      slug: address,
      node: N1,
      consumes: [],
      after: [],
      appliedAt: 0,
    }),
    past: (_node, thing) => past.get(thing),
    pastOf: (service) => memory.tasks.filter((task) => task.service === service),
    actionState: (service, action, entry) =>
      memory.actions.find((one) => one.address === service && one.action === action && one.entry === entry),
    seen: () => undefined,
    replace: new Set(),
    onFirstSight: async () => [],
    onPaper: [],
    stops,
    stopsOf: () => stops,
    onStart: () => undefined,
    onWork: () => undefined,
  })
}
