/** Open works of a run: what was not known when the plan was made is filled in before they start. */
import type { Filled } from '../actors/run-input.ts'
import type { Address } from '../base/address.ts'
import { type JsonObject, plain } from '../base/json.ts'
import { wordsOf } from '../base/later.ts'
import type { Problem } from '../base/problem.ts'
import { actionTasks } from '../engine/actions/action-tasks.ts'
import { type Facts, factOutputs } from '../engine/facts.ts'
import { type Allocated, fillAgain } from '../engine/graph/allocate.ts'
import type { Built } from '../engine/graph/build.ts'
import { outputsOf, outputsToRemember } from '../engine/graph/service-outputs.ts'
import { type OwnedTask, tasksOfOne, thingKey, wantedAgain } from '../engine/graph/tasks.ts'
import type { Work } from '../engine/plan/world.ts'
import type { Change } from '../store/store.ts'
import { TransportError } from '../transport/transport.ts'
import { type Assembly, connectionOf } from './assemble.ts'
import type { Nodes } from './nodes.ts'
import type { Sightings } from './sightings.ts'

export interface FillingOptions {
  readonly assembly: Assembly
  readonly later: Built['later']
  readonly sightings: Sightings
  readonly nodes: Nodes
  readonly now: () => number
}

export class Filling {
  readonly #of: FillingOptions
  #chosen: Allocated
  /** Something was learnt since the graph was last filled. */
  #news = true
  readonly #asked = new Map<Address, Promise<Problem | undefined>>()
  #changes: Change[] = []

  constructor(of: FillingOptions) {
    this.#of = of
    this.#chosen = of.assembly.chosen
  }

  async fill(work: Work, signal: AbortSignal): Promise<Filled> {
    const sources = work.things.flatMap((thing) => thing.later?.sources ?? [])
    const nodes = sources.filter(({ from, output }) => Object.hasOwn(factOutputs, output) && this.#isNode(from))
    const asked = [...new Set(nodes.map(({ from }) => from))].map((node) => this.#askFacts(node, signal))
    const [lost] = (await Promise.all(asked)).filter((one) => one !== undefined)
    const changes = this.#changes.splice(0)
    if (lost) return { problem: unknownStill(work, wordsOf(sources), lost), changes }
    return { ...this.#filled(work), changes }
  }

  /** What a work that is in place showed. */
  onFound(work: Work, found: ReadonlyMap<string, unknown>): void {
    for (const { node, thing, kind } of work.things) {
      if (!found.has(thing)) continue
      this.#of.sightings.find(node, thing, kind, found.get(thing))
      this.#news = true
    }
  }

  /** Outputs of a service that only its things tell, to be remembered; undefined where there are none. */
  outputs(address: Address): JsonObject | undefined {
    const service = this.#chosen.graph.services.get(address)
    return service && outputsToRemember(service, outputsOf({ ...this.#chosen, shown: this.#of.sightings }, service))
  }

  /** What a node turned out to be in this run; `old`: this plan made it, and what was known is of another one. */
  factsOf(node: Address): Facts | 'old' | undefined {
    const { sightings } = this.#of
    return sightings.learnt(node) ?? (sightings.isMade(node) ? 'old' : undefined)
  }

  #isNode(address: Address): boolean {
    return this.#chosen.graph.services.get(address)?.template.connection !== undefined
  }

  /** Once for each node. */
  #askFacts(node: Address, signal: AbortSignal): Promise<Problem | undefined> {
    const known = this.#asked.get(node)
    if (known) return known
    const asking = this.#learnFacts(node, signal)
    this.#asked.set(node, asking)
    return asking
  }

  async #learnFacts(node: Address, signal: AbortSignal): Promise<Problem | undefined> {
    const { nodes, sightings, assembly, now } = this.#of
    try {
      const facts = await nodes.transport(node).facts(signal)
      sightings.learn(node, facts)
      this.#news = true
      const connection = plain(connectionOf(assembly, node) ?? null)
      this.#changes.push({ put: 'node', node: { address: node, facts, connection, seenAt: now() } })
      return undefined
    } catch (error) {
      if (error instanceof TransportError) return error.problem
      throw error
    }
  }

  #filled(work: Work): { work: Work; problem?: undefined } | { problem: Problem; work?: undefined } {
    if (this.#news) this.#refill()
    const [misfit] = this.#chosen.misfits?.get(work.service) ?? []
    if (misfit) return { problem: misfit }
    const { things, problems } = this.#wanted(work)
    const [problem] = problems
    if (problem) return { problem }
    const filled: OwnedTask[] = []
    for (const [i, thing] of things.entries()) {
      const shown = work.things[i]
      if (!thing) return { problem: otherThings(work, `no longer wants ${shown?.thing}`) }
      if (thing.later) return { problem: unknownStill(work, wordsOf(thing.later.sources), undefined) }
      filled.push({
        ...{ ...thing, owners: shown?.owners ?? thing.owners },
        ...(shown?.part ? { part: shown.part } : {}),
        ...(shown?.left ? { left: shown.left } : {}),
      })
    }
    const more = this.#unshown(work)
    if (more) return { problem: otherThings(work, `also wants ${more}`) }
    return { work: { ...work, things: filled, filled: true } }
  }

  #refill(): void {
    this.#chosen = fillAgain(this.#chosen, this.#of.later, this.#of.sightings)
    this.#news = false
  }

  #wanted(work: Work): { things: readonly (OwnedTask | undefined)[]; problems: readonly Problem[] } {
    if (!work.act) return wantedAgain(this.#chosen, work.things)
    const again = actionTasks(this.#chosen, { service: work.service, action: work.act.action, args: work.act.args }, [])
    if (!again) return wantedAgain(this.#chosen, work.things)
    return { things: work.things.map(({ thing }) => again.things.find((one) => one.thing === thing)), problems: [] }
  }

  /** A thing that the plan did not show, now that all is known. */
  #unshown(work: Work): string | undefined {
    if (work.act) return undefined
    const shown = this.#of.assembly.wanted.things
    return tasksOfOne(this.#chosen, work.service).find((task) => !shown.has(thingKey(task.node, task.thing)))?.thing
  }
}

const unknownStill = (work: Work, words: string, why: Problem | undefined): Problem => ({
  code: 'LATER_UNKNOWN',
  message: `${work.service} on ${work.node} was not begun: it needs what is ${words}, and that is still not known.${why ? ` ${why.message}` : ''}`,
  hint: 'Look at what was to decide it, mend that, and apply again: what is done already stays done.',
})

const otherThings = (work: Work, what: string): Problem => ({
  code: 'PLAN_EXCEEDED',
  message: `${work.service} on ${work.node} ${what}, now that everything is known, and the plan did not show that.`,
  hint: 'Look at a new plan.',
})
