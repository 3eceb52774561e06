import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern } from '../../src/base/pattern.ts'

const patternOf = (source: string) => {
  const read = compilePattern(source)
  if ('fault' in read) throw new Error(read.fault.reason)
  return read.pattern
}

describe('patterns', () => {
  test.each([
    ['a.c', 'abc', true],
    ['a.c', 'xabcx', false],
    ['node.*', 'node.physical', true],
    ['(web|db)-\\d+', 'web-12', true],
    ['(web|db)-\\d+', 'mail-12', false],
    ['a{2,3}', 'aaa', true],
    ['a{2,3}', 'aaaa', false],
    ['[^a-c]+', 'xyz', true],
    ['[[:alpha:]_]+', 'a_b', true],
    ['\\p{L}+', 'größe', true],
    ['(?i)NODE', 'node', true],
    ['\\bn1\\b', 'n1', true],
    ['a|', '', true],
    ['(a*)*', 'aaa', true],
    ['^n[0-9]$', 'n1', true],
  ])('%s takes the whole of %s: %s', (source, text, takes) => {
    expect(patternOf(source).testWhole(text)).toBe(takes)
  })

  test.each([
    ['(a)\\1', true],
    ['(?=a)b', true],
    ['(?<!a)b', true],
    ['a++', true],
    ['((a{1000}){1000})', true],
    ['(', false],
    ['a)', false],
    ['[a', false],
    ['*a', false],
    ['\\', false],
    ['[b-a]', false],
  ])('%s is refused', (source, unsafe) => {
    const read = compilePattern(source)
    expect('fault' in read && read.fault.unsafe).toBe(unsafe)
    expect('fault' in read && read.fault.reason).toBeTruthy()
  })

  test('what makes others hang takes no time', () => {
    const began = performance.now()
    expect(patternOf('(a+)+$').testWhole(`${'a'.repeat(20_000)}b`)).toBe(false)
    expect(patternOf('(.*)*x').test('a'.repeat(20_000))).toBe(false)
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  test('agrees with RegExp on what both can do', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(?:ab)', '\\w', '\\d', '^', '$')
    const source = fc
      .array(fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}')), { maxLength: 6 })
      .map((parts) => parts.map(([one, times]) => (one === '^' || one === '$' ? one : one + times)).join(''))
    fc.assert(
      fc.property(source, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 8 }), (of, text) => {
        expect(patternOf(of).test(text)).toBe(new RegExp(of).test(text))
        expect(patternOf(of).testWhole(text)).toBe(new RegExp(`^(?:${of})$`).test(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test('any text at all is a pattern or a fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab()[]{}*+?|^$\\.-,1dpP<:=!i') }), (source) => {
        const read = compilePattern(source)
        if ('pattern' in read) read.pattern.test('abab1')
      }),
      { numRuns: 5_000 },
    )
  })
})
