/** `ays apply` of the quickstart is killed at random instants; the next one ends in place, and nothing began twice. */
import { beforeEach, expect, test } from 'vitest'
import { randomOf } from '../../src/base/random.ts'
import { loadDriver } from '../../src/store/driver.ts'
import { engines } from './engines.ts'
import { traces } from './traces.ts'
import { lacksLab, openWorld, sleep, type World } from './world.ts'

const seed = Number(process.env.AYS_SEED ?? 20_261_120)
const kills = Number(process.env.AYS_KILLS ?? 6)

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

test(`killed at ${kills} instants (AYS_SEED=${seed} AYS_KILLS=${kills}), the next apply ends in place`, {
  timeout: 60_000 * (kills + 2),
}, async () => {
  console.log(`AYS_SEED=${seed} AYS_KILLS=${kills}`)
  const random = randomOf(seed)
  const world = openWorld({ example: 'quickstart' })
  const whole = await world.ok('apply', '--yes')
  const tasks = readState(world).tasks
  expect(tasks.length).toBeGreaterThan(20)
  await takeAway(world)

  for (let round = 1; round <= kills; round++) {
    const instantMs = Math.round(100 + random() * 0.9 * whole.ms)
    const told = `kill ${round} of ${kills}, ${instantMs} ms after the start of an apply of ${Math.round(whole.ms)} ms`
    console.log(told)
    const apply = world.start('apply', '--yes')
    await sleep(instantMs)
    apply.process.kill('SIGKILL')
    await apply.ended

    await world.ok('apply', '--yes')
    const state = readState(world)
    expect(state.integrity, told).toBe('ok')
    expect(state.tasks, told).toEqual(tasks)
    expect(state.openJobs, told).toBe(0)
    expect((await world.ays('plan')).code, told).toBe(0)
    for (const node of ['n1', 'n2']) {
      const found = await engines(world, node)
      expect(found.size, told).toBe(2)
      for (const engine of found.values()) expect(engine, told).toMatchObject({ ping: 'PONG', starts: 1 })
      expect(await world.on(node, 'pgrep -c redis-server'), told).toBe('2')
    }
    await takeAway(world)
  }
})

async function takeAway(world: World): Promise<void> {
  await world.ok('destroy', '--yes', '--allow', 'data-loss')
  expect(traces(world.tag() ?? '?')).toEqual([])
}

/** The state file itself: whole, and what it remembers. */
function readState(world: World): { integrity: unknown; tasks: readonly string[]; openJobs: unknown } {
  const db = loadDriver().open(`${world.folder}/.ays/default/state.db`)
  try {
    return {
      integrity: db.get('PRAGMA integrity_check')?.integrity_check,
      tasks: db.all('SELECT node, thing FROM tasks ORDER BY node, thing').map(({ node, thing }) => `${node} ${thing}`),
      openJobs: db.get("SELECT count(*) AS open FROM jobs WHERE state IN ('waiting', 'running')")?.open,
    }
  } finally {
    db.close()
  }
}
