/** The nodes of one plan: the roads to them, opened when first needed, and what was seen of them. */
import { type Address, LOCAL } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { Connection } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import { type Question, type Seen, type Transport, TransportError } from '../transport/transport.ts'

export interface NodesOptions {
  connection(node: Address): Connection | undefined
  open(node: Address, connection: Connection): Transport
  /** The next one is new. */
  reset(node: Address): Promise<void>
}

/** What one exchange with a node gave. */
export interface NodeLook {
  readonly problem?: Problem
  readonly facts?: Facts
}

export class Nodes {
  readonly #options: NodesOptions
  readonly #transports = new Map<Address, Transport>()
  readonly #seen = new Map<string, Seen>()

  constructor(options: NodesOptions) {
    this.#options = options
  }

  /** Opens it if need be. Throws TransportError where nobody knows how to reach the node. */
  transport(node: Address): Transport {
    const known = this.#transports.get(node)
    if (known) return known
    const connection = node === LOCAL ? ({ road: 'local' } as const) : this.#options.connection(node)
    if (!connection)
      throw new TransportError({
        code: 'NODE_UNREACHABLE',
        message: `Nobody knows how to reach ${node}: no blueprint declares it, and it was never reached before.`,
      })
    const transport = this.#options.open(node, connection)
    this.#transports.set(node, transport)
    return transport
  }

  seen(node: Address, thing: string): Seen | undefined {
    return this.#seen.get(thingKey(node, thing))
  }

  remember(node: Address, thing: string, seen: Seen): void {
    this.#seen.set(thingKey(node, thing), seen)
  }

  /** Asks a node everything at once. A node out of reach gives its problem and nothing else. */
  async look(
    node: Address,
    questions: readonly Question[],
    options: { readonly facts: boolean; readonly signal: AbortSignal },
  ): Promise<NodeLook> {
    try {
      const transport = this.transport(node)
      // One after the other, on one lane: opening a second one takes longer than either.
      const answers = questions.length > 0 ? await transport.look(questions, options.signal) : []
      const told = options.facts ? await transport.facts(options.signal) : undefined
      questions.forEach((question, i) => {
        const answer = answers[i]
        if (answer) this.remember(node, question.thing, answer)
      })
      return told ? { facts: told } : {}
    } catch (error) {
      if (error instanceof TransportError) return { problem: error.problem }
      throw error
    }
  }

  async reset(node: Address): Promise<void> {
    this.#transports.delete(node)
    await this.#options.reset(node)
  }

  async endRunning(): Promise<void> {
    await Promise.allSettled([...this.#transports.values()].map((transport) => transport.endRunning()))
  }
}
