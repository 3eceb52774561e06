/** The answers for editors, over any text that may stand in one while somebody types. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { completionsAt } from '../../src/editor/complete.ts'
import { definitionsAt } from '../../src/editor/definition.ts'
import { hoverAt } from '../../src/editor/hover.ts'
import type { Known, KnownService } from '../../src/editor/known.ts'
import { readComposition } from '../../src/engine/template-files/composition.ts'
import { templates } from '../../src/templates/index.ts'
import { blueprintText } from './format/texts.ts'

const byName = new Map(templates.map((template) => [template.name, template]))
const services = new Map(
  [service('node', 'n1', 1), service('node', 'web', 2), service('os.ssh.debian', 'web', 3)].map((one) => [
    one.address,
    one,
  ]),
)
const known: Known = { templates: byName, services, vars: {}, env: ['HOME'], secrets: ['admin'] }

/** The cursor stands at `|`. */
function labels(text: string): string[] {
  return completionsAt(text.replace('|', ''), text.indexOf('|'), known).items.map(({ label }) => label)
}

test.each([
  [
    'a name that several roles share is written as an address',
    'storage_engine__a:\n  parent: |',
    ['n1', 'node/web', 'os/web'],
  ],
  ['under a role only its own services are meant', 'storage_engine__a:\n  node: |', ['n1', 'web']],
  ['in a list', 'os.ssh.debian__a:\n  sshkey: [|]', []],
  ['an enum', 'storage_engine__a:\n  persistence: a|', ['aof', 'rdb', 'none']],
  ['yes or no', 'node__a:\n  acceptNewHostKey: |', ['true', 'false']],
  ['secrets', 'node__a:\n  user: ${secrets.|}', ['admin']],
  ['addresses in expressions', 'node__a:\n  host: ${services["|', ['node/n1', 'node/web', 'os/web']],
  ['an $if needs no braces', 'node__a:\n  $if: env.|', ['HOME']],
  ['services of actions', 'actions:\n  - service: |', ['n1', 'web']],
  ['fields inside lists of maps', 'configuration__c:\n  configurations:\n    - key: x\n      |', ['value']],
  ['fields in braces', 'node.sim__s:\n  faults: { |', ['down', 'seed', 'lostBefore', 'lostAfter']],
  [
    "0-robot's services",
    'services:\n  - node.local__n:\n      $pro|',
    ['$each', '$if', '$after', '$protect', '$moved', '$heal', '$ignore', '$timeout', '$retries', '$tags'],
  ],
  ['nothing in a name that is begun', 'storage_engine__ca|', []],
])('completion: %s', (_, text, expected) => {
  expect(labels(text)).toEqual(expected)
})

test('an expression is completed with the outputs of a composition', () => {
  const file = { path: 'template.yaml', text: 'data: { title: text }\noutputs: { url: x }\n' }
  const { template } = readComposition('shop', file)
  const shop: KnownService = { ...service('node', 'n1', 1), address: addressOf('shop', 's'), name: 's', template }
  const text = 'node__a:\n  host: ${services["shop/s"].'
  const { items } = completionsAt(text, text.length, { ...known, services: new Map([[shop.address, shop]]) })
  expect(items.map(({ label }) => label)).toEqual(['title', 'url', 'name', 'outputs', 'data'])
})

test('a template is completed without touching the name behind it', () => {
  const text = 'stor__cache:\n'
  const { span } = completionsAt(text, 4, known)
  expect(text.slice(span.start, span.end)).toBe('stor__')
})

test.each([
  ['a link', 'storage_engine__a:\n  parent: n|1\n', [1]],
  ['a name that may be two', 'storage_engine__a:\n  parent: we|b\n', [2, 3]],
  ['an address of AYS', 'storage_engine__a:\n  parent: node!we|b\n', [2]],
  ['$after', 'storage_engine__a:\n  $after: [node/n|1]\n', [1]],
  ['an expression', 'node__a:\n  host: ${services["node!n|1"].host}\n', [1]],
  ['a field', 'node__a:\n  host: n|1\n', []],
])('definition: %s', (_, text, lines) => {
  const places = definitionsAt(text.replace('|', ''), text.indexOf('|'), known)
  expect(places.map(({ line }) => line)).toEqual(lines)
})

test('no text and no place has an answer that fails, and what is replaced stands in the text around the cursor', () => {
  const typed = fc
    .tuple(blueprintText, fc.nat(), fc.nat(30))
    .map(([text, at, length]) => text.slice(0, at % (text.length + 1)) + text.slice((at % (text.length + 1)) + length))
  fc.assert(
    fc.property(fc.oneof(typed, fc.string({ maxLength: 60 })), fc.nat(), (text, at) => {
      const offset = at % (text.length + 1)
      const { span } = completionsAt(text, offset, known)
      expect(span.start).toBeLessThanOrEqual(offset)
      expect(span.end).toBeGreaterThanOrEqual(offset)
      expect(span.end).toBeLessThanOrEqual(text.length)
      expect(text.slice(span.start, span.end)).not.toContain('\n')
      hoverAt(text, offset, known)
      definitionsAt(text, offset, known)
    }),
    { numRuns: 2_000 },
  )
})

function service(template: string, name: string, line: number): KnownService {
  const found = byName.get(template)
  if (!found) throw new Error(template)
  return {
    address: addressOf(template, name),
    name,
    template: found,
    at: { file: 'blueprints/main.yaml', line, column: 1 },
  }
}
