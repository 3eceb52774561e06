/** `ays cancel` from another terminal: what runs is finished or ended, by the run itself, and nothing else is hit. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lacksProgram, openWorld, type Started, textOf, until, type World } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

/** Two commands one after the other; the first goes on until the file `gate` is there. */
function gated(more = ''): World {
  const world = openWorld({ local: true })
  world.write(
    'blueprints/main.yaml',
    `command__first:
  node: local
  run: cd '${world.folder}'; echo began >>began; until [ -e gate ]; do sleep 0.05; done; echo done >>first
command__second:
  node: local
  $after: command/first
  run: touch '${world.folder}/second'
${more}`,
  )
  // Before the world goes: its destroy waits for what still runs.
  onTestFinished(() => world.write('gate', ''))
  return world
}

const has = (world: World, name: string): boolean => existsSync(join(world.folder, name))
const begun = (world: World, apply: Started): Promise<void> =>
  until('the begin of the command', apply, () => has(world, 'began'))
/** The command itself, not its sleeps. */
const running = (world: World): boolean =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`cd '${world.folder}'; echo began`)

test('nobody works: cancel says so', async () => {
  const world = gated()
  const { code, stdout } = await world.ays('cancel')
  expect([code, stdout]).toEqual([0, 'Nobody works here, and nothing was left behind.\n'])
  expect((await world.ays('cancel', '7')).stdout + (await world.ays('cancel', '7')).stderr).toMatch(/There is no run 7/)
})

test('cancel lets what runs finish, begins nothing new, and the run says who cancelled it', async () => {
  const world = gated()
  const apply = world.start('apply', '--yes')
  await begun(world, apply)
  const cancel = world.start('cancel')
  let said = ''
  apply.process.stdout?.on('data', (text: string) => (said += text))
  await until('the news of it', apply, () => said.includes('cancels this run'))
  expect(running(world)).toBe(true)
  world.write('gate', '')
  const result = await cancel.ended
  expect(result.stdout).toMatch(/^Run 1 is cancelled by \S+@\S+ \(pid \d+\)\. 2 jobs: 1 ok, 1 cancelled\.$/m)
  expect(result.code).toBe(0)
  const ended = await apply.ended
  expect(ended.code).toBe(1)
  expect(ended.stdout).toMatch(new RegExp(`Cancelled by \\S+ \\(pid ${cancel.process.pid}\\): 1 job ok, 1 cancelled`))
  expect([has(world, 'first'), has(world, 'second')]).toEqual([true, false])
  expect((await world.ays('runs', 'show', '1')).stdout).toMatch(/Run 1 apply cancelled by /)
  expect((await world.ays('cancel', '1')).stdout).toBe('Run 1 had ended before: cancelled.\n')
  await world.ok('apply', '--yes')
  expect([readFileSync(join(world.folder, 'began'), 'utf8'), has(world, 'second')]).toEqual(['began\n', true])
})

test('cancel --now ends the command on its node within seconds, and the next apply goes on', async () => {
  const world = gated()
  const apply = world.start('apply', '--yes')
  await begun(world, apply)
  const { stdout, code, ms } = await world.ays('cancel', '1', '--now')
  expect([code, running(world)]).toEqual([0, false])
  expect(stdout).toMatch(/Run 1 is cancelled by .*2 jobs: 2 cancelled/)
  expect(ms).toBeLessThan(20_000)
  const ended = await apply.ended
  expect(ended.code).toBe(1)
  expect(textOf(ended)).toMatch(/command\/first on node\/local was ended: \S+@\S+ \(pid \d+\) cancelled it/)
  expect([has(world, 'first'), has(world, 'second')]).toEqual([false, false])
  world.write('gate', '')
  await world.ok('apply', '--yes')
  expect([has(world, 'first'), has(world, 'second')]).toEqual([true, true])
})

test('cancel --service --now ends that service alone: the others are carried out', async () => {
  const world = gated()
  world.write(
    'blueprints/other.yaml',
    `command__other:
  node: local
  run: cd '${world.folder}'; touch other-began; until [ -e other-gate ]; do sleep 0.05; done; touch other
`,
  )
  onTestFinished(() => world.write('other-gate', ''))
  const apply = world.start('apply', '--yes')
  await until('both commands', apply, () => has(world, 'began') && has(world, 'other-began'))
  const { stdout, code } = await world.ays('cancel', '--service', 'command/first', '--now')
  expect([code, stdout]).toEqual([0, 'Run 1 goes on with the others. 1 job: 1 cancelled.\n'])
  expect(running(world)).toBe(false)
  world.write('other-gate', '')
  expect((await apply.ended).code).toBe(1)
  expect([has(world, 'first'), has(world, 'second'), has(world, 'other')]).toEqual([false, false, true])
})

test('what a killed apply left running is told of by cancel, and ended by cancel --now', async () => {
  const world = gated()
  const apply = world.start('apply', '--yes')
  await begun(world, apply)
  apply.process.kill('SIGKILL')
  await apply.ended
  const told = await world.ays('cancel')
  expect([told.code, running(world)]).toEqual([1, true])
  expect(told.stdout).toMatch(/Run 1 was cut off .*command\/first on node\/local may still run/)
  const ended = await world.ays('cancel', '--now')
  expect([ended.code, running(world), has(world, 'first')]).toEqual([0, false, false])
  expect(ended.stdout).toMatch(/what was left of it is ended\. 1 job: 1 cancelled\./)
  expect((await world.ays('cancel')).stdout).toBe('Nobody works here, and nothing was left behind.\n')
})

test('an attempt that is waited for is called off with its service', async () => {
  const world = openWorld({ local: true })
  world.write('blueprints/main.yaml', "command__bad:\n  node: local\n  run: 'exit 3'\n")
  const apply = world.start('apply', '--yes', '--retries', '600')
  let said = ''
  apply.process.stdout?.on('data', (text: string) => (said += text))
  await until('the wait', apply, () => said.includes('tries again in'))
  const { stdout, code } = await world.ays('cancel', '--service', 'bad')
  expect(code).toBe(0)
  expect(stdout).toMatch(/Called off the next attempts of command\/bad\./)
  expect((await apply.ended).code).toBe(1)
  const { services } = JSON.parse((await world.ays('status', '--json')).stdout) as {
    services: { address: string; actions: { state: string; nextAt?: number }[] }[]
  }
  const bad = services.find((one) => one.address === 'command/bad')
  expect(bad?.actions.map(({ state, nextAt }) => [state, nextAt])).toEqual([['error', undefined]])
})
