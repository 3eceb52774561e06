/** What is due when: periods, schedules, the ladder. Pure: time and randomness are given. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cronFault, nextCron } from '../../src/base/cron.ts'
import { randomOf } from '../../src/base/random.ts'
import { LADDER_MS, nextAttempt } from '../../src/watch/ladder.ts'
import { dueAfter, dueAt } from '../../src/watch/recurrence.ts'
import { nextOfPeriod, Timetable } from '../../src/watch/timetable.ts'

const HOUR = 3_600_000
const at = (text: string): number => new Date(text).getTime()
const given = { now: 1_000_000, random: () => 0.25 }

describe('a period', () => {
  test('begins with a random part of itself, and runs from the last run', () => {
    expect(dueAt({ everyMs: HOUR }, undefined, given)).toBe(1_000_000 + HOUR / 4)
    expect(dueAt({ everyMs: HOUR }, { state: 'ok', lastAt: 900_000 }, given)).toBe(900_000 + HOUR)
  })

  test('is kept by the store, also a shorter one that replaces it', () => {
    const state = { state: 'ok', lastAt: 900_000, nextAt: 900_000 + HOUR } as const
    expect(dueAt({ everyMs: HOUR }, state, given)).toBe(900_000 + HOUR)
    expect(dueAt({ everyMs: 60_000 }, state, given)).toBe(960_000)
  })

  test('goes from begin to begin; a run that took longer is followed at once', () => {
    expect(dueAfter({ everyMs: 60_000 }, { startedAt: 0, endedAt: 5_000, failed: 0 })).toBe(60_000)
    expect(dueAfter({ everyMs: 60_000 }, { startedAt: 0, endedAt: 90_000, failed: 0 })).toBe(90_000)
  })

  test('what failed is tried again by the ladder, where that is sooner', () => {
    expect(dueAfter({ everyMs: HOUR }, { startedAt: 0, endedAt: 5_000, failed: 1 })).toBe(15_000)
    expect(dueAfter({ everyMs: HOUR }, { startedAt: 0, endedAt: 5_000, failed: 2 })).toBe(35_000)
    expect(dueAfter({ everyMs: 20_000 }, { startedAt: 0, endedAt: 5_000, failed: 3 })).toBe(20_000)
    expect(dueAfter({ everyMs: HOUR }, { startedAt: 0, endedAt: 5_000, failed: 7 })).toBe(HOUR)
  })
})

describe('a schedule', () => {
  const cron = '0 3 * * *'
  const night = at('2026-06-01T03:00:00')
  const now = at('2026-06-01T12:00:00')

  test('runs at its next instant, and keeps that over a restart', () => {
    expect(dueAt({ cron }, undefined, { ...given, now })).toBe(night + 24 * HOUR)
    const stored = { state: 'scheduled', nextAt: night } as const
    expect(dueAt({ cron }, stored, { ...given, now })).toBe(night)
  })

  test('another one replaces what was stored', () => {
    const stored = { state: 'scheduled', nextAt: night } as const
    expect(dueAt({ cron: '0 4 * * *' }, stored, { ...given, now })).toBe(night + 25 * HOUR)
  })

  test('what was missed is due at once', () => {
    expect(dueAt({ cron }, { state: 'ok', lastAt: night - 24 * HOUR }, { ...given, now })).toBe(night)
  })

  test('after a run comes the next instant', () => {
    expect(dueAfter({ cron }, { startedAt: night, endedAt: night + 10, failed: 0 })).toBe(night + 24 * HOUR)
  })

  test.each([
    ['0 3 * *', 'exactly five, six, or seven'],
    ['61 * * * *', '61'],
    ['0 0 30 2 *', 'never comes'],
    ['x'.repeat(300), 'longer'],
  ])('%s is refused, because %s', (text, why) => expect(cronFault(text)).toContain(why))

  test('words and seconds are understood', () => {
    expect(cronFault('@daily')).toBeUndefined()
    expect(nextCron('*/10 * * * * *', night + 1)).toBe(night + 10_000)
  })
})

test("the ladder is AYS's, and ends", () => {
  const gaps = [1, 2, 3, 4, 5, 6].map((failed) => (nextAttempt(failed, 0) ?? 0) / 1_000)
  expect(gaps).toEqual([10, 30, 60, 300, 600, 1_800])
  expect(nextAttempt(LADDER_MS.length + 1, 0)).toBeUndefined()
  expect(nextAttempt(1, 0, [])).toBeUndefined()
})

test('the next instant of a period is on its grid and after now', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 1e7 }), fc.nat(1e9), (due, every, now) => {
      const next = nextOfPeriod(due, every, now)
      expect(next).toBeGreaterThan(now)
      expect((next - due) % every).toBe(0)
      expect(next - now <= every || next === due).toBe(true)
    }),
  )
})

test('a day of looks over 100 services that take their time: none overlaps itself, none misses a period', () => {
  const day = 24 * HOUR
  const everyMs = 30_000
  const random = randomOf(11)
  const table = new Timetable<number>()
  const ends: { at: number; key: number; dueAt: number }[] = []
  const last = new Map<number, number>()
  const running = new Set<number>()
  for (let key = 0; key < 100; key++) table.set(key, 0)
  let looks = 0
  for (let now = 0; now < day; ) {
    for (const end of ends.filter((one) => one.at <= now)) {
      ends.splice(ends.indexOf(end), 1)
      running.delete(end.key)
      table.end(end.key, nextOfPeriod(end.dueAt, everyMs, now))
    }
    for (const key of table.due(now)) {
      const gap = now - (last.get(key) ?? now - everyMs)
      // A look takes less than two periods, so that at most one instant is lost to it.
      if (running.has(key) || gap < everyMs || gap > 2 * everyMs) expect({ key, now, gap }).toBeUndefined()
      last.set(key, now)
      running.add(key)
      table.begin(key)
      ends.push({ at: now + Math.floor(random() * 1.5 * everyMs), key, dueAt: now })
      looks++
    }
    now = Math.min(table.next(now) ?? day, ...ends.map((one) => Math.max(one.at, now + 1)))
  }
  expect(looks).toBeGreaterThan((100 * day) / everyMs / 2)
})
