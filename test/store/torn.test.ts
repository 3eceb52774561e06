/**
 * The state cut and flipped at the bytes of its last write and at others: it opens with all that was acknowledged, or is
 * refused and left. AYS_TORN=every tries every single byte; otherwise a sample whose seed is printed on a failure.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { environmentVariable } from '../../src/base/environment.ts'
import { ProblemsError } from '../../src/base/problem.ts'
import { checkState } from '../../src/store/check-state.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Change, Store } from '../../src/store/store.ts'
import { allOf, codesOf, facts, job, node, run, service, task, temporary, web } from './worlds.ts'

const every = environmentVariable('AYS_TORN') === 'every'
const seed = Number(environmentVariable('AYS_SEED') ?? Date.now() % 1_000_000)
const FILES = ['state.db', 'state.db-wal', 'state.head', 'key']

let folder: ReturnType<typeof temporary>
let told: Record<'before' | 'after', unknown>
const at = (where: string, name = ''): string => join(folder.dir, where, name)
const open = (where: string, create = false): Store => openStore({ dir: at(where), clock: systemClock, create })

/** All that a state tells, records included. */
const everything = (store: Store): unknown => ({
  ...(allOf(store) as object),
  jobs: [1, 2, 3].map((of) => store.jobs(of)),
  kept: store.kept(1),
})

beforeAll(() => {
  // In memory where the machine has a file system of it: thousands of states are opened.
  folder = temporary(existsSync('/dev/shm') ? '/dev/shm' : tmpdir())
  const store = open('live', true)
  const copyTo = (where: string): void => {
    mkdirSync(at(where))
    for (const name of FILES) copyFileSync(at('live', name), at(where, name))
  }
  const first: Change[] = [
    { put: 'service', service },
    { put: 'task', task },
    { put: 'node', node: { address: node, facts, connection: {}, seenAt: 7 } },
    { put: 'text', hash: 'h', text: 'text' },
    { put: 'kept', kept: { run: 1, name: 'plan', hash: 'h' } },
  ]
  store.commit([...first, { put: 'run', run: run(1) }, { put: 'job', job: job('a', 'running') }])
  for (let i = 2; i < 30; i++) store.commit([{ put: 'run', run: run(i) }])
  store.commit([{ put: 'job', job: job('a', 'ok') }])
  told = { before: everything(store), after: undefined }
  copyTo('before')
  store.commit([
    { put: 'service', service: { ...service, slug: 'other' } },
    { drop: 'task', node, thing: task.thing },
  ])
  told.after = everything(store)
  copyTo('after')
  store.close()
  mkdirSync(at('closed'))
  for (const name of ['state.db', 'state.head', 'key']) copyFileSync(at('live', name), at('closed', name))
})
afterAll(() => folder.remove())

/** `acknowledged`: the head file knows of the last commit. */
const worlds = [
  { what: 'before it was acknowledged', state: 'after', head: 'before' },
  { what: 'after it was acknowledged', state: 'after', head: 'after' },
] as const

describe.each(worlds)('the last write, $what', ({ state, head }) => {
  const allowed = () => (head === 'before' ? [told.before, told.after] : [told.after])

  test.each(['cut', 'flipped'] as const)(
    'is %s at any byte',
    (how) => {
      const log = readFileSync(at(state, 'state.db-wal'))
      const from = statSync(at('before', 'state.db-wal')).size
      expect(log.length).toBeGreaterThan(from)
      const outcomes = new Set<string>()
      for (const offset of offsets(from, log.length, 250)) {
        layOut({ state, head })
        writeFileSync(at('try', 'state.db-wal'), how === 'cut' ? log.subarray(0, offset) : flipped(log, offset))
        const outcome = opened()
        const place = `${how} at ${offset} of ${from} to ${log.length}, seed ${seed}`
        if (outcome.refused === undefined) expect(allowed(), place).toContainEqual(outcome.told)
        else expect([head, outcome.refused], place).toEqual(['after', ['STATE_DAMAGED']])
        outcomes.add(outcome.refused === undefined ? 'opened' : 'refused')
      }
      expect([...outcomes]).toEqual([head === 'before' ? 'opened' : 'refused'])
    },
    600_000,
  )
})

