/** What is known of outputs that only a look gives: from the run, else from the plan's looks, else remembered. */
import { type Address, LOCAL } from '../base/address.ts'
import type { JsonObject } from '../base/json.ts'
import type { Facts } from '../engine/facts.ts'
import type { Shown } from '../engine/graph/context.ts'
import { type OwnedTask, thingKey } from '../engine/graph/tasks.ts'
import type { AnyKind } from '../engine/kind.ts'
import type { Memory } from '../store/store.ts'
import type { Assembly } from './assemble.ts'
import type { NodeSights } from './look-at-nodes.ts'
import type { Nodes } from './nodes.ts'

export interface SightingsOptions {
  readonly memory: Memory
  readonly nodes: Nodes
  /** Facts that were looked at, else remembered ones. */
  facts(node: Address): Facts | undefined
  /** Undefined while it is made for the first time. */
  assembly(): Assembly | undefined
  /** Services that are to be made anew (`--replace`). */
  replaces(address: Address): boolean
}

export class Sightings implements Shown {
  readonly #of: SightingsOptions
  readonly #facts = new Map<Address, Facts>()
  readonly #found = new Map<string, { readonly kind: string; readonly found: unknown }>()
  /** Nodes that this plan makes: what they were says nothing of what they will be. */
  readonly #made = new Set<Address>()
  #sights: NodeSights['sights'] = new Map()
  #complete = false

  constructor(of: SightingsOptions) {
    this.#of = of
  }

  get complete(): boolean {
    return this.#complete
  }

  /** Nothing more is looked at before the plan is made. */
  finish(sights: NodeSights['sights'] = new Map()): void {
    this.#sights = sights
    this.#complete = true
    const assembly = this.#of.assembly()
    for (const node of assembly?.chosen.factsRead ?? []) if (this.#isMade(assembly, node)) this.#made.add(node)
  }

  /** Whether the plan makes the node, so that nothing is known of what it will be. */
  isMade(node: Address): boolean {
    return this.#made.has(node) || this.#sights.get(node)?.state === 'bare'
  }

  facts(node: Address): Facts | undefined {
    return this.#facts.get(node) ?? (this.#made.has(node) ? undefined : this.#of.facts(node))
  }

  found(node: Address, thing: string): { readonly kind: string; readonly found: unknown } | undefined {
    const key = thingKey(node, thing)
    const now = this.#found.get(key)
    if (now) return now
    const task = this.#of.assembly()?.wanted.things.get(key)
    // What will be there depends on what is not known itself.
    if (!task || task.later) return undefined
    const found = this.#sights.get(node)?.state === 'bare' ? { found: task.kind.bare } : this.#seen(node, thing)
    return found && { kind: task.kind.name, found: this.#becomes(task, found.found) }
  }

  remembered(address: Address): JsonObject | undefined {
    if (!this.#complete) return undefined
    const past = this.#of.memory.services.get(address)
    const state = this.#sights.get(past?.node ?? LOCAL)?.state
    // What was looked at and is not there is gone, whatever was there last time.
    return state === 'seen' || state === 'bare' ? undefined : past?.outputs
  }

  /** In the run: what a node is. */
  learn(node: Address, facts: Facts): void {
    this.#facts.set(node, facts)
  }

  /** What a node told in this run. */
  learnt(node: Address): Facts | undefined {
    return this.#facts.get(node)
  }

  /** In the run: what a thing that is in place shows. */
  find(node: Address, thing: string, kind: AnyKind, found: unknown): void {
    this.#found.set(thingKey(node, thing), { kind: kind.name, found })
  }

  #seen(node: Address, thing: string): { readonly found: unknown } | undefined {
    const finding = this.#of.nodes.seen(node, thing)?.finding
    return finding && finding.state !== 'unknown' ? { found: finding.found } : undefined
  }

  #becomes({ kind, wanted, owners }: OwnedTask, found: unknown): unknown {
    const changes = kind.compare(wanted, found)
    const anew = changes.some((change) => change.how === 'replace') || owners.some((owner) => this.#of.replaces(owner))
    return changes.length === 0 && !anew ? found : kind.settled(wanted, anew ? kind.bare : found)
  }

  /** Its last task is the machine itself: when that changes, so may all that it is. */
  #isMade(assembly: Assembly | undefined, node: Address): boolean {
    if (this.#sights.get(node)?.state === 'bare' || this.#of.replaces(node)) return true
    const machine = assembly?.wanted.tasks.get(node)?.at(-1)
    const found = machine && this.#seen(machine.node, machine.thing)
    return found !== undefined && machine !== undefined && machine.kind.compare(machine.wanted, found.found).length > 0
  }
}
