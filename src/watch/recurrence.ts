/** When a recurring action runs, from what the store remembers of it. Pure: time and randomness are given. */
import { nextCron } from '../base/cron.ts'
import type { Random } from '../base/random.ts'
import type { ActionState } from '../store/store.ts'
import { nextAttempt } from './ladder.ts'

export type When = { readonly everyMs: number } | { readonly cron: string }

const NEVER = Number.POSITIVE_INFINITY

/**
 * What was due while nobody watched is due now, once. A period runs from the last run, whoever did it, and begins with a
 * random part of itself where there was none.
 */
export function dueAt(
  when: When,
  state: Pick<ActionState, 'state' | 'lastAt' | 'nextAt'> | undefined,
  { now, random }: { readonly now: number; readonly random: Random },
): number {
  const { lastAt, nextAt } = state ?? {}
  if ('everyMs' in when) {
    if (nextAt !== undefined) return Math.min(nextAt, (lastAt ?? now) + when.everyMs)
    return lastAt === undefined ? now + Math.floor(random() * when.everyMs) : lastAt + when.everyMs
  }
  if (lastAt === undefined) {
    const stands = nextAt !== undefined && nextCron(when.cron, nextAt - 1) === nextAt
    return stands ? nextAt : (nextCron(when.cron, now) ?? NEVER)
  }
  const regular = nextCron(when.cron, lastAt) ?? NEVER
  return state?.state === 'error' && nextAt !== undefined ? Math.min(nextAt, regular) : regular
}

export interface RunEnd {
  readonly startedAt: number
  readonly endedAt: number
  /** Attempts that failed since it was last ok; 0 when it is. */
  readonly failed: number
}

/** After a run: at its period or schedule, earlier where it failed and is tried again. Never before it ended. */
export function dueAfter(when: When, { startedAt, endedAt, failed }: RunEnd, ladderMs?: readonly number[]): number {
  const regular =
    'everyMs' in when ? Math.max(startedAt + when.everyMs, endedAt) : (nextCron(when.cron, endedAt) ?? NEVER)
  const retry = failed === 0 ? undefined : nextAttempt(failed, endedAt, ladderMs)
  return retry === undefined ? regular : Math.min(regular, retry)
}
