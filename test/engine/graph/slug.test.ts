import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Address, addressOf } from '../../../src/base/address.ts'
import { slugsOf } from '../../../src/engine/graph/slug.ts'

const steer = { after: [], protect: false, heal: true, ignore: [], tags: [] }
const slugs = (names: string[], kept: Record<string, string> = {}) =>
  slugsOf(
    names.map((name) => ({ address: addressOf('web', name), steer })),
    new Map(Object.entries(kept).map(([name, slug]) => [addressOf('web', name), slug])),
  )

test.each([
  ['cache', 'cache'],
  ['My.Big_cache', 'my-big-cache'],
  ['Bücher', 'bucher'],
  ['日本', 'x-c0ce3b34'],
  ['a'.repeat(40), `${'a'.repeat(23)}-0153d0ab`],
])('%s is called %s', (name, slug) => {
  const found = slugs([name]).get(addressOf('web', name)) ?? ''
  expect(found.replace(/-[0-9a-f]{8}$/, '')).toBe(slug.replace(/-[0-9a-f]{8}$/, ''))
  expect(found.length).toBeLessThanOrEqual(32)
})

test('slugs are short, ASCII and unique among a role, whatever the names', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 })), (names) => {
      const found = [...slugs(names).values()]
      expect(new Set(found).size).toBe(names.length)
      for (const slug of found) expect(slug).toMatch(/^[a-z0-9][a-z0-9-]{0,31}$/)
    }),
  )
})

test('a slug is kept, even when another service would now bear it first', () => {
  expect([...slugs(['a-b', 'a.b'], { 'a.b': 'a-b' }).entries()]).toEqual([
    ['web/a.b', 'a-b'],
    ['web/a-b', expect.stringMatching(/^a-b-[0-9a-f]{8}$/)],
  ])
})

test('the slug of a service that is gone is not given away, roles do not meet', () => {
  expect(slugs(['a-b'], { gone: 'a-b' }).get('web/a-b' as Address)).not.toBe('a-b')
  const both = slugsOf(
    [
      { address: addressOf('web', 'x'), steer },
      { address: addressOf('db', 'x'), steer },
    ],
    new Map(),
  )
  expect([...both.values()]).toEqual(['x', 'x'])
})
