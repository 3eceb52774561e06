/** A fleet changed in waves, on real nodes: the first one that is not healthy afterwards stops the others. */
import { beforeEach, expect, test } from 'vitest'
import { lacksLab, openWorld, textOf } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

const blueprint = (exec: string): string => `node.lab__n1: {}
node.lab__n2: {}
node.lab__n3: {}
unit__job:
  $each: [n1, n2, n3]
  node: \${each.value}
  exec: ${exec}
  restart: 'no'
`

test('wave 1 that fails its health gate stops the rest, and a mended one lets them follow', async () => {
  const world = openWorld({ blueprint: blueprint('/bin/sleep 3600') })
  const execOn = (node: string) => world.on(node, 'grep -h ^ExecStart=/bin/sleep /etc/systemd/system/*.service')
  world.write('ays.yaml', 'waves: [{ nodes: 1, pause: 4s }, rest]\n')
  await world.ok('apply', '--yes', '--no-waves')

  // It starts, and falls over two seconds later: no command of the job can know.
  world.write('blueprints/main.yaml', blueprint('/bin/sleep 2'))
  const plan = await world.ays('plan')
  expect(plan.stdout).toMatch(/In 2 waves: node\/n1 \(then 4\.0s\) → node\/n2, node\/n3/)
  const apply = await world.ays('apply', '--yes')
  expect(apply.code).toBe(1)
  expect(textOf(apply)).toMatch(/Wave 1 \(node\/n1\) is not healthy: unit-running/)
  expect(textOf(apply)).toMatch(/WAVE_FAILED/)
  expect(await execOn('n1')).toBe('ExecStart=/bin/sleep 2')
  for (const node of ['n2', 'n3']) {
    expect(await execOn(node)).toBe('ExecStart=/bin/sleep 3600')
    expect(await world.on(node, 'pgrep -xc sleep')).toBe('1')
  }

  world.write('blueprints/main.yaml', blueprint('/bin/sleep 7200'))
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)
  expect(await execOn('n3')).toBe('ExecStart=/bin/sleep 7200')
})
