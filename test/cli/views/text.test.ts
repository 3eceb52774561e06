import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { octal, oneLine, safeLines, shellLine, showBytes } from '../../../src/cli/views/plain-text.ts'
import { clip, table } from '../../../src/cli/views/table.ts'
import { widthOf } from '../../../src/cli/views/text-width.ts'

test('a shell reads back exactly the words that a shown command was given', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'ü', "'", '"', '$', '`', '\\', ' ', '*', '!', '\n', '\t', '~', '#', ';', '\u001b'),
  })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const out = execFileSync('bash', ['-c', `printf '%s\\0' ${shellLine(words)}`], { encoding: 'utf8' })
      expect(out.split('\0').slice(0, -1)).toEqual(words)
    }),
    { numRuns: 60 },
  )
})

test('nothing that oneLine gives can move a cursor', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
      expect(oneLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    }),
  )
})

test('columns align, whatever the width of the letters', () => {
  expect(
    table(
      ['name', 'x'],
      [
        ['日本', 'a'],
        ['ab', 'b'],
      ],
    ),
  ).toBe('name  x\n日本  a\nab    b')
})

test('a clipped text is never wider than asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, width) => {
      expect(widthOf(clip(text, width))).toBeLessThanOrEqual(width)
    }),
  )
})

test('lines, modes and sizes as people write them', () => {
  expect(safeLines('a\r\nb\n')).toEqual(['a', 'b'])
  expect(octal(0o640)).toBe('0640')
  expect([1, 123, 12_345, 5_000_000].map(showBytes)).toEqual(['1 byte', '123 bytes', '12.3 kB', '5.0 MB'])
})
