import { describe, expect, test } from 'vitest'
import { compile, evaluate } from '../../../src/engine/blueprint/cel.ts'
import { scopeOf } from './given.ts'

const many = Array.from({ length: 500 }, () => 1)
const scope = scopeOf({ vars: { many, text: 'a'.repeat(100_000) } })

/** The value or the reason, and the milliseconds of processor time it took. */
function run(source: string) {
  const began = process.cpuUsage()
  const compiled = compile(source, scope)
  const result = 'fault' in compiled ? compiled : evaluate(compiled.compiled, scope, { 'db/d': { size: 'm' } })
  const { user, system } = process.cpuUsage(began)
  return { ...result, ms: (user + system) / 1_000 }
}

describe('an expression ends soon', () => {
  test.each([
    ['loops in loops', 'vars.many.map(a, vars.many.map(b, vars.many.map(c, 1)))'],
    ['loops whose every step fails', `${'vars.many.all(x, '.repeat(7)}services["db/d"].size${')'.repeat(7)}`],
    ['lists that double', `${'cel.bind(l, '.repeat(40)}vars.many${', l + l)'.repeat(40)}`],
    ['lists of lists', 'vars.many.map(x, vars.many)'],
    ['maps without end', 'vars.many.map(a, vars.many.map(b, {"a": b}))'],
    ['texts that double', `${'cel.bind(t, '.repeat(60)}vars.text${', t + t)'.repeat(60)}`],
  ])('%s are refused', (_what, source) => {
    const { ms, ...result } = run(source)
    expect(result).toHaveProperty('fault')
    expect(ms).toBeLessThan(1_000)
  })

  test.each([
    ['one loop over many', 'vars.many.map(x, x + 1).size()', 500],
    ['a loop in a loop', 'vars.many.filter(x, vars.many.exists(y, y == x)).size()', 500],
    ['a pattern that others cannot end', 'vars.text.matches("^(a+)+b$")', false],
    ['what came in', 'vars.many', many],
    ['matches within text', '"web-12".matches("[0-9]+")', true],
  ])('%s is computed', (_what, source, value) => {
    expect(run(source)).toMatchObject({ value })
  })

  test('a name that a loop gives hides none of ours', () => {
    expect(run('[1, 2].map(name, name + 1)')).toMatchObject({ value: [2, 3] })
  })
})
