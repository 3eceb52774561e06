import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { type Needs, showCycle } from '../../../src/engine/graph/cycle.ts'
import { orderGraph } from '../../../src/engine/graph/order.ts'

const needsOf = (edges: Record<string, string[]>): Needs => new Map(Object.entries(edges)) as unknown as Needs // names stand for addresses
const names = Array.from({ length: 24 }, (_, i) => `s${String(i).padStart(2, '0')}`)

/** Edges go from later to earlier positions of a random permutation: no circle is possible. */
const acyclic = fc
  .record({
    shuffled: fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length }),
    edges: fc.array(fc.tuple(fc.nat(names.length - 1), fc.nat(names.length - 1)), { maxLength: 80 }),
  })
  .map(({ shuffled, edges }) => {
    const needs: Record<string, string[]> = Object.fromEntries(shuffled.map((name) => [name, []]))
    for (const [a, b] of edges) if (a !== b) needs[shuffled[Math.max(a, b)] ?? '']?.push(shuffled[Math.min(a, b)] ?? '')
    return needs
  })

test('any graph without circles is ordered, producers first, whatever the order of its keys', () => {
  fc.assert(
    fc.property(acyclic, (needs) => {
      const { order, cycles } = orderGraph(needsOf(needs))
      expect(cycles).toEqual([])
      expect([...order].sort()).toEqual(names)
      for (const [name, producers] of Object.entries(needs)) {
        for (const producer of producers)
          expect(order.indexOf(producer as Address)).toBeLessThan(order.indexOf(name as Address))
      }
      const turned = Object.fromEntries(
        Object.entries(needs)
          .reverse()
          .map(([name, producers]) => [name, [...producers].reverse()]),
      )
      expect(orderGraph(needsOf(turned)).order).toEqual(order)
    }),
  )
})

test('a graph with circles names true ones, one for each knot, and orders everything that no circle touches', () => {
  const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(edges, (pairs) => {
      const needs: Record<string, string[]> = Object.fromEntries(names.slice(0, 12).map((name) => [name, []]))
      for (const [a, b] of pairs) needs[names[a] ?? '']?.push(names[b] ?? '')
      const { order, cycles } = orderGraph(needsOf(needs))
      for (const cycle of cycles) {
        cycle.forEach((name, i) => {
          expect(needs[name]).toContain(cycle[(i + 1) % cycle.length])
        })
        expect(new Set(cycle).size).toBe(cycle.length)
      }
      const knotted = names.slice(0, 12).filter((name) => reaches(needs, name, name))
      for (const name of knotted) expect(order).not.toContain(name)
      // Every knot is named: a member of each circle reaches every knotted service that reaches it.
      for (const name of knotted) {
        const mine = cycles.filter(([first = '']) => reaches(needs, name, first) && reaches(needs, first, name))
        expect(mine).toHaveLength(1)
      }
      const free = names
        .slice(0, 12)
        .filter((name) => !knotted.some((knot) => name === knot || reaches(needs, name, knot)))
      expect([...order].sort()).toEqual(free)
    }),
  )
})

test.each([
  [{ a: ['a'] }, ['a → a']],
  [{ b: ['a'], a: ['b'] }, ['a → b → a']],
  [{ a: ['b'], b: ['c'], c: ['a', 'b'] }, ['b → c → b']],
  [{ a: ['b'], b: ['a'], x: ['y'], y: ['z'], z: ['x'], free: ['a'] }, ['a → b → a', 'x → y → z → x']],
])('%j has the circles %j', (edges, shown) => {
  expect(orderGraph(needsOf(edges as unknown as Record<string, string[]>)).cycles.map(showCycle)).toEqual(shown)
})

test('a circle of many thousands is found without deep recursion', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => `s${i}`)
  const needs = Object.fromEntries(many.map((name, i) => [name, [many[(i + 1) % many.length] ?? '']]))
  expect(orderGraph(needsOf(needs)).cycles[0]).toHaveLength(20_000)
})

function reaches(needs: Record<string, string[]>, from: string, to: string): boolean {
  const seen = new Set(needs[from])
  for (const one of seen) for (const next of needs[one] ?? []) seen.add(next)
  return seen.has(to)
}
