import { expect, test } from 'vitest'
import { sameData } from '../../src/base/json.ts'
import { kinds, tryFindKind } from '../../src/sal/kinds.ts'

test('every kind is found by its name and version', () => {
  expect(new Set(kinds.map((kind) => kind.name)).size).toBe(kinds.length)
  for (const kind of kinds) expect(tryFindKind(kind.name)).toBe(kind)
  expect(tryFindKind('file@0')).toBeUndefined()
})

test.each(kinds.map((kind) => [kind.name, kind] as const))(
  '%s knows a bare node, as the store gives it back',
  (_name, kind) => {
    expect(sameData(JSON.parse(JSON.stringify(kind.bare)), kind.bare)).toBe(true)
    expect(() => kind.asWanted(kind.bare)).not.toThrow()
  },
)
