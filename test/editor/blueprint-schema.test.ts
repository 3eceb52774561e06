import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { blueprintSchema } from '../../src/editor/blueprint-schema.ts'
import type { Known, KnownService } from '../../src/editor/known.ts'
import { serviceKeys, tryOtherSpellings } from '../../src/editor/spellings.ts'
import { actionFields, steering } from '../../src/editor/vocabulary.ts'
import { fieldName, isName, splitServiceKey } from '../../src/engine/blueprint/names.ts'
import { readBlueprint } from '../../src/engine/blueprint/read-blueprint.ts'
import { readYaml } from '../../src/engine/blueprint/read-yaml.ts'
import { tryDataOf } from '../../src/engine/blueprint/value.ts'
import { templates } from '../../src/templates/index.ts'

const byName = new Map(templates.map((template) => [template.name, template]))
const services = new Map(
  [service('node', 'n1'), service('node', 'n2'), service('storage_engine', 'cache')].map((one) => [one.address, one]),
)
const known: Known = { templates: byName, services, vars: {}, env: [], secrets: [] }
const schema = blueprintSchema(known, { legacy: false })
const check = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema)

/** Whether the schema takes all documents of a text, as our reader hands them over. */
function takes(text: string): boolean {
  const read = readYaml({ path: 'main.yaml', text })
  expect(read.problems).toEqual([])
  return read.documents.every((document) => check(tryDataOf(document)))
}

describe('the schema takes', () => {
  test.each([
    ['a service with its fields', 'storage_engine__cache:\n  node: n1\n  maxMemory: 512mb\n'],
    [
      'every spelling of a field',
      'storage_engine__cache:\n  node: n1\n  max.memory: 1gb\n  max_memory_policy: noeviction\n',
    ],
    [
      'a link by its name, its role, an address, a list',
      'storage_engine__a:\n  os: n1\nstorage_engine__b:\n  parent: node!n1\nos.ssh.ubuntu__x:\n  node: [n1]\n  sshkey: [a, b]\n',
    ],
    ['a name that is new since', 'storage_engine__cache:\n  node: n77\n'],
    ['nothing under a key', 'sshkey__k:\nconfiguration__c:\n'],
    ['expressions anywhere', 'storage_engine__cache:\n  node: n1\n  port: ${vars.port}\n  engine: ${vars.engine}\n'],
    [
      'steering keys',
      'sshkey__k:\n  $each: [a, b]\n  $if: vars.size != "small"\n  $after: nas!home\n  $protect: yes\n  $timeout: 2h\n  $retries: [1, 2]\n  $tags: [prod]\n  $moved: sshkey!old\n  $ignore: [description]\n  $heal: false\n',
    ],
    [
      'actions',
      'actions:\n  - action: install, start\n    actor: storage_engine\n    service: cache\n    recurring: 5m\n    force: true\n    args: { keep: 3 }\n',
    ],
    [
      "0-robot's dialect",
      'services:\n  - github.com/org/repo/node/0.0.1__n9:\n      host: 10.0.0.1\n  - sshkey__k:\nactions:\n  - template: github.com/org/repo/node/0.0.1\n    service: n9\n    actions: [install]\n',
    ],
    ['several documents and an empty one', 'sshkey__a:\n---\n---\nsshkey__b:\n'],
    ['names with letters of any script', 'sshkey__größe-1:\nsshkey__a__b:\n'],
  ])('%s', (_, text) => {
    expect(takes(text), JSON.stringify(check.errors, null, 1)).toBe(true)
  })

  test('the examples', () => {
    for (const path of readdirSync('examples', { recursive: true, encoding: 'utf8' })) {
      if (!/blueprints\/.*\.yaml$/.test(path) || path.endsWith('.test.yaml')) continue
      expect(takes(readFileSync(`examples/${path}`, 'utf8')), `${path} ${JSON.stringify(check.errors)}`).toBe(true)
    }
  })
})

