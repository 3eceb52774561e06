/** Changes that cut ays off from a node: the node takes them back by itself. */
import { beforeEach, expect, test } from 'vitest'
import { lacksLab, openWorld, textOf } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

const blueprint = (allow: string): string => `node.lab__n1: {}
firewall__in:
  node: n1
  allow: ${allow}
`

test('a firewall that locks ays out of a node is undone by the node itself, and one that lets it in stays', async () => {
  const world = openWorld({ blueprint: blueprint('[tcp/22]') })
  world.write('ays.yaml', 'limits:\n  undoAfter: 8s\n')
  await world.ok('apply', '--yes')
  const kept = await world.on('n1', 'nft list table inet ays_in_in')
  expect(kept).toContain('dport 22 accept')

  world.write('blueprints/main.yaml', blueprint('[tcp/2222]'))
  const plan = await world.ays('plan')
  expect(plan.code).toBe(2)
  expect(plan.stdout).toMatch(/takes it back by itself unless ays reaches it again/)

  const apply = await world.ays('apply', '--yes')
  expect(apply.code).toBe(1)
  expect(textOf(apply)).toMatch(/LOCKED_OUT.*node\/n1/)
  expect(await world.on('n1', 'nft list table inet ays_in_in')).toBe(kept)

  const again = await world.ays('plan', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ services: [{ address: 'firewall/in', action: 'update' }] })

  world.write('blueprints/main.yaml', blueprint('[tcp/22, "tcp/8080 from 10.0.0.0/8"]'))
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)
  expect(await world.on('n1', 'nft list table inet ays_in_in')).toContain('ip saddr 10.0.0.0/8 tcp dport 8080 accept')
})
