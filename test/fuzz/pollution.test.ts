/** Names that JavaScript has for itself are names like others, and what grows without end is refused soon. */
import { expect, test } from 'vitest'
import { compilePattern } from '../../src/base/pattern.ts'
import { readWorld } from '../language/world.ts'

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

test.each(NAMES)('%s as a field, a service, a variable, a key of $each and a key of data changes no object', (name) => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort()
  readWorld(`node.sim__n:\n  ${name}: { polluted: yes }\n`)
  readWorld(
    `node.sim__n: {}\nfile__a:\n  node: n\n  path: /etc/a\n  content: x\n  faults: { ${name}: { polluted: yes } }\n`,
  )
  readWorld(`${name}__${name}: { polluted: yes }\nnode.sim__${name}: { polluted: yes }\n`)
  readWorld(`node.sim__n:\n  $each: { ${name}: { polluted: yes } }\n`)
  readWorld('node.sim__n: {}\n', { settings: `vars: { ${name}: { default: { polluted: yes } } }\n` })
  const unit = readWorld(`node.sim__n: {}\nunit__a: { node: n, exec: /bin/true, environment: { ${name}: polluted } }\n`)
  expect(JSON.stringify(unit.data['unit/a'])).toContain('polluted')
  expect('polluted' in {}).toBe(false)
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
})

test('aliases that stand for more and more of themselves, and nests without end, are refused with a place', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 30; i++)
    bomb.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  for (const text of [bomb.join('\n'), `a: ${'['.repeat(20_000)}`, `a: ${'{b: '.repeat(20_000)}`]) {
    const { problems } = readWorld(`${text}\n`)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.every(({ at }) => at !== undefined)).toBe(true)
  }
})

test.each(['(a+)+$', '(a|a)*$', '(a|aa)+$', '([a-z]+)*[0-9]$', '(.*)*x', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
  '%s is matched in linear time, or is no pattern here',
  (source) => {
    const compiled = compilePattern(source)
    if ('pattern' in compiled)
      expect(compiled.pattern.test(`${'a'.repeat(20_000)}!`)).toBe(
        source === '(.*)*x' ? false : compiled.pattern.test('a!'),
      )
  },
)
