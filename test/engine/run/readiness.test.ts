import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trackReadiness } from '../../../src/engine/run/readiness.ts'

const job = (key: string, after: string[] = [], behind: string[] = []) => ({ key, after, behind })

describe('readiness', () => {
  test('a job starts when what it waits for is ok, without waiting for others', () => {
    const ready = trackReadiness([job('a'), job('b'), job('c', ['a'])])
    expect(ready.first).toEqual(['a', 'b'])
    expect(ready.settle('a', 'ok')).toEqual({ ready: ['c'], skipped: [] })
  })

  test('an error skips its dependants and theirs, and nothing else', () => {
    const ready = trackReadiness([job('a'), job('b', ['a']), job('c', ['b']), job('d')])
    expect(ready.settle('a', 'error').skipped).toEqual([
      { key: 'b', because: 'a' },
      { key: 'c', because: 'a' },
    ])
  })

  test('a job that only waits behind another starts also when that one fails', () => {
    const ready = trackReadiness([job('a'), job('b', [], ['a'])])
    expect(ready.settle('a', 'error')).toEqual({ ready: ['b'], skipped: [] })
  })

  test('whatever fails, every job ends exactly once', () => {
    const graphs = fc.array(
      fc.record({
        after: fc.array(fc.nat(30), { maxLength: 4 }),
        behind: fc.array(fc.nat(30), { maxLength: 2 }),
        fails: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    )
    fc.assert(
      fc.property(graphs, (shape) => {
        const works = shape.map((one, i) =>
          job(`${i}`, one.after.filter((j) => j < i).map(String), one.behind.filter((j) => j < i).map(String)),
        )
        const readiness = trackReadiness(works)
        const ended = new Map<string, number>()
        const end = (key: string): void => void ended.set(key, (ended.get(key) ?? 0) + 1)
        const queue = [...readiness.first]
        for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
          end(key)
          const next = readiness.settle(key, shape[Number(key)]?.fails ? 'error' : 'ok')
          for (const { key: skipped } of next.skipped) end(skipped)
          queue.push(...next.ready)
        }
        expect([...ended.values()].every((times) => times === 1)).toBe(true)
        expect(ended.size).toBe(works.length)
      }),
    )
  })
})
