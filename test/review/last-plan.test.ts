import { expect, test } from 'vitest'
import type { ServicePlan } from '../../src/engine/plan/plan.ts'
import { lastPlanOf, sinceLast } from '../../src/review/comment/last-plan.ts'
import { lastPlanIn, sealComment } from '../../src/review/comment/marker.ts'
import { planOf, servicePlan, taskPlan } from '../cli/plan-literals.ts'

const saved = 'b'.repeat(64)
const at = (line: number) => ({ file: 'blueprints/main.yaml', line, column: 1 })
const service = (name: string, more: Partial<ServicePlan> = {}): ServicePlan =>
  servicePlan({ name, tasks: [taskPlan({ thing: `file:/${name}`, at: at(3) })], ...more })

/** The plan of a first push as the comment gives it back at the second. */
function remembered(services: readonly ServicePlan[], hash = '1'.repeat(64)) {
  const last = lastPlanOf(planOf(services, { hash }), { saved })
  return lastPlanIn(sealComment({ workspace: 'w', environment: 'e' }, 'text', last, 65_536)) ?? last
}

test('what is new, gone and otherwise since the last push is told', () => {
  const last = remembered([service('kept'), service('gone'), service('other')])
  const now = planOf([service('kept'), service('new'), service('other', { action: 'replace' })], {
    hash: '2'.repeat(64),
  })
  expect(sinceLast(last, now)).toEqual({
    hash: saved,
    same: false,
    added: ['storage_engine/new'],
    gone: ['storage_engine/gone'],
    changed: [{ address: 'storage_engine/other', from: 'create', to: 'replace' }],
  })
})

test('another content is a change, another line of the blueprint is none', () => {
  const last = remembered([service('a')])
  const hash = '2'.repeat(64)
  const moved = planOf([service('a', { tasks: [taskPlan({ thing: 'file:/a', at: at(9) })] })], { hash })
  expect(sinceLast(last, moved)).toMatchObject({ same: true, changed: [] })
  const changes = [{ path: 'content', from: 'x', to: 'y', how: 'in place' as const }]
  const other = planOf([service('a', { tasks: [taskPlan({ thing: 'file:/a', changes })] })], { hash })
  expect(sinceLast(last, other)?.changed).toHaveLength(1)
})

test('of a plan that had no room in the comment nothing is claimed, but that it is the same', () => {
  const { services: _, ...short } = remembered([service('a')])
  expect(sinceLast(short, planOf([service('b')], { hash: '2'.repeat(64) }))).toBeUndefined()
  expect(sinceLast(short, planOf([service('a')], { hash: '1'.repeat(64) }))?.same).toBe(true)
})
