/** Values and folders that the store tests share. */
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressOf } from '../../src/base/address.ts'
import { ProblemsError } from '../../src/base/problem.ts'
import type { Facts } from '../../src/engine/facts.ts'
import { type DriverName, loadDriver } from '../../src/store/driver.ts'
import type { JobRow, RememberedService, RememberedTask, Run, Store } from '../../src/store/store.ts'

export const me = { who: 'anna@desk', host: hostname(), pid: process.pid }
export const web = addressOf('webserver', 'shop')
export const node = addressOf('node', 'one')

export const service: RememberedService = {
  address: web,
  template: 'webserver',
  slug: 'shop',
  node,
  consumes: [],
  after: [],
  ignored: { size: { value: '1mb' }, password: { value: { sealed: 'ab', ref: 'secrets.db' } }, absent: {} },
  appliedAt: 1_700_000_000_123,
}
export const task: RememberedTask = {
  service: web,
  node,
  thing: 'file:/etc/ünïcode "quoted"',
  kind: 'file@1',
  wanted: { text: 'a\nb\u2028', mode: 0o640, deep: [1, null, { x: 1.5 }] },
  before: null,
  adopted: false,
  rung: 'installed',
  position: 0,
}
export const facts: Facts = {
  hostname: 'one',
  machineId: '0f3c',
  os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12' },
  kernel: '6.1.0',
  arch: 'x86_64',
  cpus: 2,
  memoryBytes: 8_589_934_592,
  init: 'systemd',
  root: true,
  addresses: [{ device: 'eth0', address: '10.0.0.1' }],
  disks: [],
  claims: {},
}
export const run = (id: number, state: Run['state'] = 'running'): Run => ({
  id,
  kind: 'apply',
  state,
  startedAt: 5,
  who: 'anna@desk',
  planHash: 'abc',
  fence: 1,
})
export const job = (id: string, state: JobRow['state'] = 'waiting', of = 1): JobRow => ({
  id,
  run: of,
  service: web,
  node,
  state,
  action: 'create',
  attempts: 0,
})

/** A new folder that `remove` deletes. */
export function temporary(below = tmpdir()): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(below, 'ays-store-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

export const hasDriver = (name: DriverName): boolean => {
  try {
    loadDriver(name)
    return true
  } catch {
    return false
  }
}

/** The codes of what a piece of work throws; throws on when it is no problem for people. */
export function codesOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map((problem) => problem.code)
    throw error
  }
  return []
}

/** Everything a store tells, to compare two moments. */
export const allOf = (store: Store): unknown => ({ memory: store.memory(), runs: store.runs(), events: store.events() })