describe('the schema marks', () => {
  test.each([
    ['an unknown template', 'nodde__n1:\n'],
    ['an unknown field', 'node__n1:\n  host: x\n  hots: y\n'],
    ['a missing field', 'node__n1:\n  port: 22\n'],
    ['a value of another type', 'node__n1:\n  host: x\n  port: many\n'],
    ['a number out of range', 'node__n1:\n  host: x\n  port: 70000\n'],
    ['a word that is none of the choices', 'storage_engine__a:\n  node: n1\n  engine: mysql\n'],
    ['an unknown steering key', 'sshkey__k:\n  $eech: 3\n'],
    ['an action without a name', 'actions:\n  - service: x\n'],
    ['a key that is no service', 'hello: 1\n'],
    ['a name that is none', 'sshkey__---:\n'],
  ])('%s', (_, text) => {
    expect(takes(text)).toBe(false)
  })
})

test('links propose the names that exist, with what they are', () => {
  const text = JSON.stringify(schema)
  expect(text).toContain('"enum":["n1","n2"]')
  expect(text).toContain('**node/n1**')
})

test('unknown fields are let be where --legacy does so', () => {
  const lenient = new Ajv({ strict: false, logger: false }).compile(blueprintSchema(known, { legacy: true }))
  expect(lenient({ node__n1: { host: 'x', hots: 'y' } })).toBe(true)
})

describe('spellings', () => {
  const fields = [...new Set(templates.flatMap((template) => Object.keys(template.data.properties)))]
  const some = fc.constantFrom(...fields, 'sha256Sum', 'aB', 'ip4', 'x2')

  test('a field has exactly the spellings that the reader takes for it', () => {
    const respelled = some.chain((field) =>
      fc
        .array(fc.constantFrom('', '', '.', '_', '__', '._'), {
          minLength: field.length + 1,
          maxLength: field.length + 1,
        })
        .chain((gaps) =>
          fc.boolean().map((small) => {
            const written = [...field].map(
              (letter, i) => `${gaps[i]}${small && gaps[i] !== '' ? letter.toLowerCase() : letter}`,
            )
            return { field, key: `${written.join('')}${gaps.at(-1)}` }
          }),
        ),
    )
    fc.assert(
      fc.property(respelled, ({ field, key }) => {
        const others = tryOtherSpellings(field)
        fc.pre(others !== undefined && key !== field)
        expect(new RegExp(others ?? '', 'u').test(key)).toBe(fieldName(key) === field)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a service has exactly the keys that the reader takes for it', () => {
    const pieces = fc.constantFrom(
      'node',
      'node.physical',
      '__',
      '_',
      '/',
      'a',
      '1',
      '.',
      '-',
      'é',
      ' ',
      'github.com/o/r/node/1',
    )
    fc.assert(
      fc.property(fc.constantFrom('node', 'node.physical'), fc.array(pieces, { maxLength: 6 }), (template, parts) => {
        const key = parts.join('')
        const split = splitServiceKey(key)
        const taken = split !== undefined && split.template === template && isName(split.name)
        expect(new RegExp(serviceKeys(template), 'u').test(key), key).toBe(taken)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('the vocabulary is that of the reader', () => {
  const hintOf = (text: string): string => {
    const scope = { vars: {}, env: {}, secret: () => undefined, readFile: () => ({ reason: '' }) }
    return readBlueprint([{ path: 'x', text }], { scope })
      .problems.map(({ hint }) => hint ?? '')
      .join(' ')
  }
  const wordsOf = (hint: string, pattern: RegExp): string[] => [...new Set(hint.match(pattern))].sort()

  test('of steering keys', () => {
    expect(wordsOf(hintOf('a__b:\n  $qqqqqqqqqqqq: 1\n'), /\$[a-z]+/g)).toEqual(Object.keys(steering).sort())
  })

  test('of actions', () => {
    const hint = hintOf('actions:\n  - action: x\n    qqqqqqqqqqqq: 1\n').replace('It has', '')
    expect(wordsOf(hint, /[a-z]+/g)).toEqual(Object.keys(actionFields).sort())
  })
})

function service(template: string, name: string): KnownService {
  const found = byName.get(template)
  if (!found) throw new Error(template)
  return {
    address: addressOf(template, name),
    name,
    template: found,
    at: { file: 'blueprints/main.yaml', line: 1, column: 1 },
  }
}
