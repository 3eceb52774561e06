/** Copies of nodes in memory, as a plan just found them: what is done to them touches nothing. */
import { type Address, LOCAL } from '../base/address.ts'
import { type Json, plain } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { Connection } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { AnyKind, Finding } from '../engine/kind.ts'
import { tryFindKind } from '../sal/kinds.ts'
import { simTransport, type WorldKeeper, worldInMemory } from '../transport/sim.ts'
import { type Seen, type Transport, TransportError } from '../transport/transport.ts'
import { commonMachine } from './common-machine.ts'
import type { Planned } from './planned.ts'

export class CopiedNodes {
  readonly #planned: Planned
  readonly #worlds = new Map<Address, WorldKeeper>()
  /** What no look could tell, by `thingKey`: it stays unknown. */
  readonly #unknown = new Map<string, Problem>()
  readonly #things = new Map<Address, { [thing: string]: { kind: string; found: Json } }>()

  constructor(planned: Planned) {
    this.#planned = planned
    for (const { node, thing, kind, wanted } of thingsOf(planned)) this.#copy(node, thing, kind, wanted)
  }

  /** Nothing is reached by it, whatever the connection says. */
  open(node: Address, connection: Connection): Transport {
    const facts = this.#factsOf(node, connection)
    const transport = simTransport({
      node,
      connection: { road: 'sim', facts: { ...facts, claims: {} } },
      world: this.#world(node, facts),
    })
    const sight = this.#planned.sights.sights.get(node)
    return sight?.state === 'lost' ? outOfReach(transport, sight.problem) : this.#withUnknown(node, transport)
  }

  /** It was taken away whole: when it comes again it is bare. */
  remove(node: Address): void {
    this.#worlds.set(node, worldInMemory({}))
  }

  #copy(node: Address, thing: string, kind: AnyKind, wanted: unknown): void {
    const finding = this.#findingOf(node, thing, kind)
    if (finding.state === 'unknown') {
      this.#unknown.set(thingKey(node, thing), finding.problem)
      return
    }
    // What moves by itself gets where it is going.
    const found = plain(finding.state === 'moving' ? kind.settled(wanted, finding.found) : finding.found)
    const things = this.#things.get(node) ?? {}
    this.#things.set(node, things)
    if (JSON.stringify(found) !== JSON.stringify(plain(kind.bare))) things[thing] ??= { kind: kind.name, found }
  }

  /** A node that is mended first is taken to show then what was last applied to it. */
  #findingOf(node: Address, thing: string, kind: AnyKind): Finding<unknown> {
    const { sights, memory, findingOf } = this.#planned
    if (sights.sights.get(node)?.state !== 'waits') return findingOf(node, thing, kind.bare)
    const past = memory.tasks.find((task) => task.node === node && task.thing === thing)
    return { state: 'seen', found: past ? kind.settled(past.wanted, kind.bare) : kind.bare }
  }

  #world(node: Address, { claims }: Facts): WorldKeeper {
    const known = this.#worlds.get(node)
    if (known) return known
    const world = worldInMemory({ things: this.#things.get(node) ?? {}, claims: { ...claims } })
    this.#worlds.set(node, world)
    return world
  }

  #factsOf(node: Address, connection: Connection): Facts {
    const { sights, memory } = this.#planned
    const own = connection.road === 'sim' ? connection.facts : undefined
    return sights.facts.get(node) ?? memory.nodes.get(node)?.facts ?? own ?? commonMachine(node)
  }

  #withUnknown(node: Address, transport: Transport): Transport {
    const told = (seen: Seen, thing: string): Seen => {
      const problem = this.#unknown.get(thingKey(node, thing))
      return problem ? { ...seen, finding: { state: 'unknown', problem } } : seen
    }
    return {
      ...transport,
      look: async (questions, signal) => {
        const seen = await transport.look(questions, signal)
        return seen.map((one, i) => told(one, questions[i]?.thing ?? ''))
      },
    }
  }
}

/** Everything that the plan looked at or would have. */
function* thingsOf({ assembly, works, memory }: Planned) {
  for (const wanted of [assembly.held, assembly.wanted]) yield* wanted.things.values()
  for (const work of works) yield* work.things
  for (const { node, thing, kind, wanted } of memory.tasks) {
    const known = tryFindKind(kind)
    if (known) yield { node, thing, kind: known, wanted }
  }
}

function outOfReach(transport: Transport, problem: Problem): Transport {
  const refuse = async (): Promise<never> => {
    throw new TransportError(problem)
  }
  return { ...transport, look: refuse, act: refuse, attach: refuse, end: refuse, facts: refuse, exec: refuse }
}

/** Whether a node was really looked at, so that its copy shows what it shows. */
export const isCopied = ({ sights }: Planned, node: Address | undefined): boolean =>
  node === undefined || node === LOCAL || sights.sights.get(node)?.state === 'seen'
