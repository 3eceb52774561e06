/** Open connections to nodes, kept from plan to plan for as long as the way to the node stays the same. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import type { Connection } from '../engine/connection.ts'
import type { Transport } from '../transport/transport.ts'

/** How a node is reached, and for which state (its key seals what the node answers). */
export interface Way {
  readonly connection: Connection
  readonly tag: string
}

export class Roads {
  readonly #open = new Map<Address, { readonly way: string; readonly transport: Transport }>()

  /** The transport that is open already, unless the way to the node is another by now. */
  open(node: Address, way: Way, make: () => Transport): Transport {
    const known = this.#open.get(node)
    const digest = digestOf(way)
    if (known?.way === digest) return known.transport
    void known?.transport.close()
    const transport = make()
    this.#open.set(node, { way: digest, transport })
    return transport
  }

  /** The next one is new: the node was remade. */
  async reset(node: Address): Promise<void> {
    const known = this.#open.get(node)
    this.#open.delete(node)
    await known?.transport.close()
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#open.values()].map(({ transport }) => transport.close()))
    this.#open.clear()
  }
}
