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

  test.each([
    ['db__d:\n  sizes: m\n', 'Did you mean size?'],
    ['dbb__d:\n', 'Did you mean db?'],
    ['db__d:\n  $eahc: 3\n', 'Did you mean $each?'],
    ['db_d:\n', 'Did you mean db__d? A template and a name have two underscores between them.'],
    ['db__dee:\napp__a:\n  store: de\n', 'Did you mean dee?'],
    ['app__a:\n  level: hihg\n', 'Did you mean high?'],
    ['app__a:\n  title: 5\n', 'Put it in quotes: "5".'],
    ['app__a:\n  title: ${vars.sise}\n', 'Did you mean size?'],
    ['app__a:\n  title: ${vars.size + " #1"}\n', 'Write it as title: \'${vars.size + " #1"}\''],
    ['db__d:\nactions:\n  - action: instal\n', 'Did you mean install?'],
  ])('%j has a way out', (text, hint) => {
    const { problems } = readWorld(text, { settings: 'vars: { size: { default: s } }\n' })
    expect(problems.map((one) => one.hint)).toEqual([hint])
  })

  test.each([
    ['db__d:\ndb.big__d:\n', 'SERVICE_DUPLICATE', '1:1'],
    ['db__d:\n  size: s\n  size: l\n', 'KEY_DUPLICATE', '2:3'],
    ['app__a:\n  maxMemory: 1\n  max.memory: 2g\n', 'KEY_SPELLINGS', '3:3'],
  ])('%j names both places', (text, code, first) => {
    const [problem] = readWorld(text).problems
    expect(problem?.code).toBe(code)
    expect(problem?.also?.map(({ at }) => `${at.line}:${at.column}`)).toEqual([first])
  })
})
