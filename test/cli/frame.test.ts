import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/base/problem.ts'
import { drawProblem } from '../../src/cli/views/frame.ts'
import { widthOf } from '../../src/cli/views/text-width.ts'

const plain = { color: false, width: 80 }
const at = (line: number, column: number, endColumn?: number) => ({
  file: 'blueprints/main.yaml',
  line,
  column,
  ...(endColumn ? { endLine: line, endColumn } : {}),
})
const drawn = (problem: Problem, lines: Record<number, string>, options = plain) =>
  drawProblem(problem, (_file, line) => lines[line], options)
/** The line and the carets of a mistake at a column. */
const caret = (line: string, column: number, endColumn?: number, width = 80) =>
  drawn({ code: 'FIELD_TYPE', message: 'm', at: at(1, column, endColumn) }, { 1: line }, { color: false, width })
    .split('\n')
    .slice(2)

describe('a problem', () => {
  test('is drawn with its line, a caret and a way out', () => {
    const problem: Problem = {
      code: 'LINK_UNKNOWN',
      message: 'web/shop consumes redis/cashe, which no blueprint declares.',
      at: at(12, 10, 15),
      hint: 'Did you mean redis/cache?',
    }
    expect(drawn(problem, { 12: '  redis: cashe' })).toBe(`error LINK_UNKNOWN  blueprints/main.yaml:12:10
  web/shop consumes redis/cashe, which no blueprint declares.
   12 │   redis: cashe
      │          ^^^^^
  → Did you mean redis/cache?`)
  })

  test('that has another place is drawn with both', () => {
    const problem: Problem = {
      code: 'KEY_DUPLICATE',
      message: 'The key a stands twice in one map.',
      at: at(1200, 1, 2),
      also: [{ at: at(3, 1, 2), note: 'the first one' }],
      severity: 'warning',
    }
    expect(drawn(problem, { 3: 'a: 1', 1200: 'a: 2' })).toBe(`warning KEY_DUPLICATE  blueprints/main.yaml:1200:1
  The key a stands twice in one map.
  1200 │ a: 2
       │ ^
  blueprints/main.yaml:3:1  the first one
     3 │ a: 1
       │ ^`)
  })

  test('without a place or a line is its words alone', () => {
    expect(drawn({ code: 'USAGE', message: 'No.' }, {})).toBe('error USAGE\n  No.')
    expect(drawn({ code: 'USAGE', message: 'No.', at: at(7, 1) }, {})).toBe(
      'error USAGE  blueprints/main.yaml:7:1\n  No.',
    )
  })

  test('has colours only when asked', () => {
    const problem: Problem = { code: 'USAGE', message: 'No.', at: at(1, 1), hint: 'Yes.' }
    const coloured = drawn(problem, { 1: 'x' }, { color: true, width: 80 })
    expect(coloured).not.toBe(drawn(problem, { 1: 'x' }))
    expect(stripVTControlCharacters(coloured)).toBe(drawn(problem, { 1: 'x' }))
  })
})

describe('the caret', () => {
  test.each([
    ['stands after tabs', '\ta: bad', 5, 8, '    1 │     a: bad', '      │        ^^^'],
    ['stands after a tab within', 'ab\tbad', 4, 7, '    1 │ ab  bad', '      │     ^^^'],
    ['stands after wide characters', '名前: bad', 5, 8, '    1 │ 名前: bad', '      │       ^^^'],
    ['is as wide as wide characters', 'a: 名前', 4, 6, '    1 │ a: 名前', '      │    ^^^^'],
    ['stands after a joined emoji', '👩‍🚀: bad', 8, 11, '    1 │ 👩‍🚀: bad', '      │     ^^^'],
    ['stands after a combining mark', 'e\u0301: bad', 5, 8, '    1 │ e\u0301: bad', '      │    ^^^'],
    ['is one without an end', 'a: bad', 4, undefined, '    1 │ a: bad', '      │    ^'],
    ['is one behind the end of a line', 'a:', 3, undefined, '    1 │ a:', '      │   ^'],
    ['ends with the line', 'a: b', 4, 400, '    1 │ a: b', '      │    ^'],
  ])('%s', (_what, line, column, end, shown, carets) => {
    expect(caret(line, column, end)).toEqual([shown, carets])
  })

  test('runs to the end of the line where the value has several', () => {
    const problem: Problem = {
      code: 'USAGE',
      message: 'm',
      at: { file: 'f', line: 1, column: 4, endLine: 3, endColumn: 2 },
    }
    expect(drawn(problem, { 1: 'a: [b' }).split('\n').at(-1)).toBe('      │    ^^')
  })

  test('is in sight in a line longer than the terminal', () => {
    const [line = '', carets = ''] = caret(`${'x'.repeat(300)}BAD${'y'.repeat(300)}`, 301, 304, 60)
    expect(widthOf(line)).toBeLessThanOrEqual(60)
    expect(line).toContain('…')
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('BAD')
  })

  test('of any place in any line never throws and never lets a line move the cursor', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 120 }),
        (line, column, end, width) => {
          const text = drawProblem({ code: 'USAGE', message: line, hint: line, at: at(1, column, end) }, () => line, {
            color: false,
            width,
          })
          // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
          expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('long messages are wrapped at words', () => {
  const problem: Problem = {
    code: 'USAGE',
    message: 'one two three four five six seven eight nine ten eleven twelve',
    hint: 'one two three four five six seven eight nine',
  }
  expect(drawn(problem, {}, { color: false, width: 40 })).toBe(`error USAGE
  one two three four five six seven
  eight nine ten eleven twelve
  → one two three four five six seven
    eight nine`)
})
