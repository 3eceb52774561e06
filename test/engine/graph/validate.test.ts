import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { isSecret } from '../../../src/base/secret.ts'
import { build, told } from './world.ts'

const engine = (fields: string): string =>
  `node.ssh__n: { host: a }\nengine__e:\n  ${fields.replaceAll('\n', '\n  ')}\n`

test.each([
  ['prot: 1', ['FIELD_UNKNOWN 3:3 engine/e has no field prot. [Did you mean port?]']],
  ['noed: n', ['FIELD_UNKNOWN 3:3 engine/e has no field noed. [Did you mean node?]']],
  [
    'port: 70000',
    [
      'FIELD_TYPE 3:9 engine/e: port is 70000, but a whole number from 1 to 65535 is expected. [Its template says what it takes: `ays templates show NAME`.]',
    ],
  ],
  [
    'port: "80"',
    [
      'FIELD_TYPE 3:9 engine/e: port is "80", but a whole number from 1 to 65535 is expected. [Leave the quotes out: 80.]',
    ],
  ],
  [
    'port: 1.5',
    [
      'FIELD_TYPE 3:9 engine/e: port is 1.5, but a whole number from 1 to 65535 is expected. [Its template says what it takes: `ays templates show NAME`.]',
    ],
  ],
  ['size: 5', ['FIELD_TYPE 3:9 engine/e: size is 5, but text is expected. [Put it in quotes: "5".]']],
  ['size:', ['FIELD_TYPE 3:8 engine/e: size is empty, but text is expected. [Give a value, or leave the field out.]']],
  [
    'level: hihg',
    ['FIELD_TYPE 3:10 engine/e: level is "hihg", but one of "low", "high" is expected. [Did you mean high?]'],
  ],
  ['users: bob', ['FIELD_TYPE 3:10 engine/e: users is "bob", but a list is expected. [Write a list: [bob].]']],
  [
    'users: [{ name: a }, { name: 7 }]',
    ['FIELD_TYPE 3:32 engine/e: users.1.name is 7, but text is expected. [Put it in quotes: "7".]'],
  ],
  ['users: [{ id: 1 }]', ['FIELD_MISSING 3:11 engine/e needs the field users.0.name: text. [Add users.0.name.]']],
  ['users: [{ name: a, nam: b }]', ['FIELD_UNKNOWN 3:22 engine/e has no field users.0.nam. [Did you mean name?]']],
  ['labels: { a: 1 }', ['FIELD_TYPE 3:16 engine/e: labels.a is 1, but text is expected. [Put it in quotes: "1".]']],
  ['labels: { a.b: x, __proto__: y }', []],
  [
    `port: "\${secrets.x}"`,
    [
      'FIELD_TYPE 3:9 engine/e: port is a secret text, but a whole number from 1 to 65535 is expected. [Its template says what it takes: `ays templates show NAME`.]',
    ],
  ],
])('%s', (fields, expected) => {
  expect(told(build(engine(fields)).problems)).toEqual(expected)
})

test('a value that could not be read is not told a second time', () => {
  const place = { file: 'main.yaml', line: 3, column: 9 }
  const { problems } = build(engine('size: 5\nport: x'), {
    reading: [{ code: 'VAR_UNKNOWN', message: 'm', at: place }],
  })
  expect(problems.map(({ at }) => at?.line)).toEqual([4])
})

test('a missing field is told at the key of the service', () => {
  expect(told(build('\nnode.ssh__n:\n').problems)).toEqual([
    'FIELD_MISSING 2:1 node/n needs the field host: text. [Add host.]',
  ])
})

test('all mistakes are told at once, sorted by place', () => {
  const { problems } = build('engine__e: { port: x, siez: 1, node: m }\nnode.ssh__n:\nwbe__w:\n')
  expect(problems.map(({ code }) => code)).toEqual([
    'FIELD_TYPE',
    'FIELD_UNKNOWN',
    'LINK_UNKNOWN',
    'FIELD_MISSING',
    'TEMPLATE_UNKNOWN',
  ])
})

test('defaults are filled in, secrets stay secret objects that are never judged by their form', () => {
  const { graph, problems } = build(engine(`password: "\${secrets.x}"\nusers: [{ name: "\${secrets.y}" }]`))
  expect(told(problems)).toEqual([])
  const data = graph.services.get('engine/e' as Address)?.data
  expect(data?.size).toBe('256mb')
  expect(isSecret(data?.password)).toBe(true)
  expect(JSON.stringify(data)).not.toContain('the x')
  expect(data?.users).toMatchObject([{ name: { ref: 'secrets.y' } }])
})

test('with legacy, unknown fields are warnings and are left out', () => {
  const { graph, problems } = build(engine('prot: 1'), { legacy: true })
  expect(told(problems)).toEqual(['warning FIELD_UNKNOWN 3:3 engine/e has no field prot. [Did you mean port?]'])
  expect(graph.services.get('engine/e' as Address)?.data).toEqual({ size: '256mb' })
})

test('places of nested values are known', () => {
  const { graph } = build(engine('users: [{ name: a }]'))
  expect(graph.services.get('engine/e' as Address)?.places).toMatchObject({
    '': { line: 2, column: 1 },
    'users.0.name': { line: 3, column: 19 },
  })
})
