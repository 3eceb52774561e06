/** One suite over every store: what the contract promises, each keeps. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { plain } from '../../src/base/json.ts'
import { Secret, sealerOf } from '../../src/base/secret.ts'
import { emptyWorld, memoryStore } from '../../src/store/memory.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Lease, Store } from '../../src/store/store.ts'
import { allOf, codesOf, facts, hasDriver, job, me, node, run, service, task, temporary, web } from '../store/worlds.ts'

interface World {
  readonly open: (clock: Clock) => Store
  readonly remove: () => void
}

const worlds: Record<string, () => World> = {
  memory: () => {
    const world = emptyWorld()
    return { open: (clock) => memoryStore({ clock, world }), remove: () => {} }
  },
  'better-sqlite3': () => sqliteWorld('better-sqlite3'),
  'node:sqlite': () => sqliteWorld('node:sqlite'),
}

function sqliteWorld(driver: 'better-sqlite3' | 'node:sqlite'): World {
  const { dir, remove } = temporary()
  return { open: (clock) => openStore({ dir, clock, create: true, driver }), remove }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await systemClock.sleep(20)
}

describe.each(Object.keys(worlds))('the store on %s', (name) => {
  let world: World | undefined
  let stores: Store[] = []
  const open = (clock: Clock = systemClock): Store => {
    if (!world) throw new Error('no world')
    const store = world.open(clock)
    stores.push(store)
    return store
  }

  beforeEach((ctx) => {
    if (name !== 'memory' && !hasDriver(name as 'node:sqlite')) ctx.skip(`needs ${name} on Node ${process.version}`)
    world = worlds[name]?.()
  })
  afterEach(() => {
    for (const store of stores) store.close()
    stores = []
    world?.remove()
    world = undefined
  })

  test('an empty store remembers nothing, and its first run is 1', () => {
    const store = open()
    const nothing = { services: new Map(), tasks: [], nodes: new Map(), allocations: [], holds: new Map(), actions: [] }
    expect(store.memory()).toEqual(nothing)
    expect([store.nextRun(), store.runs(), store.events(), store.openJobs(), store.holder()]).toEqual([
      1,
      [],
      [],
      [],
      undefined,
    ])
  })

  test('what was committed is there for another store, as it was given', () => {
    const remembered = { address: node, facts, connection: { host: '10.0.0.1' }, seenAt: 7 }
    const port = { address: web, choice: 'port', pool: 'node/one tcp', value: 6379 }
    const disk = { address: web, choice: 'disk', pool: 'disks', value: '6379' }
    const hold = { address: web, rung: 'installed', verb: 'stop', who: 'anna@desk', at: 9 } as const
    const action = { address: web, action: 'save', entry: '', state: 'error', attempts: 2, nextAt: 40 } as const
    open().commit([
      { put: 'service', service },
      { put: 'task', task },
      { put: 'node', node: remembered },
      { put: 'allocation', allocation: port },
      { put: 'allocation', allocation: disk },
      { put: 'hold', hold },
      { put: 'action', action },
    ])
    expect(open().memory()).toEqual({
      services: new Map([[web, service]]),
      tasks: [task],
      nodes: new Map([[node, remembered]]),
      allocations: [disk, port],
      holds: new Map([[web, hold]]),
      actions: [action],
    })
  })

  test('fields that are undefined are not remembered', () => {
    const store = open()
    store.commit([{ put: 'service', service: { ...service, parent: undefined, tags: undefined } }])
    expect(Object.keys(store.memory().services.get(web) ?? {})).not.toContain('parent')
  })

  test('a thing is remembered once per node, and the last word counts', () => {
    const store = open()
    const elsewhere = { ...task, node: addressOf('node', 'two') }
    store.commit([
      { put: 'task', task },
      { put: 'task', task: elsewhere },
      { put: 'task', task: { ...task, wanted: 'new' } },
    ])
    expect(store.memory().tasks.map(({ node, wanted }) => [node, wanted])).toEqual([
      ['node/one', 'new'],
      ['node/two', task.wanted],
    ])
  })

  test('tasks come by service and position, whatever order they were written in', () => {
    const store = open()
    store.commit([2, 0, 1].map((position) => ({ put: 'task', task: { ...task, thing: `t${9 - position}`, position } })))
    expect(store.memory().tasks.map((known) => known.position)).toEqual([0, 1, 2])
  })

  test('what is dropped is forgotten, and nothing else', () => {
    const store = open()
    const other = addressOf('webserver', 'blog')
    store.commit([
      { put: 'service', service },
      { put: 'service', service: { ...service, address: other } },
      { put: 'task', task },
      { put: 'allocation', allocation: { address: web, choice: 'a', pool: 'p', value: 1 } },
      { put: 'allocation', allocation: { address: web, choice: 'b', pool: 'p', value: 2 } },
      { put: 'allocation', allocation: { address: other, choice: 'a', pool: 'p', value: 3 } },
      { put: 'hold', hold: { address: web, rung: 'absent', verb: 'delete', who: 'anna', at: 1 } },
      { put: 'action', action: { address: web, action: 'save', entry: '', state: 'ok', attempts: 0 } },
      { put: 'action', action: { address: other, action: 'save', entry: '', state: 'ok', attempts: 0 } },
    ])
    store.commit([
      { drop: 'service', address: web },
      { drop: 'task', node, thing: task.thing },
      { drop: 'allocations', address: web },
      { drop: 'node', address: node },
      { drop: 'hold', address: web },
      { drop: 'actions', address: web },
    ])
    const { services, tasks, allocations, holds, actions } = store.memory()
    expect([[...services.keys()], tasks, allocations.map((a) => a.value)]).toEqual([[other], [], [3]])
    expect([[...holds.keys()], actions.map((one) => one.address)]).toEqual([[], [other]])
  })

  test('a commit that fails halfway leaves nothing behind', () => {
    const store = open()
    store.commit([{ put: 'run', run: run(1) }])
    const before = allOf(store)
    const circle: Record<string, unknown> = {}
    circle.circle = circle
    expect(() =>
      store.commit([
        { put: 'service', service },
        { put: 'run', run: run(2) },
        { put: 'task', task: { ...task, wanted: circle as never } },
      ]),
    ).toThrow()
    expect(allOf(store)).toEqual(before)
    store.commit([{ put: 'service', service }])
    expect(store.memory().services.size).toBe(1)
  })

  test('a secret that was not sealed is refused with its field, and its value is nowhere', () => {
    const store = open()
    const secret = new Secret('secrets.admin', 'hunter2', sealerOf(new Uint8Array(32)))
    const refused = (): void =>
      store.commit([{ put: 'task', task: { ...task, wanted: { password: secret as never } } }])
    expect(refused).toThrow(/field "password"/)
    expect(refused).not.toThrow(/hunter2/)
    store.commit([{ put: 'task', task: { ...task, wanted: plain({ password: secret }) } }])
    expect(store.memory().tasks[0]?.wanted).toEqual({ password: { sealed: secret.sealed, ref: 'secrets.admin' } })
  })

  test('runs are numbered on and come newest first', () => {
    const store = open()
    store.commit([
      { put: 'run', run: run(1) },
      { put: 'run', run: run(2) },
    ])
    store.commit([{ put: 'run', run: { ...run(1, 'ok'), endedAt: 9, summary: { jobs: 3 } } }])
    expect(store.runs().map(({ id, state }) => [id, state])).toEqual([
      [2, 'running'],
      [1, 'ok'],
    ])
    expect([store.runs(1).length, store.nextRun(), store.run(3)]).toEqual([1, 3, undefined])
    expect(store.run(1)?.summary).toEqual({ jobs: 3 })
  })

  test('jobs keep the order they were first written in, and the cut-off ones are found', () => {
    const store = open()
    store.commit([
      { put: 'job', job: job('z') },
      { put: 'job', job: job('a') },
      { put: 'job', job: job('m', 'running', 2) },
    ])
    store.commit([{ put: 'job', job: job('z', 'running') }])
    store.commit([{ put: 'job', job: job('a', 'ok') }])
    expect(store.jobs(1).map(({ id, state }) => `${id} ${state}`)).toEqual(['z running', 'a ok'])
    expect(store.openJobs().map(({ id }) => id)).toEqual(['z', 'm'])
  })

  test('every change of state is an event, and a repetition is none', () => {
    const store = open({ ...systemClock, now: () => 1_700_000_000_000 })
    store.commit([
      { put: 'run', run: run(1) },
      { put: 'job', job: job('a') },
    ])
    store.commit([{ put: 'job', job: job('a', 'running') }])
    store.commit([{ put: 'job', job: job('a', 'running') }])
    store.commit([
      { put: 'job', job: job('a', 'ok') },
      { put: 'service', service },
      { put: 'service', service },
    ])
    store.commit([
      { drop: 'service', address: web },
      { drop: 'service', address: web },
      { put: 'run', run: run(1, 'ok') },
    ])
    const events = store.events()
    expect(events.map((event) => event.what)).toEqual([
      'run.running',
      'job.waiting',
      'job.running',
      'job.ok',
      'service.remembered',
      'service.forgotten',
      'run.ok',
    ])
    expect(events[2]).toEqual({
      sequence: 3,
      at: 1_700_000_000_000,
      run: 1,
      what: 'job.running',
      service: web,
      data: { job: 'a', node, action: 'create', attempts: 0 },
    })
  })

  test('events are asked for by run, onwards from one, or the newest', () => {
    const store = open()
    for (const n of [1, 2, 3, 4, 5]) store.commit([{ put: 'event', event: { at: n, run: n % 2, what: `e${n}` } }])
    store.commit([{ put: 'event', event: { at: 6, run: undefined, what: 'e6' } }])
    const whats = (options?: Parameters<Store['events']>[0]): string =>
      store
        .events(options)
        .map(({ what }) => what)
        .join(' ')
    expect(whats()).toBe('e1 e2 e3 e4 e5 e6')
    expect(whats({ run: 1 })).toBe('e1 e3 e5')
    expect(whats({ after: 2, limit: 2 })).toBe('e3 e4')
    expect(whats({ limit: 2 })).toBe('e5 e6')
    expect(whats({ run: 1, limit: 2 })).toBe('e3 e5')
    expect(store.events({ after: 5 })[0]).toEqual({ sequence: 6, at: 6, run: undefined, what: 'e6' })
  })

  test('news for webhooks come in the order they were written in, once each, until they are dropped', () => {
    const store = open()
    const news = (id: string) => ({ id, hook: 'h', type: 'back', body: `{"id":"${id}"}`, at: 5 })
    store.commit(['b', 'a', 'c'].map((id) => ({ put: 'delivery', delivery: news(id) })))
    store.commit([{ put: 'delivery', delivery: { ...news('b'), body: 'other' } }])
    expect(store.deliveries()).toEqual([news('b'), news('a'), news('c')])
    store.commit([{ drop: 'delivery', id: 'a' }])
    expect(
      open()
        .deliveries()
        .map(({ id }) => id),
    ).toEqual(['b', 'c'])
  })

  test('what runs keep is kept once per text, until no run keeps it', () => {
    const store = open()
    const keep = (run: number, name: string, hash: string) => [
      { put: 'text', hash, text: `text of ${hash}` } as const,
      { put: 'kept', kept: { run, name, hash } } as const,
    ]
    store.commit([...keep(1, 'b', 'h1'), ...keep(1, 'a', 'h2'), ...keep(2, 'a', 'h2')])
    store.commit([{ put: 'text', hash: 'h2', text: 'never written over' }])
    expect(store.keepers()).toEqual([1, 2])
    expect(open().kept(1)).toEqual([
      { run: 1, name: 'a', hash: 'h2', text: 'text of h2' },
      { run: 1, name: 'b', hash: 'h1', text: 'text of h1' },
    ])
    store.commit([{ drop: 'kept', run: 1 }, { drop: 'texts' }])
    expect([open().keepers(), open().kept(1), open().kept(2)]).toEqual([
      [2],
      [],
      [{ run: 2, name: 'a', hash: 'h2', text: 'text of h2' }],
    ])
    // h1 is gone: its place is free for another text.
    store.commit([
      { put: 'text', hash: 'h1', text: 'new' },
      { put: 'kept', kept: { run: 3, name: 'a', hash: 'h1' } },
    ])
    expect(open().kept(3)).toMatchObject([{ text: 'new' }])
  })

  describe('the seat of the watch', () => {
    const one = { ...me, who: 'one' }

    test('is held by one, beside whoever writes', async () => {
      const [a, b] = [open(), open()]
      const seat = await a.acquireWatch(one)
      expect(await b.acquireWatch(me)).toMatchObject({ heldBy: { ...one } })
      const lease = await b.acquire(me)
      expect('heldBy' in lease).toBe(false)
      b.commit([{ put: 'service', service }])
      if ('release' in seat) await seat.release()
      expect('heldBy' in (await b.acquireWatch(me))).toBe(false)
    })

    test('is free when its store is closed', async () => {
      const a = open()
      await a.acquireWatch(one)
      a.close()
      expect('heldBy' in (await open().acquireWatch(me))).toBe(false)
    })
  })

  describe('the lease', () => {
    const taken = async (store: Store, who = me): Promise<Lease> => {
      const lease = await store.acquire(who)
      if ('heldBy' in lease) throw new Error(`held by ${lease.heldBy.who}`)
      return lease
    }

    test('is held by one; the other is told by whom', async () => {
      const [a, b] = [open(), open()]
      const lease = await taken(a)
      expect(await b.acquire({ ...me, who: 'ben' })).toMatchObject({ heldBy: { ...me, fence: lease.fence } })
      expect(b.holder()).toMatchObject({ ...me, fence: lease.fence })
      expect(a.holder()?.heartbeatAt).toBeGreaterThan(Date.now() - 5_000)
      await lease.release()
      expect(b.holder()).toBeUndefined()
    })

    test('has a fence that grows with every holder and is never used again', async () => {
      const fences: number[] = []
      for (let i = 0; i < 5; i++) {
        const store = open()
        const lease = await taken(store)
        fences.push(lease.fence)
        if (i % 2) await lease.release()
        else store.close()
      }
      expect(fences).toEqual([1, 2, 3, 4, 5])
    })

    test('of a live holder is not unlocked but by force, and then the holder writes nothing more', async () => {
      const [a, b] = [open(), open()]
      const lease = await taken(a)
      expect(b.unlock({ force: false })).toMatchObject({ cleared: undefined, refused: { fence: lease.fence } })
      expect(b.unlock({ force: true })).toMatchObject({ cleared: { fence: lease.fence } })
      const next = await taken(b, { ...me, who: 'ben' })
      expect(codesOf(() => a.commit([{ put: 'service', service }]))).toEqual(['FENCED'])
      expect(lease.lost.aborted).toBe(true)
      await lease.release()
      expect([b.holder()?.fence, next.lost.aborted, b.memory().services.size]).toEqual([next.fence, false, 0])
      b.commit([{ put: 'service', service }])
    })

    test('carries what others ask of its holder, to that holder alone', async () => {
      const [a, b] = [open(), open()]
      const lease = await taken(a)
      const early = { fence: lease.fence, run: 3, how: 'finish', who: 'ben', at: 1 } as const
      const late = { fence: lease.fence, how: 'now', services: [web], who: 'ben', at: 2 } as const
      const heard: unknown[] = []
      expect([b.requestCancel(early), b.requestCancel({ ...early, fence: lease.fence + 1 })]).toEqual([true, false])
      lease.onCancel((request) => heard.push(request))
      expect(b.requestCancel(late)).toBe(true)
      await until(() => heard.length === 2)
      expect(heard).toEqual([early, late])
      expect(b.events({ run: 3 })).toMatchObject([{ what: 'run.cancel-asked', data: { how: 'finish', who: 'ben' } }])

      await lease.release()
      expect(b.requestCancel(early)).toBe(false)
      const next = await taken(a)
      next.onCancel((request) => heard.push(request))
      expect(b.requestCancel({ ...early, fence: next.fence })).toBe(true)
      await until(() => heard.length === 3)
      expect(heard[2]).toEqual({ ...early, fence: next.fence })
    })

    test('of nobody is unlocked without a word', () => {
      expect(open().unlock({ force: false })).toEqual({ cleared: undefined })
    })

    test('may be taken again after it was released, by the same store', async () => {
      const store = open()
      await (await taken(store)).release()
      const lease = await taken(store)
      await lease.release()
      await lease.release()
      store.commit([{ put: 'service', service }])
    })
  })
})
