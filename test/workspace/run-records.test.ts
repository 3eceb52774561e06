/** What runs keep of their making is bounded, and comes back as it was. */
import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { RECORDS_MAX, recordChanges, sourcesOf, tryPlanOf } from '../../src/workspace/run-records.ts'
import { planOf } from '../cli/plan-literals.ts'

const plan = planOf([])
const source = (text: string) => ({ path: 'blueprints/main.yaml', bytes: Buffer.from(text) })

test('a plan and its sources come back byte for byte', () => {
  const store = memoryStore({ clock: systemClock })
  const bytes = Buffer.from([0, 255, 10, 13, 200])
  store.commit(recordChanges(1, { plan, sources: [{ path: 'vars/a', bytes }], store }))
  expect(sourcesOf(store, 1)).toEqual([{ path: 'vars/a', bytes }])
  expect(tryPlanOf(store, 1)).toMatchObject({ hash: plan.hash, services: [] })
  expect([sourcesOf(store, 2), tryPlanOf(store, 2)]).toEqual([[], undefined])
})

test(`only the newest ${RECORDS_MAX} runs keep theirs`, () => {
  const store = memoryStore({ clock: systemClock })
  for (let run = 1; run <= RECORDS_MAX + 5; run++)
    store.commit(recordChanges(run, { plan, sources: [source(`# ${run}\n`)], store }))
  expect(store.keepers()).toEqual(Array.from({ length: RECORDS_MAX }, (_, i) => i + 6))
  expect(sourcesOf(store, RECORDS_MAX + 5)).toEqual([source(`# ${RECORDS_MAX + 5}\n`)])
})
