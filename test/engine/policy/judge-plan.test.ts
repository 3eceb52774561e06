/** A plan under a policy: what is denied, what is warned of, and what is asked of people. */
import { describe, expect, test } from 'vitest'
import { problemLine } from '../../../src/base/problem.ts'
import { Secret } from '../../../src/base/secret.ts'
import { readPolicy } from '../../../src/engine/policy/read-policy.ts'
import { underPolicy } from '../../../src/engine/policy/under-policy.ts'
import { planOf, service, taskOf } from './plans.ts'

/** Wednesday, 7 January 2026, 12:30 in UTC. */
const NOON = Date.UTC(2026, 0, 7, 12, 30)

describe('a rule about the plan', () => {
  const few = `rules: [{ name: few, deny: plan.nodes.size() > 1, message: "\${plan.nodes.size()} nodes: \${plan.nodes}" }]\n`

  test('denies what it is true for, at its own place, and gives the plan another hash', () => {
    const plan = planOf([service('file/a', { node: 'node/n' }), service('file/b', { node: 'node/m' })])
    const judged = underPolicy(plan, policyOf(few), world)
    expect(judged.blocked.map(problemLine)).toEqual(['policy.yaml:1:28: POLICY_DENIED 2 nodes: node/n, node/m'])
    expect(judged.hash).not.toBe(plan.hash)
  })

  test('leaves the plan alone otherwise', () => {
    const plan = planOf([service('file/a'), service('file/b')])
    expect(underPolicy(plan, policyOf(few), world)).toBe(plan)
  })

  test('is asked about the part of the plan that its scope names', () => {
    const plan = planOf([service('file/a', { node: 'node/n' }), service('file/b', { node: 'node/m' })])
    const only = (scope: string) =>
      underPolicy(plan, policyOf(few.replace('few,', `few, scope: ${scope},`)), world).blocked
    expect(only('{ nodes: ["node/*"] }')).toHaveLength(1)
    expect(only('{ nodes: [n] }')).toEqual([])
    expect(only('{ services: ["file/*"] }')).toHaveLength(1)
    expect(only('{ services: [file/b] }')).toEqual([])
    expect(only('{ tags: [prod] }')).toEqual([])
    expect(only('{ environments: ["def*"], kinds: [apply] }')).toHaveLength(1)
    expect(only('{ environments: [prod] }')).toEqual([])
    expect(only('{ kinds: [destroy, action] }')).toEqual([])
  })

  test('an import changes nothing, and is not judged', () => {
    const plan = { ...planOf([service('file/a')]), kind: 'import' as const }
    expect(underPolicy(plan, policyOf('rules: [{ name: a, deny: "true", message: m }]\n'), world).blocked).toEqual([])
  })
})

test('a rule about services speaks of each, with the place where it is declared', () => {
  const policy = policyOf(
    'rules: [{ name: tags, for: service, deny: \'service.action == "remove" && "keep" in service.tags\', message: "it has the tag keep" }]\n',
  )
  const at = { file: 'blueprints/main.yaml', line: 3, column: 1 }
  const plan = planOf([
    service('vm/a', { action: 'remove', at }),
    service('vm/b', { action: 'update' }),
    service('vm/c', { action: 'remove' }),
  ])
  const { blocked } = underPolicy(plan, policy, { ...world, tagsOf: (one) => (one === 'vm/c' ? [] : ['keep']) })
  expect(blocked).toMatchObject([{ code: 'POLICY_DENIED', message: 'vm/a: it has the tag keep', also: [{ at }] }])
})

test('a rule about tasks sees things, commands and fields', () => {
  const policy = policyOf(
    'rules: [{ name: motd, for: task, warn: \'task.thing == "file:/etc/motd" && task.changes.exists(c, c.path == "content" && c.to == "x")\', message: "${task.thing} on ${task.node}" }]\n',
  )
  const task = taskOf({ thing: 'file:/etc/motd', changes: [{ path: 'content', from: 'y', to: 'x', how: 'in place' }] })
  const { warnings, blocked } = underPolicy(planOf([service('file/motd', { tasks: [task] })]), policy, world)
  expect([blocked, warnings]).toMatchObject([
    [],
    [{ code: 'POLICY_WARNED', severity: 'warning', message: 'file/motd file:/etc/motd: file:/etc/motd on node/n' }],
  ])
})

