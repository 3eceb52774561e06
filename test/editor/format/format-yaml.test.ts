import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatYaml, sameMeaning } from '../../../src/editor/format/format-yaml.ts'
import { readYaml } from '../../../src/engine/blueprint/read-yaml.ts'
import { blueprintText } from './texts.ts'

const file = (text: string) => ({ path: 'main.yaml', text })
const read = (text: string) => readYaml(file(text))

function format(text: string): string {
  const result = formatYaml(file(text))
  if (result.state !== 'formatted') throw new Error(`${result.state}:\n${text}`)
  return result.text
}

describe('formatting', () => {
  test.each([
    ['spaces around colons and dashes', 'a :   1\nb:\n-   x\n', 'a: 1\nb:\n  - x\n'],
    ['lists further in than their key', 'a:\n- b: 1\n  c: 2\n', 'a:\n  - b: 1\n    c: 2\n'],
    ['two spaces for each level', 'a:\n    b:\n         c: 1\n', 'a:\n  b:\n    c: 1\n'],
    ['what a dash holds stands beside it', 'a:\n  -\n    b: 1\n  - - c\n', 'a:\n  - b: 1\n  - - c\n'],
    ['an empty item stays one', 'a:\n  -\n  - b\n', 'a:\n  -\n  - b\n'],
    ['brackets and braces', 'a: [ 1,2 ]\nb: {x: 1,y: [ ]}\n', 'a: [1, 2]\nb: { x: 1, y: [] }\n'],
    ['at most one empty line, none at the ends', '\n\na: 1\n\n\n\nb: 2\n\n\n', 'a: 1\n\nb: 2\n'],
    ['line ends of Windows, and a mark at the beginning', '\uFEFFa: 1\r\nb: 2\r\n', 'a: 1\nb: 2\n'],
    ['no empty line below the key of a block', 'a:\n\n  b: 1\nc:\n\nd: 1\n', 'a:\n  b: 1\nc:\n\nd: 1\n'],
    ['a missing end of line', 'a: 1', 'a: 1\n'],
    ['blanks at line ends', 'a: 1  \nb:\t2\t\n', 'a: 1\nb: 2\n'],
    ['nothing', '', ''],
  ])('%s', (_, before, after) => {
    expect(format(before)).toBe(after)
  })

  test.each([
    ['what versions of YAML disagree about', 'a: 22:22\nb: 010\nc: yes\nd: ~\ne: 1_000\nf:\n'],
    ['quotes as they were chosen', `a: 'x'\nb: "y"\nc: "\\u00e9"\n`],
    ['anchors, aliases, merges and tags', 'a: &one\n  x: 1\nb:\n  <<: *one\n  y: !!str 2\n*one : 3\n'],
    ['several documents', '%YAML 1.1\n---\na: 1\n---\nb: 2\n...\n'],
    ['comments in a column', 'a: 1        # one\nlong: value # two\n'],
    ['a comment that ends a block', 'a:\n  b: 1\n  # of a\n# of c\nc: 1\n'],
    ['text blocks', 'a: |\n  one\n\n    two\nb: >-\n  three\nc: |+\n  four\n\n\nd: 1\n'],
    ['a text block that begins further in', 'a: |2\n    one\n  two\n'],
    ['expressions and steering keys', 'a__b:\n  $if: vars.size != "small"\n  memory: ${vars.memory}\n'],
  ])('keeps %s', (_, text) => {
    expect(format(text)).toBe(text)
  })

  test('comments follow what they stand before', () => {
    const before = 'a:\n    # of b\n    b: 1\n    # of the end\n\n# of c\nc:\n- 1\n# of two\n- 2\n'
    const after = 'a:\n  # of b\n  b: 1\n  # of the end\n\n# of c\nc:\n  - 1\n  # of two\n  - 2\n'
    expect(format(before)).toBe(after)
  })

  test('the text of a block moves with its key, not its own shape', () => {
    expect(format('a:\n      b: |\n          one\n            two\n      c: 1\n')).toBe(
      'a:\n  b: |\n    one\n      two\n  c: 1\n',
    )
  })

  test('a file that is no YAML is left alone, with its mistakes', () => {
    const result = formatYaml(file('a: [1\nb: 2\n'))
    expect(result).toMatchObject({ state: 'broken', problems: [{ code: 'YAML_SYNTAX' }] })
  })

  test('the examples are formatted already', () => {
    for (const path of readdirSync('examples', { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.yaml')) continue
      const text = readFileSync(`examples/${path}`, 'utf8')
      expect(format(text), path).toBe(text)
    }
  })
})

test('a large file is no harder than a small one', () => {
  expect(format(`a:\n${'    # note\n'.repeat(50_000)}    b: 1\n`)).toBe(`a:\n${'  # note\n'.repeat(50_000)}  b: 1\n`)
  const keys = Array.from({ length: 5_000 }, (_, i) => `k${i}`)
  expect(format(keys.map((key) => `${key}:\n    x: 1\n`).join(''))).toBe(
    keys.map((key) => `${key}:\n  x: 1\n`).join(''),
  )
})

describe('properties', () => {
  test('the reader reads the same before and after, and formatting twice is formatting once', () => {
    fc.assert(
      fc.property(blueprintText, (text) => {
        const before = read(text)
        fc.pre(!before.broken)
        const after = format(text)
        expect(sameMeaning(before, read(after))).toBe(true)
        expect(format(after)).toBe(after)
        expect(after).not.toMatch(/\r|^\n/)
      }),
      { numRuns: 500 },
    )
  })

  test('any text at all is formatted without a change of meaning, kept, or told to be broken', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      ':\n',
      '\n',
      '- ',
      '  ',
      '#',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|',
      '>',
      '&x ',
      '*x',
      '---\n',
      '? ',
      '!t ',
      '\t',
      '...\n',
      '<<',
      '%',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
          mutated(),
        ),
        (text) => {
          const before = read(text)
          const result = formatYaml(file(text))
          expect(result.state === 'broken').toBe(before.broken)
          if (result.state === 'broken') return
          expect(sameMeaning(before, read(result.text))).toBe(true)
          expect(formatYaml(file(result.text))).toMatchObject({ text: result.text })
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

/** A blueprint with one stretch cut out and put elsewhere. */
function mutated(): fc.Arbitrary<string> {
  return fc.tuple(blueprintText, fc.nat(), fc.nat(20), fc.nat()).map(([text, from, length, to]) => {
    const start = from % (text.length + 1)
    const rest = text.slice(0, start) + text.slice(start + length)
    const at = to % (rest.length + 1)
    return rest.slice(0, at) + text.slice(start, start + length) + rest.slice(at)
  })
}
