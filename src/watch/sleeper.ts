/** Sleeps until the next due instant, or until something happens. */
import type { Clock } from '../base/clock.ts'

/** Timers of Node hold less than 25 days; nothing here needs more than an hour. */
const NAP_MAX_MS = 3_600_000

export class Sleeper {
  readonly #clock: Clock
  #nap: AbortController | undefined
  #awake = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ends the sleep, or keeps the next one from beginning. */
  wake(): void {
    this.#awake = true
    this.#nap?.abort()
  }

  async sleepUntil(instant: number): Promise<void> {
    const ms = Math.min(Math.max(1, instant - this.#clock.now()), NAP_MAX_MS)
    if (!this.#awake) {
      const nap = new AbortController()
      this.#nap = nap
      await this.#clock.sleep(ms, nap.signal).catch((error: unknown) => {
        if (!nap.signal.aborted) throw error
      })
      this.#nap = undefined
    }
    this.#awake = false
  }
}
