/** The quickstart from nothing to nothing, on real lab nodes. */
import { beforeEach, expect, test } from 'vitest'
import { engines } from './engines.ts'
import { traces } from './traces.ts'
import { lacksLab, openWorld } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

test('quickstart: applied, at rest, repaired where it drifted, and taken away without a trace', {
  timeout: 240_000,
}, async () => {
  const world = openWorld({ example: 'quickstart' })
  await world.ok('apply', '--yes')
  const rest = await world.ays('plan')
  expect(rest.stdout).toContain('Nothing to do')
  expect(rest.code).toBe(0)

  const before = { ...(await enginesOf('kept')) }
  expect(Object.keys(before)).toEqual(['demo-0', 'demo-1', 'demo-2', 'demo-3'])
  for (const engine of Object.values(before)) expect(engine).toMatchObject({ ping: 'PONG', kept: 'kept', starts: 1 })

  await world.on('n2', 'systemctl stop ays-engine-demo-1')
  const drift = await world.ays('plan', '--json')
  expect(drift.code).toBe(2)
  expect(planned(drift.stdout)).toEqual([['storage_engine/demo-1', 'update', 'drift']])
  await world.ok('apply', '--yes')

  const after = await enginesOf()
  for (const engine of Object.values(after)) expect(engine).toMatchObject({ ping: 'PONG', kept: 'kept' })
  expect(after['demo-1']).toMatchObject({ starts: 2 })
  for (const name of ['demo-0', 'demo-2', 'demo-3']) expect(after[name]).toEqual(before[name])
  expect((await world.ays('plan')).code).toBe(0)

  const tag = world.tag()
  if (!tag) throw new Error('there is no state')
  expect(traces(tag)).not.toEqual([])
  await world.ok('destroy', '--yes', '--allow', 'data-loss')
  expect(traces(tag)).toEqual([])

  async function enginesOf(keep?: string) {
    const found = [await engines(world, 'n1', keep), await engines(world, 'n2', keep)]
    return Object.fromEntries(found.flatMap((map) => [...map]).sort())
  }
})

/** What a plan would do: address, action and why. */
function planned(json: string): string[][] {
  // The program's own output.
  const { services } = JSON.parse(json) as { services: { address: string; action: string; why: string }[] }
  return services.filter(({ action }) => action !== 'none').map(({ address, action, why }) => [address, action, why])
}
