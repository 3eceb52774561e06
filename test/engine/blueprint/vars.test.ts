import { describe, expect, test } from 'vitest'
import { readVars, type VarDeclaration, type VarType } from '../../../src/engine/blueprint/vars.ts'
import { tell } from './given.ts'

const declare = (type: VarType, fallback?: VarDeclaration['default'], line = 2): VarDeclaration => ({
  type,
  at: { file: 'ays.yaml', line, column: 3 },
  ...(fallback === undefined ? {} : { default: fallback }),
})
const environment = (text: string) => ({ path: 'vars/prod.yaml', text })

describe('variables', () => {
  test('the command line wins over the file of the environment, and that over defaults', () => {
    const declared = {
      a: declare('string', 'default'),
      b: declare('string', 'default'),
      c: declare('string', 'default'),
    }
    expect(readVars({ declared, environment: environment('b: file\nc: file\n'), given: { c: 'line' } })).toEqual({
      vars: { a: 'default', b: 'file', c: 'line' },
      problems: [],
    })
  })

  test.each<[VarType, string, unknown]>([
    ['string', '010', '010'],
    ['integer', '010', 8],
    ['integer', '5', 5],
    ['number', '1.5', 1.5],
    ['boolean', 'yes', true],
    ['list', '[a, 2]', ['a', 2]],
    ['map', '{a: 1}', { a: 1 }],
  ])('%s: --var x=%s is %j', (type, text, value) => {
    expect(readVars({ declared: { x: declare(type) }, given: { x: text } })).toEqual({
      vars: { x: value },
      problems: [],
    })
  })

  test.each<[VarType, string]>([
    ['integer', 'many'],
    ['integer', '1.5'],
    ['boolean', '1'],
    ['list', 'a'],
    ['map', '[a]'],
    ['map', '{a: '],
  ])('%s: --var x=%s is refused', (type, text) => {
    expect(readVars({ declared: { x: declare(type) }, given: { x: text } }).problems.map(tell)).toEqual([
      'ays.yaml:2:3 FIELD_TYPE',
    ])
  })

  test('undeclared, misfitting and missing ones are all told with their places', () => {
    const declared = {
      memory: declare('integer', undefined, 2),
      size: declare('string', undefined, 3),
      zone: declare('string', 'a', 4),
    }
    const { problems, vars } = readVars({
      declared,
      environment: environment('memory: much\nzne: b\n'),
      given: { sise: 'x' },
    })
    expect(problems.map(tell)).toEqual([
      'ays.yaml:3:3 VAR_MISSING',
      'vars/prod.yaml:1:9 FIELD_TYPE',
      'vars/prod.yaml:2:1 VAR_UNKNOWN',
      'VAR_UNKNOWN',
    ])
    expect(problems.map((one) => one.hint)).toEqual([
      'Give it a default here, a value in vars/prod.yaml, or --var size=….',
      undefined,
      'Did you mean zone?',
      'Did you mean size?',
    ])
    expect(vars).toEqual({ memory: null, size: null, zone: 'a' })
  })

  test('what a broken file would have given is not called missing', () => {
    expect(
      readVars({ declared: { a: declare('string') }, environment: environment('a: [') }).problems.map(
        (one) => one.code,
      ),
    ).toEqual(['YAML_SYNTAX'])
  })

  test('names that objects have by nature are not declared by nature', () => {
    expect(readVars({ declared: {}, given: { constructor: 'x' } }).problems.map((one) => one.code)).toEqual([
      'VAR_UNKNOWN',
    ])
  })
})
