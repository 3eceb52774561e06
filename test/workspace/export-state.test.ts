/** The state as data, from every store. */
import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { exportState } from '../../src/workspace/export-state.ts'
import { job, run, service, task, temporary } from '../store/worlds.ts'

test('an export holds what is remembered and no secret, not even a sealed one, whatever the store', () => {
  const { dir, remove } = temporary()
  const clock = { ...systemClock, now: () => 5 }
  const stores = [memoryStore({ clock }), openStore({ dir, clock, create: true })]
  const [one, other] = stores.map((store) => {
    store.commit([
      { put: 'service', service },
      { put: 'task', task: { ...task, wanted: { password: { sealed: 'a1b2', ref: 'secrets.db' } } } },
      { put: 'run', run: run(1) },
      { put: 'job', job: job('a', 'ok') },
    ])
    return exportState(store, 'prod')
  })
  expect(one).toEqual(other)
  expect(one).toMatchObject({
    ...{ format: 1, environment: 'prod' },
    services: [{ address: service.address, ignored: { password: { value: { ref: 'secrets.db' } } } }],
    things: [{ wanted: { password: { ref: 'secrets.db' } } }],
    runs: [{ id: 1, jobs: [{ id: 'a', state: 'ok' }] }],
  })
  expect(JSON.stringify(one)).not.toContain('sealed')
  for (const store of stores) store.close()
  remove()
})
