/** What is due when. Nothing is due while it is under way. The time is given. */

interface Entry {
  nextAt: number
  busy: boolean
}

export class Timetable<Key> {
  readonly #entries = new Map<Key, Entry>()

  /** Adds it, or moves its next instant. */
  set(key: Key, nextAt: number): void {
    const known = this.#entries.get(key)
    if (known) known.nextAt = nextAt
    else this.#entries.set(key, { nextAt, busy: false })
  }

  has(key: Key): boolean {
    return this.#entries.has(key)
  }

  /** Everything else is gone from it. */
  keepOnly(keys: ReadonlySet<Key>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key)
  }

  due(now: number): Key[] {
    return [...this.#entries].filter(([, entry]) => !entry.busy && entry.nextAt <= now).map(([key]) => key)
  }

  begin(key: Key): void {
    const entry = this.#entries.get(key)
    if (entry) entry.busy = true
  }

  /** It may have gone meanwhile. */
  end(key: Key, nextAt?: number): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    entry.busy = false
    if (nextAt !== undefined) entry.nextAt = nextAt
  }

  /** The first instant after now at which something is due; undefined when nothing is to come. What is under way does not count. */
  next(now: number): number | undefined {
    let next: number | undefined
    for (const { nextAt, busy } of this.#entries.values())
      if (!busy && nextAt > now && (next === undefined || nextAt < next)) next = nextAt
    return next
  }

  /** Everything is due at `instant`: the clock was set back, and what was planned by it means nothing any more. */
  setAll(instant: number): void {
    for (const entry of this.#entries.values()) entry.nextAt = instant
  }
}

/** The next instant of a period that began at `dueAt`, after now: what was missed is not made up for. */
export function nextOfPeriod(dueAt: number, everyMs: number, now: number): number {
  return now < dueAt ? dueAt : dueAt + (Math.floor((now - dueAt) / everyMs) + 1) * everyMs
}
