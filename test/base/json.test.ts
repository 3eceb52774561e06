import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, digestOf, sameData } from '../../src/base/json.ts'
import { Secret, sealerOf } from '../../src/base/secret.ts'

const sealer = sealerOf(new Uint8Array(32))

test('canonical text is JSON of the same data', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (data) => {
      expect(JSON.parse(canonical(data))).toEqual(JSON.parse(JSON.stringify(data)))
    }),
  )
})

test('the order of keys never matters, and the order of a list does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
      const reversed = Object.fromEntries(Object.entries(data).reverse())
      expect(sameData(data, reversed)).toBe(true)
      expect(digestOf(data)).toBe(digestOf(reversed))
    }),
  )
  expect(sameData([1, 2], [2, 1])).toBe(false)
})

test('what is undefined is left out of maps and null in lists, as JSON has it', () => {
  expect(canonical({ b: undefined, a: [undefined, () => 1] })).toBe('{"a":[null,null]}')
  expect(sameData(undefined, null)).toBe(true)
})

test('a secret appears sealed, however deep', () => {
  const secret = new Secret('secrets.x', 'hunter2', sealer)
  expect(canonical({ deep: [{ secret }] })).toBe(
    `{"deep":[{"secret":{"ref":"secrets.x","sealed":"${secret.sealed}"}}]}`,
  )
})

test('data is the same exactly when its canonical text is', () => {
  const leaf = fc.constantFrom(
    undefined,
    null,
    0,
    -0,
    Number.NaN,
    '',
    'a',
    false,
    new Secret('s', 'x', sealer),
    new Date(0),
  )
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('data'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__'), tie('data')),
    ),
  }))
  fc.assert(
    fc.property(data, data, (a, b) => {
      expect(sameData(a, b)).toBe(canonical(a) === canonical(b))
      expect(sameData({ a, b }, { b, a })).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})
