/** A copy of the state in memory, with roads to copies of nodes: a run over it touches neither. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import type { Connection } from '../engine/connection.ts'
import { memoryStore } from '../store/memory.ts'
import type { Memory, Store } from '../store/store.ts'
import type { Transport } from '../transport/transport.ts'
import type { CopiedNodes } from './copied-nodes.ts'
import type { OpenSession } from './session.ts'

/** Its key is that of the real one, so that what is sealed stays the same. */
export class CopiedSession implements OpenSession {
  readonly dir: string
  readonly sealer: OpenSession['sealer']
  readonly identity: OpenSession['identity']
  readonly claimant: string
  readonly store: Store
  readonly #real: OpenSession
  readonly #nodes: CopiedNodes

  constructor(real: OpenSession, nodes: CopiedNodes, clock: Clock) {
    this.dir = real.dir
    this.sealer = real.sealer
    this.identity = real.identity
    this.claimant = real.claimant
    this.store = copyOf(real.store.memory(), clock)
    this.#real = real
    this.#nodes = nodes
  }

  write(): Store {
    return this.store
  }

  derived(address: Address, purpose: string): Secret {
    return this.#real.derived(address, purpose)
  }

  open(node: Address, connection: Connection): Transport {
    return this.#nodes.open(node, connection)
  }

  removeSimulated(node: Address): void {
    this.#nodes.remove(node)
  }

  who(): ReturnType<OpenSession['who']> {
    return this.#real.who()
  }
}

function copyOf(memory: Memory, clock: Clock): Store {
  const store = memoryStore({ clock })
  store.commit([
    ...[...memory.services.values()].map((service) => ({ put: 'service', service }) as const),
    ...memory.tasks.map((task) => ({ put: 'task', task }) as const),
    ...[...memory.nodes.values()].map((node) => ({ put: 'node', node }) as const),
    ...memory.allocations.map((allocation) => ({ put: 'allocation', allocation }) as const),
    ...[...memory.holds.values()].map((hold) => ({ put: 'hold', hold }) as const),
    ...memory.actions.map((action) => ({ put: 'action', action }) as const),
  ])
  return store
}
