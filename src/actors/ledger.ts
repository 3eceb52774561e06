/** Writes down what happens before it has an effect; what is told in the same moment goes in one commit. */
import type { Address } from '../base/address.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { PastTask } from '../engine/plan/world.ts'
import type { Change, Store } from '../store/store.ts'

export class Ledger {
  readonly #store: Store
  readonly #noted = new Map<string, PastTask>()
  #waiting: { changes: readonly Change[]; resolve: () => void; reject: (error: unknown) => void }[] = []

  constructor(store: Store) {
    this.#store = store
  }

  /** A thing as this run wrote it down before: another owner of it was first, and saw what was there before ays came. */
  noted(node: Address, thing: string): PastTask | undefined {
    return this.#noted.get(thingKey(node, thing))
  }

  /** Resolves when the changes are durable. */
  write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if (!('put' in change) || change.put !== 'task') continue
      this.#noted.set(thingKey(change.task.node, change.task.thing), change.task)
    }
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ changes, resolve, reject }) === 1) setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    const group = this.#waiting
    this.#waiting = []
    try {
      this.#store.commit(group.flatMap((one) => one.changes))
      for (const one of group) one.resolve()
    } catch (error) {
      for (const one of group) one.reject(error)
    }
  }
}
