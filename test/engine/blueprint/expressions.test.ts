import { describe, expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { addressOf } from '../../../src/base/address.ts'
import { isSecret } from '../../../src/base/secret.ts'
import type { ExpressionValue, Scope } from '../../../src/engine/blueprint/declaration.ts'
import { resolveExpression, type ServiceReading } from '../../../src/engine/blueprint/expressions.ts'
import { dataOf, fieldsOf, read, scopeOf, secretOf } from './given.ts'

const scope = scopeOf({
  vars: { n: 3, size: 'big', ratio: 1.5, on: true, list: ['a', 'b'], map: { x: 1, y: { z: 'deep' } }, text: 'v' },
  env: { HOME: '/root', UNSET: undefined },
  secrets: { pw: 'hunter2', other: 's3' },
  files: { 'files/x.conf': 'line\n', big: 'x'.repeat(1_048_577) },
})

/** The field `v` of a service, given as a YAML literal block so that nothing needs quotes. */
const valueIn = (text: string, given: Scope = scope) => {
  const { declarations, problems } = read(`a__b:\n  v: |-\n    ${text}\n`, given)
  return { value: (fieldsOf(declarations[0]) as { v: unknown }).v, problems }
}

describe('values', () => {
  test.each([
    ['${vars.n}', 3],
    ['${vars.n + 1}', 4],
    ['${vars.ratio * 2.0}', 3],
    ['${vars.on}', true],
    ['${vars.list}', ['a', 'b']],
    ['${vars.map}', { x: 1, y: { z: 'deep' } }],
    ['${vars.map.y.z}', 'deep'],
    ['${vars["size"]}', 'big'],
    ['${[vars.n, "x", vars.map]}', [3, 'x', { x: 1, y: { z: 'deep' } }]],
    ['${ {"k": vars.n, "b": "}"} }', { k: 3, b: '}' }],
    ['${vars.size == "big" ? "yes" : "no"}', 'yes'],
    ['${size(vars.list)}', 2],
    ['${env.HOME}/x', '/root/x'],
    ['a ${vars.n} b ${vars.text}', 'a 3 b v'],
    ['$${vars.n}', '${vars.n}'],
    ['$${vars.n} ${vars.n}', '${vars.n} 3'],
    ['cost: $5 {x}', 'cost: $5 {x}'],
    ['${file("files/x.conf")}', 'line\n'],
    ['${"}" + \'}\'}', '}}'],
  ])('%s gives %j', (text, value) => {
    expect(valueIn(text)).toEqual({ value, problems: [] })
  })

  test.each([
    ['${vars.nope}', 'VAR_UNKNOWN'],
    ['${vars.on ? 1 : vars.nope}', 'VAR_UNKNOWN'],
    ['${env.PATH}', 'EXPRESSION'],
    ['${env.UNSET}', 'EXPRESSION'],
    ['${secrets.nope}', 'SECRET_MISSING'],
    ['${vars.n +}', 'EXPRESSION'],
    ['${}', 'EXPRESSION'],
    ['${vars.n + "x"}', 'EXPRESSION'],
    ['${nope}', 'EXPRESSION'],
    ['${each.key}', 'EXPRESSION'],
    ['${vars.map.nope}', 'EXPRESSION'],
    ['${vars.map.constructor}', 'EXPRESSION'],
    ['${vars.list[5]}', 'EXPRESSION'],
    ['x ${vars.list}', 'EXPRESSION'],
    ['x ${vars.map}', 'EXPRESSION'],
    ['x ${null}', 'EXPRESSION'],
    ['${services}', 'EXPRESSION'],
    ['${services.a}', 'EXPRESSION'],
    ['${services["nothing"].x}', 'EXPRESSION'],
    ['${secrets}', 'EXPRESSION'],
    ['${b"bytes"}', 'EXPRESSION'],
    ['${9007199254740993}', 'EXPRESSION'],
    ['${1.0 / 0.0}', 'EXPRESSION'],
    ['${1 / 0}', 'EXPRESSION'],
    ['${file("nope")}', 'EXPRESSION'],
    ['${file("big")}', 'EXPRESSION'],
    ['${vars.n', 'EXPRESSION'],
    ['${"a}', 'EXPRESSION'],
  ])('%s is told as %s', (text, code) => {
    expect(valueIn(text).problems.map((one) => one.code)).toEqual([code])
  })

  test('a misspelt variable is shown the right one, at its place', () => {
    const { problems } = read('a__b:\n  v: x ${1 + vars.sise}\n', scope)
    expect(problems).toMatchObject([{ at: { line: 2, column: 14, endColumn: 23 }, hint: 'Did you mean size?' }])
  })

  test.each([
    ['v: |\n    one\n    two ${vars.sise}\n', 4, 11],
    ['v: |-\n      one\n     ${vars.sise}\n    x\n'.replace('      one', '    one'), 4, 8],
    ['v: |\n\n    ${vars.sise} x\n', 4, 7],
    ['v: "a ${vars.sise}\\n"\n', 2, 6],
    ['v: >\n    one\n    two ${vars.sise}\n', 3, 5],
  ])('in %j the place is line %i, column %i', (text, line, column) => {
    expect(read(`a__b:\n  ${text}`, scope).problems).toMatchObject([{ at: { line, column } }])
  })

  test('a bare name of a variable is shown how it is written', () => {
    expect(read('a__b: {v: "${size}"}', scope).problems[0]?.hint).toBe('Did you mean vars.size?')
  })
})

describe('expressions that YAML spoils', () => {
  test('one that is cut off at " #" is shown quoted', () => {
    const { problems } = read("a__b:\n  v: ${vars.n # it's n}\n", scope)
    expect(problems).toMatchObject([
      { code: 'EXPRESSION', at: { line: 2, column: 6 }, hint: "Write it as v: '${vars.n # it''s n}'" },
    ])
  })

  test('one that is not closed is shown closed', () => {
    expect(read('a__b:\n  v: "${vars.n"\n', scope).problems[0]?.hint).toBe("Write it as v: '${vars.n}'")
  })
})

describe('secrets', () => {
  test.each([
    ['${secrets.pw}', 'secret(hunter2)'],
    ['user:${secrets.pw}', 'secret(user:hunter2)'],
    ['${secrets.pw + "x"}', 'secret(hunter2x)'],
    ['${size(secrets.pw)}', 'secret(7)'],
    ['${secrets.pw == "hunter2"}', 'secret(true)'],
    ['${[secrets.pw, "x"]}', ['secret(hunter2)', 'secret(x)']],
    ['${secrets.pw + secrets.other}', 'secret(hunter2s3)'],
    ['${vars.size}', 'big'],
  ])('%s gives %j: what touched a secret is one', (text, value) => {
    expect(valueIn(text)).toEqual({ value, problems: [] })
  })

  test('a secret inside data stays the only secret of it', () => {
    const given = { ...scope, vars: { login: { user: 'u', password: secretOf('pw', 'hunter2') } as never } }
    expect(valueIn('${vars.login}', given).value).toEqual({ user: 'u', password: 'secret(hunter2)' })
    expect(valueIn('${vars.login.user}', given).value).toBe('u')
    expect(valueIn('${vars.login.password + "!"}', given).value).toBe('secret(hunter2!)')
  })

  test('a mistake with a secret does not quote it', () => {
    const { problems } = valueIn('${int(secrets.pw)}')
    expect(problems).toHaveLength(1)
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })
})

describe('references to services', () => {
  const expressionIn = (text: string): ExpressionValue => {
    const { declarations, problems } = read(`a__b:\n  v: |-\n    ${text}\n`, scope)
    expect(problems).toEqual([])
    const value = declarations[0]?.fields[0]?.value
    if (value?.type !== 'expression') throw new Error(`${text} is no expression`)
    return value
  }
  const n1 = addressOf('node', 'n1')
  const world = (outputs: ServiceReading['outputs']) =>
    new Map<Address, ServiceReading>([
      [n1, { name: 'n1', data: { host: '10.0.0.1', port: 22, users: [{ name: 'bob' }] }, outputs }],
    ])

  test('are kept, with what they refer to and where', () => {
    const { declarations } = read('a__b:\n  v: x ${services["node!n1"].name} ${services["os/u"].x}\n', scope)
    expect(declarations[0]?.fields[0]?.value).toMatchObject({
      type: 'expression',
      refersTo: [
        { address: 'node/n1', at: { line: 2, column: 10 } },
        { address: 'os/u', at: { line: 2, column: 38 } },
      ],
    })
  })

  test.each([
    ['${services["node!n1"].name}', 'n1'],
    ['${services["node/n1"].host}', '10.0.0.1'],
    ['${services["node.physical!n1"].data.port}', 22],
    ['${services["node!n1"].users}', [{ name: 'bob' }]],
    ['http://${services["node!n1"].host}:${services["node!n1"].port + vars.n}/', 'http://10.0.0.1:25/'],
    ['${services["node!n" + string(vars.n - 2)].host}', '10.0.0.1'],
    ['${services["node!n1"].outputs.address}', '10.0.0.1:22'],
    ['${services["node!n1"].address2}', 'out'],
  ])('%s gives %j once the service is known', (text, value) => {
    const resolved = resolveExpression(expressionIn(text), world({ address: '10.0.0.1:22', address2: 'out' }))
    expect(resolved.state === 'known' && dataOf(resolved.value)).toEqual(value)
  })

  test('outputs that are not known yet make the value known later', () => {
    const expression = expressionIn('${services["node!n1"].outputs.address}')
    expect(resolveExpression(expression, world(undefined))).toEqual({ state: 'later', waitsFor: ['node/n1'] })
    expect(resolveExpression(expressionIn('${services["node!n1"].host}'), world(undefined)).state).toBe('known')
  })

  test('a service that is not there is a problem with a suggestion', () => {
    const resolved = resolveExpression(expressionIn('${services["node!n2"].x}'), world({}))
    expect(resolved).toMatchObject({
      state: 'problem',
      problem: { code: 'LINK_UNKNOWN', hint: 'Did you mean node/n1?' },
    })
  })

  test('an output that does not exist is a problem', () => {
    expect(resolveExpression(expressionIn('${services["node!n1"].nope}'), world({}))).toMatchObject({
      state: 'problem',
      problem: { code: 'EXPRESSION' },
    })
  })

  test('a secret of another service stays one', () => {
    const services = new Map<Address, ServiceReading>([
      [n1, { name: 'n1', data: { pw: secretOf('pw', 'hunter2') as never }, outputs: {} }],
    ])
    const resolved = resolveExpression(expressionIn('x${services["node!n1"].pw}'), services)
    expect(resolved.state === 'known' && resolved.value.type === 'scalar' && isSecret(resolved.value.value)).toBe(true)
  })

  test('each instance under $each keeps its own scope', () => {
    const { declarations } = read('vm__w: {$each: 2, v: "${services[\'node!n1\'].port + each.key}"}', scope)
    const values = declarations.map((one) => {
      const value = one.fields[0]?.value
      const resolved = value?.type === 'expression' ? resolveExpression(value, world({})) : undefined
      return resolved?.state === 'known' && dataOf(resolved.value)
    })
    expect(values).toEqual([22, 23])
  })
})
