/** What values of blueprints came from. */
import { expect, test } from 'vitest'
import { originAt, originOf } from '../../../src/engine/blueprint/origin.ts'
import { varOrigins } from '../../../src/engine/blueprint/var-origins.ts'
import { scopeOf } from './given.ts'

const at = (line: number, column: number) => ({ file: 'main.yaml', line, column })

test('a variable is followed to the last source that gives it', () => {
  const declared = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((name, i) => [
      name,
      {
        type: 'string' as const,
        ...(name === 'd' ? {} : { default: 'x' }),
        at: { file: 'ays.yaml', line: i + 2, column: 3 },
      },
    ]),
  )
  const environment = { path: 'vars/prod.yaml', text: 'b: file\nc: file\n' }
  expect(Object.fromEntries(varOrigins({ declared, environment, given: { c: 'line' } }))).toEqual({
    a: { from: 'default', at: { file: 'ays.yaml', line: 2, column: 3 } },
    b: { from: 'environment', at: expect.objectContaining({ file: 'vars/prod.yaml', line: 1 }) },
    c: { from: '--var' },
  })
})

const sources = {
  files: [
    {
      path: 'main.yaml',
      text: 'a__x:\n  one: "${vars.n} of ${services[\'b/y\'].size}"\n  two: plain\n  three:\n    - |\n      ${vars.n}\n',
    },
  ],
  scope: scopeOf({ vars: { n: 3 } }),
  vars: new Map([['n', { from: '--var' as const }]]),
}

test('an expression is found by the place of its value, with what it reads', () => {
  expect(originAt(at(2, 8), sources)).toEqual({
    source: "${vars.n} of ${services['b/y'].size}",
    reads: [
      { name: 'vars.n', value: 3, from: '--var' },
      { name: 'services["b/y"]', service: 'b/y' },
    ],
  })
  expect(originAt(at(6, 7), sources)?.reads).toEqual([{ name: 'vars.n', value: 3, from: '--var' }])
})

test('what is written as it is, or stands nowhere, has no origin', () => {
  expect(originAt(at(3, 8), sources)).toBeUndefined()
  expect(originAt({ ...at(2, 8), file: 'other.yaml' }, sources)).toBeUndefined()
})

test('a bare condition is one expression', () => {
  expect(originOf('vars.n > 2', sources).reads.map(({ name }) => name)).toEqual(['vars.n'])
})
