/** A fleet in waves: which nodes come when, and what goes with them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import type { Work } from '../../../src/engine/plan/world.ts'
import type { WaveRule } from '../../../src/engine/run/wave.ts'
import { wavesOf, withGates } from '../../../src/engine/run/waves.ts'

const fleet = (n: number): Address[] => Array.from({ length: n }, (_, i) => `node/n${i + 1}` as Address)
const rule = (more: Partial<WaveRule>): WaveRule => ({ targets: [], tags: [], ...more })
const anyNode = () => true
const work = (key: string, node: string, after: string[] = []): Work => ({
  key,
  service: key as Address,
  node: node as Address,
  things: [],
  removals: [],
  onPaper: false,
  after,
  behind: [],
})
const afterOf = (works: readonly Work[], key: string) => works.find((one) => one.key === key)?.after

test('one node, a tenth, then the rest', () => {
  const waves = wavesOf(
    [rule({ nodes: 1 }), rule({ nodes: { percent: 10 } }), rule({ nodes: 'rest' })],
    fleet(25),
    anyNode,
  )
  expect(waves.map(({ nodes }) => nodes.length)).toEqual([1, 3, 21])
})

test('what no rule takes makes the last wave, and one wave is none', () => {
  expect(wavesOf([rule({ nodes: 2, pauseMs: 5 })], fleet(3), anyNode)).toEqual([
    { nodes: ['node/n1', 'node/n2'], pauseMs: 5 },
    { nodes: ['node/n3'] },
  ])
  expect(wavesOf([rule({ nodes: 'rest' })], fleet(3), anyNode)).toEqual([])
  expect(wavesOf([rule({ nodes: 1 })], fleet(1), anyNode)).toEqual([])
})

test('a rule takes the nodes that it means', () => {
  const waves = wavesOf(
    [rule({ tags: ['canary'] })],
    fleet(3),
    ({ tags }, node) => tags.length === 0 || node === 'node/n2',
  )
  expect(waves.map(({ nodes }) => nodes)).toEqual([['node/n2'], ['node/n1', 'node/n3']])
})

test('works of a wave wait for the gate of the one before, and that for all its works', () => {
  const works = [work('file/a', 'node/n1'), work('file/b', 'node/n2'), work('file/c', 'node/n3')]
  const gated = withGates(works, wavesOf([rule({ nodes: 1 }), rule({ nodes: 1 })], fleet(3), anyNode))
  expect(afterOf(gated, 'file/a')).toEqual([])
  expect(afterOf(gated, 'wave/1')).toEqual(['file/a'])
  expect(afterOf(gated, 'file/b')).toEqual(['wave/1'])
  expect(afterOf(gated, 'wave/2')).toEqual(['file/b', 'wave/1'])
  expect(afterOf(gated, 'file/c')).toEqual(['wave/2'])
})

test('what a work needs goes with its wave, also on a node of a later one', () => {
  const works = [work('db/a', 'node/n3'), work('web/a', 'node/n1', ['db/a'])]
  const gated = withGates(works, wavesOf([rule({ nodes: 1 })], fleet(3), anyNode))
  expect(afterOf(gated, 'db/a')).toEqual([])
  expect(afterOf(gated, 'wave/1')).toEqual(['db/a', 'web/a'])
})

test('what is on the controller comes after all that it needs', () => {
  const works = [work('file/a', 'node/n1'), work('file/b', 'node/n2'), work('dns/a', 'node/local', ['file/b'])]
  const gated = withGates(works, wavesOf([rule({ nodes: 1 })], fleet(2), anyNode))
  expect(afterOf(gated, 'dns/a')).toEqual(['file/b', 'wave/1'])
})

test('a node that is made on the controller belongs to its own wave', () => {
  const works = [work('node/n1', 'node/local'), work('node/n2', 'node/local')]
  const gated = withGates(works, wavesOf([rule({ nodes: 1 })], fleet(2), anyNode))
  expect(afterOf(gated, 'node/n2')).toEqual(['wave/1'])
})

test('however works depend on each other, gates never make a circle and every node comes not before its gate', () => {
  const links = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 40 })
  fc.assert(
    fc.property(links, fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 20, maxLength: 20 }), (pairs, nodes) => {
      const works = nodes.map((node, i) =>
        work(
          `s/${i}`,
          node === 0 ? 'node/local' : `node/n${node}`,
          pairs.flatMap(([a, b]) => (Math.max(a, b) === i && a !== b ? [`s/${Math.min(a, b)}`] : [])),
        ),
      )
      const gated = withGates(works, wavesOf([rule({ nodes: 1 }), rule({ nodes: 2 })], fleet(5), anyNode))
      const done = new Set<string>()
      for (let left = gated; left.length > 0; ) {
        const ready = left.filter((one) => one.after.every((key) => done.has(key)))
        expect(ready.length).toBeGreaterThan(0)
        for (const one of ready) done.add(one.key)
        left = left.filter((one) => !done.has(one.key))
      }
    }),
  )
})
