/** What is known beside a plan: why, how long, what depends on it, the way back. Computed when a view asks for it. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { AnyKind } from '../engine/kind.ts'
import { causesOf } from '../engine/plan/causes.ts'
import { estimate, type PastJob } from '../engine/plan/estimate.ts'
import type { PlanNotes } from '../engine/plan/notes.ts'
import { reachOf } from '../engine/plan/reach.ts'
import { type Undo, undoKey, undoOf } from '../engine/plan/undo.ts'
import type { AnyTemplate } from '../engine/template.ts'
import { tryFindKind } from '../sal/kinds.ts'
import type { Store } from '../store/store.ts'
import type { Planned } from './planned.ts'
import type { SourceDigests } from './source-digests.ts'

export interface NotesInput {
  readonly planned: Planned
  readonly store: Store
  readonly templates: readonly AnyTemplate[]
  /** The workspace's tag. */
  readonly workspace: string
  /** Of blueprints, variables and templates. */
  readonly sources: SourceDigests
  /** Jobs at once. */
  readonly parallel: number
}

export function notesOf({ planned, store, templates, workspace, sources, parallel }: NotesInput): PlanNotes {
  const { plan, assembly, memory } = planned
  const { graph } = assembly
  const used = new Set(plan.services.map((service) => service.template))
  const run = store.runs(1)[0]?.id
  return {
    causes: causesOf(plan, graph),
    reach: reachOf(plan, graph, memory.services),
    templates: Object.fromEntries(
      templates.filter(({ name }) => used.has(name)).map(({ name, summary }) => [name, summary]),
    ),
    estimates: estimate(plan, pastJobs(planned, store), parallel),
    undo: undosOf(planned),
    basis: { workspace, ...(run === undefined ? {} : { run }), sources: digestOf(sources) },
  }
}

/** Runs that are looked through: what was measured long ago says little. */
const RUNS = 30

/** One per service and run: from the begin of its first job to the end of its last. */
function pastJobs({ plan, assembly, memory }: Planned, store: Store): PastJob[] {
  const planned = new Map(plan.services.map((service) => [service.address, service.template]))
  const templateOf = (address: Address): string | undefined =>
    assembly.graph.services.get(address)?.template.name ??
    memory.services.get(address)?.template ??
    planned.get(address)
  return store.runs(RUNS).flatMap((run) => {
    const spans = new Map<string, PastJob & { readonly from: number; readonly to: number }>()
    for (const { service, action, state, startedAt, endedAt } of store.jobs(run.id)) {
      const template = templateOf(service)
      if (state !== 'ok' || startedAt === undefined || endedAt === undefined || template === undefined) continue
      const key = `${service} ${action}`
      const known = spans.get(key)
      const [from, to] = [Math.min(known?.from ?? startedAt, startedAt), Math.max(known?.to ?? endedAt, endedAt)]
      spans.set(key, { service, template, action, ms: to - from, from, to })
    }
    return [...spans.values()]
  })
}

function undosOf({ plan, works, findingOf }: Planned): Record<string, Undo> {
  const wanted = new Map<string, { readonly kind: AnyKind; readonly wanted: unknown; readonly before?: unknown }>()
  for (const work of works) {
    for (const { node, thing, kind, wanted: wants, part } of work.things) {
      wanted.set(thingKey(node, thing), { kind, wanted: wants })
      if (part) wanted.set(undoKey(work.service, { node, thing }), { kind, wanted: part.wanted })
    }
    for (const { node, thing, kind, wanted: wants, before } of work.removals) {
      const known = tryFindKind(kind)
      if (known) wanted.set(thingKey(node, thing), { kind: known, wanted: wants, before })
    }
  }
  const undos: Record<string, Undo> = {}
  for (const { task, address } of plan.services.flatMap((of) => of.tasks.map((task) => ({ task, ...of })))) {
    const whole = thingKey(task.node, task.thing)
    const key = wanted.has(undoKey(address, task)) ? undoKey(address, task) : whole
    const one = wanted.get(key)
    const finding = one && findingOf(task.node, task.thing, one.kind.bare)
    if (!one || !finding || finding.state === 'unknown') continue
    const { found } = finding
    const becomes =
      task.action === 'remove'
        ? one.before
        : one.kind.settled(one.wanted, task.action === 'replace' ? one.kind.bare : found)
    const undo = undoOf(task, { ...one, found, becomes })
    if (undo) undos[key] = undo
  }
  return undos
}
