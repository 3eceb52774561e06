import { describe, expect, test } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import { emptyWorld, memoryStore } from '../../src/store/memory.ts'
import { noteNode, run, testClock, wants, workOf } from './world.ts'

describe('retries 5, 10, 15', () => {
  const retries = () => ({ waitsMs: [5_000, 10_000, 15_000], all: true })
  const works = [workOf('note/a', [wants('note/a', 'x', 'hello')])]

  test('give four executions at those gaps, then an error', async () => {
    const clock = testClock()
    const node = noteNode({ fails: () => 'no' })
    const result = await run(works, { store: memoryStore({ clock }), clock, transport: node.transport, retries })
    expect([result.state, node.executions.length, clock.slept]).toEqual(['error', 4, [5_000, 10_000, 15_000]])
  })

  test('go on over a restart of the program: what was done is not done again, and nothing comes early', async () => {
    const clock = testClock()
    const world = emptyWorld()
    // The program dies in its second wait: the third execution is due 10 s after the second.
    const dying = {
      ...clock,
      sleep: async (ms: number) => (ms === 10_000 ? await new Promise<never>(() => undefined) : clock.sleep(ms)),
    }
    const first = noteNode({ fails: () => 'no' })
    void run(works, { store: memoryStore({ clock, world }), clock: dying, transport: first.transport, retries })
    await expect.poll(() => first.executions.length).toBe(2)
    await expect.poll(() => [...world.actions.values()].map((one) => one.attempts)).toEqual([2])

    const second = noteNode({ fails: () => 'no' })
    const result = await run(works, {
      store: memoryStore({ clock, world }),
      clock,
      transport: second.transport,
      retries,
    })
    expect([result.state, second.executions.length]).toEqual(['error', 2])
    expect(clock.slept).toEqual([5_000, 10_000, 15_000])
  })

  test('end as soon as one execution is ok, and the next failure begins anew', async () => {
    const clock = testClock()
    const store = memoryStore({ clock })
    let left = 2
    const node = noteNode({ fails: () => (left-- > 0 ? 'not yet' : undefined) })
    const result = await run(works, { store, clock, transport: node.transport, retries })
    expect([result.state, node.executions.length, node.notes.get('note:x')]).toEqual(['ok', 3, 'hello'])
    expect(store.memory().actions.map((one) => [one.state, one.attempts])).toEqual([['ok', 0]])
  })
})

describe('a run', () => {
  test('only the failed job and what needs it stay undone', async () => {
    const clock = testClock()
    const store = memoryStore({ clock })
    const node = noteNode({ fails: (job) => (job.service === 'note/b' ? 'disk full' : undefined) })
    const works = [
      workOf('note/a', [wants('note/a', 'a', '1')]),
      workOf('note/b', [wants('note/b', 'b', '2')]),
      workOf('note/c', [wants('note/c', 'c', '3')], { after: ['note/b@node/n1'] }),
      workOf('note/d', [wants('note/d', 'd', '4')], { after: ['note/a@node/n1'] }),
    ]
    const result = await run(works, { store, clock, transport: node.transport })
    expect(result.jobs.map((job) => [job.service, job.state])).toEqual([
      ['note/a', 'ok'],
      ['note/b', 'error'],
      ['note/c', 'skipped'],
      ['note/d', 'ok'],
    ])
    expect(result.problems[0]?.message).toContain('disk full')
    expect([...node.notes.keys()]).toEqual(['note:a', 'note:d'])
  })

  test('what is written down before a job begins is enough to undo it', async () => {
    const clock = testClock()
    const world = emptyWorld()
    const store = memoryStore({ clock, world })
    const known: unknown[] = []
    const node = noteNode({
      notes: { 'note:x': 'by hand' },
      onJob: () =>
        known.push(
          store.memory().tasks.map((task) => task.before),
          [...store.memory().services.keys()],
          store.openJobs().length,
        ),
    })
    await run([workOf('note/a', [wants('note/a', 'x', 'ours')])], { store, clock, transport: node.transport })
    expect(known).toEqual([[{ text: 'by hand', colour: null }], ['note/a' as Address], 1])
  })

  test('what several services want is remembered as the first of them found it', async () => {
    const clock = testClock()
    const store = memoryStore({ clock })
    const node = noteNode({ notes: { 'note:x': 'by hand' } })
    const shared = { ...wants('note/a', 'x', 'ours'), owners: ['note/a' as Address, 'note/b' as Address] }
    const works = [workOf('note/a', [shared]), workOf('note/b', [shared], { after: ['note/a@node/n1'] })]
    expect(await run(works, { store, clock, transport: node.transport })).toMatchObject({ state: 'ok' })
    expect(store.memory().tasks).toMatchObject([
      { service: 'note/a', shared: ['note/b'], before: { text: 'by hand' }, adopted: false },
    ])
  })

  test('after Ctrl-C nothing new starts, and what runs goes on to its end', async () => {
    const clock = testClock()
    const stop = new AbortController()
    const node = noteNode({ onJob: () => stop.abort() })
    const works = [
      workOf('note/a', [wants('note/a', 'a', '1')]),
      workOf('note/b', [wants('note/b', 'b', '2')], { after: ['note/a@node/n1'] }),
    ]
    const result = await run(works, {
      store: memoryStore({ clock }),
      clock,
      transport: node.transport,
      signal: stop.signal,
    })
    expect([result.state, result.jobs.map((job) => job.state), [...node.notes.keys()]]).toEqual([
      'cancelled',
      ['ok', 'cancelled'],
      ['note:a'],
    ])
  })

  test('a service that is in place already is not touched', async () => {
    const clock = testClock()
    const node = noteNode({ notes: { 'note:x': 'hello' } })
    const result = await run([workOf('note/a', [wants('note/a', 'x', 'hello')])], {
      store: memoryStore({ clock }),
      clock,
      transport: node.transport,
    })
    expect([result.state, node.executions]).toEqual(['ok', []])
  })
})