test.each([
  ['its log', 'state.db-wal', 'after'],
  ['the file', 'state.db', 'closed'],
] as const)(
  'a byte of %s that is flipped long after is found before it is believed',
  (_what, name, state) => {
    const bytes = readFileSync(at(state, name))
    for (const offset of offsets(0, bytes.length, 600)) {
      layOut({ state, head: state })
      writeFileSync(at('try', name), flipped(bytes, offset))
      const place = `byte ${offset} of ${name}, seed ${seed}`
      const outcome = opened()
      if (outcome.refused !== undefined) {
        expect(['STATE_DAMAGED', 'STATE_NEWER'], place).toContain(outcome.refused[0])
        expect(readFileSync(at('try', name)).equals(flipped(bytes, offset)), `${place} was left`).toBe(true)
        continue
      }
      // What plans are made from is right; a record of the past may be hidden by a damaged index, and the check says so.
      const memory = (outcome.told as { memory: unknown }).memory
      expect(memory, place).toEqual((told.after as { memory: unknown }).memory)
      const same = JSON.stringify(outcome.told) === JSON.stringify(told.after)
      layOut({ state, head: state })
      writeFileSync(at('try', name), flipped(bytes, offset))
      if (!same) expect(checkState({ dir: at('try') }).problems.length, place).toBeGreaterThan(0)
    }
  },
  600_000,
)

test.each(['cut', 'flipped'] as const)(
  'a head file that is %s at any byte is refused, or the state opens whole',
  (how) => {
    const bytes = readFileSync(at('closed', 'state.head'))
    for (let offset = 0; offset < bytes.length; offset++) {
      layOut({ state: 'closed', head: 'closed' })
      writeFileSync(at('try', 'state.head'), how === 'cut' ? bytes.subarray(0, offset) : flipped(bytes, offset))
      const outcome = opened()
      if (outcome.refused) expect(outcome.refused).toEqual(['STATE_DAMAGED'])
      else expect(outcome.told).toEqual(told.after)
    }
  },
  120_000,
)

test.each<[string, () => void, RegExp]>([
  [
    'its log is taken away',
    () => rmSync(at('try', 'state.db-wal')),
    /1 commit is missing at its end|commits are missing/,
  ],
  ['the head is taken away', () => rmSync(at('try', 'state.head')), /state\.head beside it is missing/],
  ['the file is taken away', () => rmSync(at('try', 'state.db')), /it is gone/],
  ['another state stands in its place', () => another(), /state\.head|missing at its end|not the one/],
])('a state is refused when %s', (_what, damage, message) => {
  layOut({ state: 'after', head: 'after' })
  damage()
  expect(codesOf(() => open('try', true))).toEqual(['STATE_DAMAGED'])
  expect(() => open('try', true)).toThrow(message)
})

test('every byte of the head of the file that is flipped is refused, or the state opens whole', () => {
  const bytes = readFileSync(at('closed', 'state.db'))
  for (let offset = 0; offset < 100; offset++) {
    layOut({ state: 'closed', head: 'closed' })
    writeFileSync(at('try', 'state.db'), flipped(bytes, offset))
    const { refused } = opened()
    if (refused) expect(['STATE_DAMAGED', 'STATE_NEWER'], `byte ${offset}`).toContain(refused[0])
  }
})

test('a value altered by hand is refused when it is read', () => {
  layOut({ state: 'closed', head: 'closed' })
  const bytes = readFileSync(at('try', 'state.db'))
  const from = bytes.indexOf('"slug":"other"')
  expect(from).toBeGreaterThan(0)
  bytes.write('"slug":"0ther"', from)
  writeFileSync(at('try', 'state.db'), bytes)
  const store = open('try')
  expect(() => store.memory()).toThrow(`the row ${web} of services is not as it was written`)
  store.close()
})

function layOut({ state, head }: { readonly state: string; readonly head: string }): void {
  rmSync(at('try'), { recursive: true, force: true })
  mkdirSync(at('try'))
  for (const name of FILES) if (existsSync(at(state, name))) copyFileSync(at(state, name), at('try', name))
  copyFileSync(at(head, 'state.head'), at('try', 'state.head'))
}

function opened(): { readonly refused: readonly string[] } | { readonly refused: undefined; readonly told: unknown } {
  let store: Store | undefined
  try {
    store = open('try')
    return { refused: undefined, told: everything(store) }
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return { refused: error.problems.map(({ code }) => code) }
  } finally {
    store?.close()
  }
}

function another(): void {
  open('another', true).close()
  rmSync(at('try', 'state.db-wal'))
  copyFileSync(at('another', 'state.db'), at('try', 'state.db'))
}

function flipped(bytes: Uint8Array, offset: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[offset] = (copy[offset] ?? 0) ^ (1 << (offset % 8))
  return copy
}

/** All of them, or `count` that the seed chooses. */
function offsets(from: number, to: number, count: number): readonly number[] {
  const all = Array.from({ length: to - from }, (_, i) => from + i)
  if (every || all.length <= count) return all
  let random = seed
  const next = (): number => {
    random = (random * 48_271) % 2_147_483_647
    return random
  }
  return Array.from({ length: count }, () => from + (next() % (to - from)))
}
