/** What is wrong in a blueprint, by code and place: each row of the language page that can be broken. */
import { describe, expect, test } from 'vitest'
import { rows } from './mistakes-rows.ts'
import { readWorld } from './world.ts'

describe('told by code and place', () => {
  test.each(rows.map(([rule, text, told, world]) => ({ rule, text, told, world })))(
    '$rule',
    ({ text, told, world }) => {
      expect(readWorld(text, world).told).toEqual(told)
    },
  )

  test('every mistake has a way out or says it all', () => {
    const bare = rows.flatMap(([rule, text, , world]) =>
      readWorld(text, world)
        .problems.filter((problem) => !problem.at || !/[.!?]$/.test(problem.message))
        .map((problem) => `${rule}: ${problem.message}`),
    )
    expect(bare).toEqual([])
  })
})