test('a message cannot tell a secret', () => {
  const to = new Secret('secrets.door', 'open-sesame', () => 'f00')
  // Where data may hold a secret its type does not say so.
  const changes = [{ path: 'content', from: null, to: to as unknown as string, how: 'in place' as const }]
  const task = taskOf({ changes })
  const policy = policyOf(
    `rules:
  - { name: a, for: task, deny: "true", message: "\${task.changes[0].to} \${string(task.changes[0].to.sealed)}" }
  - { name: b, for: task, deny: 'string(task.changes[0].to) == "open-sesame"', message: guessed }
`,
  )
  const { blocked } = underPolicy(planOf([service('file/a', { tasks: [task] })]), policy, world)
  expect(JSON.stringify(blocked)).not.toContain('open-sesame')
  expect(JSON.stringify(blocked)).toContain('f00')
})

test.each([
  ['UTC', '2026-01-07 12:30 wed'],
  ['America/New_York', '2026-01-07 07:30 wed'],
  ['Pacific/Kiritimati', '2026-01-08 02:30 thu'],
])('now is that of %s', (zone, shown) => {
  const policy = policyOf(
    `timeZone: ${zone}\nrules: [{ name: now, deny: "true", message: "\${now.date} \${now.time} \${now.weekday}" }]\n`,
  )
  expect(underPolicy(planOf([service('file/a')]), policy, world).blocked[0]?.message).toBe(shown)
})

describe('what cannot be judged', () => {
  test.each([
    ['a value of another type than hoped for', 'task.changes[0].to + 1 > 2', 'no such overload'],
    ['an index that there is not', 'task.changes[7].path == "a"', 'index'],
    ['a pattern that is none', 'task.thing.matches("(")', 'is no pattern'],
  ])('%s is denied', (_, test, reason) => {
    const policy = policyOf(`rules: [{ name: a, for: task, deny: '${test}', message: m }]\n`)
    const task = taskOf({ changes: [{ path: 'a', from: null, to: 'text', how: 'in place' }] })
    const { blocked } = underPolicy(planOf([service('file/a', { tasks: [task] })]), policy, world)
    expect(blocked).toMatchObject([{ code: 'POLICY_DENIED' }])
    expect(blocked[0]?.message).toContain('The rule cannot be judged: ')
    expect(blocked[0]?.message).toContain(reason)
  })

  test('a rule that goes round in circles over a large plan is stopped, and denies', () => {
    const services = Array.from({ length: 2_000 }, (_, i) => service(`file/${i}`))
    const policy = policyOf(
      'rules: [{ name: a, deny: \'plan.services.all(a, plan.services.all(b, plan.services.exists(c, a.address == "x" || b.address != c.address)))\', message: m }]\n',
    )
    const { blocked } = underPolicy(planOf(services), policy, world)
    expect(blocked).toMatchObject([{ code: 'POLICY_DENIED', message: expect.stringContaining('too many steps') }])
  })
})

test('of very many violations of one rule the first are told and the others counted', () => {
  const services = Array.from({ length: 10_000 }, (_, i) => service(`file/${i}`))
  const policy = policyOf('rules: [{ name: all, for: service, deny: "true", message: m }]\n')
  const { blocked } = underPolicy(planOf(services), policy, world)
  expect(blocked).toHaveLength(51)
  expect(blocked.map((one) => one.message)).toContain('The rule all is met 9950 times more.')
})

describe('approvals and reviewers', () => {
  const keys = `keys: { anna: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl }\n`
  const text = `approvals: [{ risk: medium, scope: { environments: [default] } }]\nreviewers: [{ names: ["@ops", anna] }, { names: [anna, carl], risk: high }]\n${keys}`

  test.each([
    ['low', 'create', undefined],
    ['medium', 'remove', [{ risk: 'medium', count: 1, keys: ['anna'] }]],
  ] as const)('a plan of %s risk', (_, action, approvals) => {
    const { demands } = underPolicy(planOf([service('file/a', { action })]), policyOf(text), world)
    expect(demands).toEqual({ approvals: approvals ?? [], reviewers: ['@ops', 'anna'] })
  })

  test('of a worse risk than asked from', () => {
    const task = taskOf({ effects: [{ kind: 'data-loss', what: 'disk' }] })
    const { demands } = underPolicy(planOf([service('disk/a', { tasks: [task] })]), policyOf(text), world)
    expect(demands).toMatchObject({ approvals: [{ risk: 'medium' }], reviewers: ['@ops', 'anna', 'carl'] })
  })

  test('a plan with nothing to do needs nobody', () => {
    expect(underPolicy(planOf([]), policyOf(text), world).demands).toBeUndefined()
  })
})

const world = { nowMs: NOON, tagsOf: (): readonly string[] => [] }

function policyOf(text: string) {
  const { policy, problems } = readPolicy({ path: 'policy.yaml', text })
  expect(problems.map(problemLine)).toEqual([])
  return policy
}
