/** Writes down what happens before it has an effect; what is told in the same moment goes in one commit. */
import type { Change, Store } from '../store/store.ts'

export class Ledger {
  readonly #store: Store
  #waiting: { changes: readonly Change[]; resolve: () => void; reject: (error: unknown) => void }[] = []

  constructor(store: Store) {
    this.#store = store
  }

  /** Resolves when the changes are durable. */
  write(changes: readonly Change[]): Promise<void> {
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
