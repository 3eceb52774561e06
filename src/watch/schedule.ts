/** The recurring actions of a workspace: which entry is due when, kept in the store so that the next watch goes on. */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { ActionState } from '../store/store.ts'
import type { RecurringAction } from '../workspace.ts'
import { dueAfter, dueAt, type When } from './recurrence.ts'
import { Timetable } from './timetable.ts'

/** One action of one service with its arguments; several entries of blueprints may ask for it. */
export interface Scheduled extends Omit<RecurringAction, 'when' | 'at'> {
  readonly key: string
  readonly whens: readonly When[]
}

export interface ScheduleOptions {
  readonly clock: Clock
  readonly random: Random
  /** What the store remembers now. */
  states(): readonly ActionState[]
  note(states: readonly ActionState[]): void
}

export class Schedule {
  readonly #options: ScheduleOptions
  readonly #times = new Timetable<string>()
  readonly #news: ActionState[] = []
  readonly #leftOut = new Map<string, string>()
  #entries = new Map<string, Scheduled>()
  #rows: ReadonlyMap<string, ActionState> = new Map()

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  /** What recurs from now on. The first instant of what is new is written down, so that a restart keeps it. */
  follow(recurring: readonly RecurringAction[]): void {
    const entries = new Map<string, Scheduled>()
    for (const { when, at: _at, ...one } of recurring) {
      const key = keyOf(one.service, one.action, one.entry)
      const known = entries.get(key)
      entries.set(key, { ...one, key, whens: [...(known?.whens ?? []), when] })
    }
    this.#entries = entries
    this.#times.keepOnly(new Set(entries.keys()))
    this.#remember()
    for (const entry of entries.values()) this.#place(entry)
    this.#write()
  }

  /** Entries to run now. What somebody else ran meanwhile is due a period later. */
  due(): Scheduled[] {
    const now = this.#options.clock.now()
    const keys = this.#times.due(now)
    if (keys.length === 0) return []
    this.#remember()
    const due = keys.flatMap((key) => {
      const entry = this.#entries.get(key)
      return entry && this.#place(entry) <= now ? [entry] : []
    })
    this.#write()
    return due
  }

  next(now: number): number | undefined {
    return this.#times.next(now)
  }

  begin({ key }: Scheduled): void {
    this.#times.begin(key)
  }

  /** After they ran, or were left out; gives the instant at which each is due again. */
  ended(
    entries: readonly Scheduled[],
    startedAt: number,
    outcomeOf: (entry: Scheduled) => Pick<ActionState, 'state' | 'problem'> | 'left out',
  ): ReadonlyMap<Scheduled, number> {
    // A run counts its own attempts only; those before it are what was remembered when it began.
    const before = new Map(entries.map((entry) => [entry, failedOf(this.#rows.get(entry.key))]))
    this.#remember()
    const next = new Map(
      entries.map((entry) => [entry, this.#end(entry, startedAt, outcomeOf(entry), before.get(entry) ?? 0)]),
    )
    this.#write()
    return next
  }

  /** Whether it is new that it is left out for this reason. */
  isNewlyLeftOut({ key }: Scheduled, why: string): boolean {
    const before = this.#leftOut.get(key)
    this.#leftOut.set(key, why)
    return before !== why
  }

  /** They did not come to run: they stay due from `at` on. */
  putOff(entries: readonly Scheduled[], at: number): void {
    for (const { key } of entries) this.#times.end(key, at)
  }

  #end(
    entry: Scheduled,
    startedAt: number,
    outcome: Pick<ActionState, 'state' | 'problem'> | 'left out',
    failedBefore: number,
  ): number {
    const endedAt = this.#options.clock.now()
    const row = this.#rows.get(entry.key)
    const failed = outcome !== 'left out' && outcome.state === 'error' ? failedBefore + 1 : 0
    const nextAt = Math.min(...entry.whens.map((when) => dueAfter(when, { startedAt, endedAt, failed })))
    if (outcome !== 'left out') this.#leftOut.delete(entry.key)
    const ran =
      outcome === 'left out' ? {} : { ...outcome, attempts: failed, lastAt: Math.max(row?.lastAt ?? 0, startedAt) }
    this.#news.push({ ...(row ?? newState(entry)), ...ran, ...(Number.isFinite(nextAt) ? { nextAt } : {}) })
    this.#times.end(entry.key, nextAt)
    return nextAt
  }

  #place(entry: Scheduled): number {
    const state = this.#rows.get(entry.key)
    const { clock, random } = this.#options
    const nextAt = Math.min(...entry.whens.map((when) => dueAt(when, state, { now: clock.now(), random })))
    if (!state && Number.isFinite(nextAt)) this.#news.push({ ...newState(entry), nextAt })
    this.#times.set(entry.key, nextAt)
    return nextAt
  }

  /** All that is new in one commit. */
  #write(): void {
    this.#options.note(this.#news.splice(0))
  }

  #remember(): void {
    this.#rows = new Map(this.#options.states().map((row) => [keyOf(row.address, row.action, row.entry), row]))
  }
}

const keyOf = (service: string, action: string, entry: string): string => `${service}#${action}#${entry}`

const newState = ({ service: address, action, entry }: Scheduled): ActionState => ({
  address,
  action,
  entry,
  state: 'scheduled',
  attempts: 0,
})

const failedOf = (row: ActionState | undefined): number => (row?.state === 'error' ? row.attempts : 0)
