import { describe, expect, test } from 'vitest'
import { cursorAt } from '../../src/editor/cursor.ts'

/** The cursor stands at `|`. */
function at(text: string) {
  const offset = text.indexOf('|')
  return cursorAt(text.replace('|', ''), offset)
}

describe('a cursor knows the keys around it', () => {
  test.each([
    ['a__b:\n  no|de: n1\n', ['a__b'], 'key', 'node'],
    ['a__b:\n  node: n|1\n', ['a__b', 'node'], 'value', 'n1'],
    ['a__b:\n  node: |\n', ['a__b', 'node'], 'value', ''],
    ['a__b:\n  node:|\n', ['a__b', 'node'], 'value', ''],
    ['a__b:\n  node|:\n', ['a__b'], 'key', 'node'],
    ['a__b:\n  |\n', ['a__b'], 'either', ''],
    ['a__b:\n  x: 1\n  |\nc__d:\n', ['a__b'], 'either', ''],
    ['a__b:\n  x: 1\n|\n', [], 'either', ''],
    ['a__|b:\n', [], 'key', 'a__b'],
    ['a__b:\n  disks:\n    - id: |x\n', ['a__b', 'disks', '[]', 'id'], 'value', 'x'],
    ['a__b:\n  disks:\n  - id: 1\n    si|ze: 2\n', ['a__b', 'disks', '[]'], 'key', 'size'],
    ['a__b:\n  links:\n  - on|e\n', ['a__b', 'links', '[]'], 'either', 'one'],
    ['a__b:\n  links:\n    |\n', ['a__b', 'links'], 'either', ''],
    ['a__b:\n  links: [one, t|wo]\n', ['a__b', 'links', '[]'], 'value', 'two'],
    ['a__b:\n  links: [|]\n', ['a__b', 'links', '[]'], 'value', ''],
    ['a__b:\n  map: { x: 1, y: |2 }\n', ['a__b', 'map', 'y'], 'value', '2'],
    ['a__b:\n  map: { x: 1, y| }\n', ['a__b', 'map'], 'key', 'y'],
    ['a__b:\n  list: [{ x: |1 }]\n', ['a__b', 'list', '[]', 'x'], 'value', '1'],
    ['a__b:\n  node: "n|1"\n', ['a__b', 'node'], 'value', 'n1'],
    ["a__b: { 'node': n|1 }\n", ['a__b', 'node'], 'value', 'n1'],
    ['actions:\n  - action: ins|tall\n', ['actions', '[]', 'action'], 'value', 'install'],
    ['services:\n  - node__n1:\n      ho|st: x\n', ['services', '[]', 'node__n1'], 'key', 'host'],
    ['a__b:\n---\n  |\n', [], 'either', ''],
    ['a__b:\n  # about it\n\n  no|de: n1\n', ['a__b'], 'key', 'node'],
    ['a__b:\r\n  node: n|1\r\n', ['a__b', 'node'], 'value', 'n1'],
    ['a__b:\n  node: n|1 # here\n', ['a__b', 'node'], 'value', 'n1'],
    ['a__b:\n  - - x: |1\n', ['a__b', '[]', '[]', 'x'], 'value', '1'],
    ['|', [], 'either', ''],
  ])('%j', (text, path, slot, word) => {
    expect(at(text)).toMatchObject({ path, slot, word })
  })
})

test.each(['# no|te', 'a: 1 # no|te', '  # |'])('a comment has no cursor: %j', (text) => {
  expect(at(text)).toBeUndefined()
})

test('the span of a word is what stands in the text, without its quotes', () => {
  const text = 'a__b:\n  node: "n|1"\n'
  const { span } = at(text) ?? { span: { start: 0, end: 0 } }
  expect(text.replace('|', '').slice(span.start, span.end)).toBe('n1')
})

test('keys beside the cursor are known, those above and below', () => {
  expect(at('a__b:\n  x: 1\n  |\n  y: 2\n  z:\n    w: 1\nc__d:\n  v: 1\n')?.siblings).toEqual(['x', 'y', 'z'])
})

test.each([
  ['a: ${va|}', 'va'],
  ['a: "x${vars.s|}"', 'vars.s'],
  ['a: ${services["node!n|1"].name}', 'services["node!n'],
  ['a: ${vars.size} and ${vars.|', 'vars.'],
])('an expression is known up to the cursor: %j', (text, before) => {
  expect(at(text)?.expression?.before).toBe(before)
})

test.each(['a: ${vars.size} |', 'a: $${ no|ne }', 'a: |${vars.size}'])(
  'beside an expression is not in one: %j',
  (text) => {
    expect(at(text)?.expression).toBeUndefined()
  },
)

test('any place of any text has an answer, at once', () => {
  const text = `${'a'.repeat(20_000)}: ${'"'.repeat(20_000)}\n${'- '.repeat(10_000)}\n${' '.repeat(20_000)}x`
  const began = performance.now()
  for (let offset = 0; offset <= text.length; offset += 5_000) cursorAt(text, offset)
  expect(performance.now() - began).toBeLessThan(5_000)
})
