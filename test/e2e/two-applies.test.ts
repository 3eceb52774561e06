/** One apply at a time on one workspace: the second is refused, and a dead one's lease can be cleared. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lacksProgram, openWorld, type Started, textOf, until, type World } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

/** A workspace whose command goes on until the file `gate` is there, and adds a line to `began` when it begins. */
function gated(): World {
  const world = openWorld({ local: true })
  world.write(
    'blueprints/main.yaml',
    `command__wait:
  node: local
  run: cd '${world.folder}'; echo began >>began; until [ -e gate ]; do sleep 0.05; done
`,
  )
  // Before the world goes: its destroy waits for what still runs.
  onTestFinished(() => world.write('gate', ''))
  return world
}

const begun = (world: World, apply: Started): Promise<void> =>
  until('the begin of the command', apply, () => existsSync(join(world.folder, 'began')))

test('the second apply is refused and names the holder; a live lease is cleared by force only', async () => {
  const world = gated()
  const first = world.start('apply', '--yes')
  await begun(world, first)

  const second = await world.ays('apply', '--yes')
  expect(second.code).toBe(1)
  expect(textOf(second)).toMatch(/LEASE_HELD/)
  expect(textOf(second)).toContain(String(first.process.pid))

  const refused = await world.ays('unlock')
  expect(refused.code).toBe(1)
  expect(textOf(refused)).toContain(String(first.process.pid))

  world.write('gate', '')
  expect((await first.ended).code).toBe(0)
  expect((await world.ays('plan')).code).toBe(0)
})

test('unlock clears the lease of one that was killed; the next apply waits for what still runs', async () => {
  const world = gated()
  const first = world.start('apply', '--yes')
  await begun(world, first)
  first.process.kill('SIGKILL')
  await first.ended

  const unlocked = await world.ok('unlock')
  expect(unlocked.stdout).toContain(String(first.process.pid))

  const next = world.start('apply', '--yes')
  setTimeout(() => world.write('gate', ''), 1_500)
  expect((await next.ended).code).toBe(0)
  expect(readFileSync(join(world.folder, 'began'), 'utf8')).toBe('began\n')
})

test('with --force a live lease goes too, and its holder stops with an error', async () => {
  const world = gated()
  const first = world.start('apply', '--yes')
  await begun(world, first)
  await world.ok('unlock', '--force')
  world.write('gate', '')
  const result = await first.ended
  expect(result.code).toBe(1)
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)
})
