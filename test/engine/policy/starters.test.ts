/** The policies in blueprints/policy: each without mistakes, and each refuses what it is there for and nothing else. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Plan, ServicePlan } from '../../../src/engine/plan/plan.ts'
import { readPolicy } from '../../../src/engine/policy/read-policy.ts'
import { underPolicy } from '../../../src/engine/policy/under-policy.ts'
import { planOf, service, taskOf } from './plans.ts'

const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), '../../..'), 'blueprints/policy')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const read = (name: string) => readPolicy({ path: name, text: readFileSync(join(folder, name), 'utf8') })

test.each(files)('%s has no mistakes, and is in the README', (name) => {
  expect(read(name).problems).toEqual([])
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`](${name})`)
})

const WEDNESDAY_NOON = Date.UTC(2026, 0, 7, 11)
const WEDNESDAY_NIGHT = Date.UTC(2026, 0, 7, 22)
const SATURDAY_NOON = Date.UTC(2026, 0, 10, 11)
const withEffect = (
  kind: 'data-loss' | 'reboot' | 'exposure' | 'lockout',
  address = 'x/a',
  node = 'node/n',
): ServicePlan => service(address, { tasks: [taskOf({ effects: [{ kind, what: 'this' }] })], action: 'update', node })
const over = (nodes: number): ServicePlan[] =>
  Array.from({ length: nodes }, (_, i) => service(`file/${i}`, { node: `node/${i}` }))
const prod: Partial<Plan> = { environment: 'prod-eu' }

interface Case {
  readonly at?: number
  readonly plan: Plan
  readonly tags?: readonly string[]
  readonly says: readonly string[]
}

test.each<[string, string, Case]>([
  [
    'office-hours.yaml',
    'data on a working day',
    { at: WEDNESDAY_NOON, plan: planOf([withEffect('data-loss')]), says: [] },
  ],
  [
    'office-hours.yaml',
    'data at night',
    {
      at: WEDNESDAY_NIGHT,
      plan: planOf([withEffect('data-loss')]),
      says: ['POLICY_DENIED x/a: Data is removed on working days from 9:00 to 17:00 only; it is wed, 23:00.'],
    },
  ],
  [
    'office-hours.yaml',
    'data on a Saturday',
    {
      at: SATURDAY_NOON,
      plan: planOf([withEffect('data-loss')]),
      says: ['POLICY_DENIED x/a: Data is removed on working days from 9:00 to 17:00 only; it is sat, 12:00.'],
    },
  ],
  [
    'office-hours.yaml',
    'all else at night',
    { at: WEDNESDAY_NIGHT, plan: planOf([service('file/a', { action: 'remove' })]), says: [] },
  ],
  ['nodes-at-once.yaml', 'five nodes', { plan: planOf(over(5)), says: [] }],
  [
    'nodes-at-once.yaml',
    'six nodes',
    {
      plan: planOf(over(6)),
      says: [
        'POLICY_DENIED This touches 6 nodes, and at most 5 at once are allowed (node/0, node/1, node/2, node/3, node/4, node/5).',
      ],
    },
  ],
  ['nodes-at-once.yaml', 'the removal of six', { plan: planOf(over(6), { kind: 'destroy' }), says: [] }],
  [
    'nodes-at-once.yaml',
    'two reboots',
    {
      plan: planOf([withEffect('reboot', 'x/a'), withEffect('reboot', 'x/b')]),
      says: ['POLICY_DENIED More than one machine would reboot in one go.'],
    },
  ],
  [
    'protected-tags.yaml',
    'the removal of what is kept',
    {
      plan: planOf([service('vm/a', { action: 'remove' })]),
      tags: ['keep'],
      says: ['POLICY_DENIED vm/a: it has the tag "keep", and would be lost or made anew (remove).'],
    },
  ],
  [
    'protected-tags.yaml',
    'the removal of anything else',
    { plan: planOf([service('vm/a', { action: 'remove' })]), says: [] },
  ],
  [
    'protected-tags.yaml',
    'a change of what is kept',
    { plan: planOf([service('vm/a', { action: 'update' })]), tags: ['keep'], says: [] },
  ],
  [
    'exposure.yaml',
    'an exposure in production',
    { plan: planOf([withEffect('exposure')], prod), says: ['POLICY_DENIED x/a file:/etc/a: it opens this to others.'] },
  ],
  ['exposure.yaml', 'an exposure elsewhere', { plan: planOf([withEffect('exposure')]), says: [] }],
  [
    'exposure.yaml',
    'a lockout',
    {
      plan: planOf([withEffect('lockout')]),
      says: ['POLICY_WARNED x/a file:/etc/a: it can cut node/n off. Have another way to log in.'],
    },
  ],
])('%s: %s', (name, _, { at = WEDNESDAY_NOON, plan, tags = [], says }) => {
  const { blocked, warnings } = underPolicy(plan, read(name).policy, { nowMs: at, tagsOf: () => tags })
  expect([...blocked, ...warnings].map(({ code, message }) => `${code} ${message}`)).toEqual(says)
})

test.each([
  ['low', planOf([service('file/a')]), []],
  ['medium', planOf([service('file/a', { action: 'remove' })]), [1]],
  ['high', planOf([withEffect('data-loss')]), [1, 2]],
])('approvals.yaml: a plan of %s risk', (_, plan, counts) => {
  const { demands } = underPolicy(plan, read('approvals.yaml').policy, { nowMs: 0, tagsOf: () => [] })
  expect((demands?.approvals ?? []).map(({ count }) => count)).toEqual(counts)
})
