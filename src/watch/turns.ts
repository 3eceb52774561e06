/** One run after the other: repairs and approved changes first, then recurring actions in the order they came due. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import { type ActingOptions, repair, runActions } from './acting.ts'
import { otherHolder } from './holder.ts'
import { AGAIN_MS, type Loop, NEVER, type Opened } from './opened.ts'
import type { Scheduled } from './schedule.ts'

/** How often the lease is asked for while another ays has it. */
const LEASE_EVERY_MS = 2_000

export class Turns {
  readonly #loop: Loop
  readonly #queue: Scheduled[][] = []
  #acting: Set<Address> | undefined
  /** Not before: another ays works here, or the last try met what a person must mend. */
  #notBefore = 0
  #waiting = false

  constructor(loop: Loop) {
    this.#loop = loop
  }

  /** Services that are acted upon now. */
  get acted(): ReadonlySet<Address> {
    return this.#acting ?? new Set()
  }

  get isActing(): boolean {
    return this.#acting !== undefined
  }

  /** Puts in line what is due. */
  enqueue({ schedule }: Opened): void {
    for (const batch of batches(schedule.due())) {
      for (const entry of batch) schedule.begin(entry)
      this.#queue.push(batch)
    }
  }

  /** Takes the next turn, if nothing runs; gives the services that are acted upon from now on. */
  begin(opened: Opened): readonly Address[] {
    const now = this.#loop.clock.now()
    if (this.#acting !== undefined || now < this.#notBefore) return []
    opened.known.hearCalledOff(now, () => opened.workspace.memory().actions)
    const services = opened.known.actable(now)
    if (services.length === 0 && this.#queue.length === 0) return []
    const held = otherHolder(opened.workspace)
    if (held) {
      this.#waitFor(held)
      return []
    }
    // What recurs needs services that stand.
    const batch = services.length > 0 ? undefined : this.#queue.shift()
    const acting = batch?.map((entry) => entry.service) ?? services
    this.#acting = new Set(acting)
    const options = this.#optionsOf(opened)
    this.#loop.begin(async () => {
      try {
        const acted = batch ? await runActions(options, batch) : await repair(options, services)
        if (acted === 'done') this.#waiting = false
        else this.#waitFor(acted.held)
      } catch (error) {
        this.#notBefore = this.#loop.clock.now() + AGAIN_MS
        throw error
      } finally {
        this.#acting = undefined
      }
    })
    return acting
  }

  /** Whether something could be done now, or as soon as what keeps it from that is over. */
  hasWork({ known }: Opened, now: number): boolean {
    return this.#acting !== undefined || this.#queue.length > 0 || known.actable(now).length > 0
  }

  /** The first instant after now at which a turn could be taken that cannot be taken now. */
  next({ known, schedule }: Opened, now: number): number {
    return Math.min(
      known.nextAttempt(now) ?? NEVER,
      schedule.next(now) ?? NEVER,
      this.#notBefore > now ? this.#notBefore : NEVER,
    )
  }

  #waitFor(problem: Problem): void {
    this.#notBefore = this.#loop.clock.now() + LEASE_EVERY_MS
    if (this.#waiting) return
    this.#waiting = true
    this.#loop.tell({ type: 'waiting', problem })
  }

  #optionsOf({ workspace, known, schedule, watching }: Opened): ActingOptions {
    const { clock, signal, endNow } = this.#loop
    const release = (service: Address): void => {
      this.#acting?.delete(service)
      this.#loop.wake()
    }
    const { apply: policy } = watching.settings
    return { workspace, known, schedule, policy, clock, signal, endNow, tell: (note) => this.#loop.tell(note), release }
  }
}

/** Entries of one action with the same arguments run together. */
function batches(entries: readonly Scheduled[]): Scheduled[][] {
  const byOrder = new Map<string, Scheduled[]>()
  for (const entry of entries) {
    const key = digestOf([entry.action, entry.args, entry.force])
    byOrder.set(key, [...(byOrder.get(key) ?? []), entry])
  }
  return [...byOrder.values()]
}
