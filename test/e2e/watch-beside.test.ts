/** The watch as a process: one at a time, news that outlive it, looks beside a long run, and runs that are cancelled. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lacksProgram, openWorld, type Started, textOf, until, type World } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

const SIMULATED = 'node.sim__n: {}\nfile__a: { path: /etc/a, content: x }\n'

interface Told {
  readonly type: string
  readonly service?: string
  readonly answer?: string
  readonly nextAt?: string
  readonly problem?: { readonly code: string; readonly message: string }
}

/** Starts a watch, and reads what it prints line by line. */
async function watching(world: World): Promise<Started & { readonly told: () => readonly Told[] }> {
  const watch = world.start('watch', '--json')
  let text = ''
  watch.process.stdout?.on('data', (part: string) => (text += part))
  const told = (): readonly Told[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Told) // the program's own output
  await until('the start', watch, () => told().some((event) => event.type === 'started'))
  return { ...watch, told }
}

test('a second watch is refused and told who the first is, until that one is dead; apply works beside it', async () => {
  const world = openWorld({ blueprint: SIMULATED })
  const first = await watching(world)
  const second = await world.ays('watch')
  expect(second.code).toBe(1)
  expect(textOf(second)).toMatch(/WATCH_HELD/)
  expect(textOf(second)).toMatch(new RegExp(`\\S+@\\S+ \\(pid ${first.process.pid} on .*since \\d{4}-`))
  await world.ok('apply', '--yes')
  first.process.kill('SIGKILL')
  await first.ended
  const third = await watching(world)
  third.process.kill('SIGTERM')
  expect((await third.ended).code).toBe(0)
})

test('news that a webhook did not take are told by the next watch, in order and under the same ids, after a kill', async () => {
  const got: { id: string; type: string }[] = []
  let status = 503
  const server = createServer((request, response) => {
    got.push({ id: String(request.headers['x-ays-delivery']), type: String(request.headers['x-ays-event']) })
    response.statusCode = status
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  const world = openWorld({ blueprint: SIMULATED })
  const url = `http://127.0.0.1:${address.port}/token-4711`
  world.write('ays.yaml', `watch: { every: 1s, hooks: [{ url: "${url}", on: [drifted, repaired] }] }\n`)
  await world.ok('apply', '--yes')
  const first = await watching(world)
  const node = join(world.folder, '.ays/default/sim/node-n.json')
  const bare = JSON.parse(readFileSync(node, 'utf8')) as { things: Record<string, unknown> }
  writeFileSync(node, JSON.stringify({ ...bare, things: {} }))
  await until('the repair', first, () => first.told().some((event) => event.type === 'repaired') && got.length > 0)
  first.process.kill('SIGKILL')
  await first.ended
  const refused = new Set(got.map(({ id }) => id))
  expect([refused.size, got[0]?.type]).toEqual([1, 'drifted'])
  for (const file of ['state.db', 'state.db-wal'])
    expect(readFileSync(join(world.folder, '.ays/default', file)).includes('token-4711')).toBe(false)

  got.length = 0
  status = 204
  const second = await watching(world)
  await until('the news', second, () => got.length === 2)
  expect(got.map(({ type }) => type)).toEqual(['drifted', 'repaired'])
  expect(refused.has(got[0]?.id ?? '')).toBe(true)
  second.process.kill('SIGTERM')
  await second.ended
  const third = await watching(world)
  third.process.kill('SIGTERM')
  await third.ended
  expect(got).toHaveLength(2)
})

/** A command that is repaired as long as the gate is closed, and a file beside it; in a folder that is none of the workspace's. */
function longRepair(): World {
  const world = openWorld({ local: true })
  world.write('ays.yaml', 'watch: { every: 1s }\n')
  world.write('things/gate', '')
  world.write(
    'blueprints/main.yaml',
    `command__long:
  node: local
  run: cd '${world.folder}/things'; echo began >>began; until [ -e gate ]; do sleep 0.05; done; touch mark
  check: test -e '${world.folder}/things/mark'
file__beside: { node: local, path: '${world.folder}/things/beside', content: x }
`,
  )
  onTestFinished(() => world.write('things/gate', ''))
  return world
}

const remove = (world: World, name: string): void => rmSync(join(world.folder, 'things', name), { force: true })

test('while a long repair goes on, others are still told: what it repaired, and what drifts again meanwhile', async () => {
  const world = longRepair()
  await world.ok('apply', '--yes')
  for (const name of ['gate', 'began']) remove(world, name)
  const watch = await watching(world)
  const of = (type: string): readonly Told[] =>
    watch.told().filter((event) => event.type === type && event.service === 'file/beside')
  for (const name of ['mark', 'beside']) remove(world, name)
  await until('the long repair', watch, () => existsSync(join(world.folder, 'things', 'began')))
  await until('the repair beside it, if it came in the same run', watch, () => of('drifted').length > 0)
  if (of('drifted')[0]?.answer === 'repairs') {
    await until('the repair beside it', watch, () => of('repaired').length === 1)
    remove(world, 'beside')
    await until('the second drift', watch, () => of('drifted').length === 2)
  }
  expect(of('drifted').at(-1)?.answer).toBe('later')
  expect(existsSync(join(world.folder, 'things', 'mark'))).toBe(false)
  world.write('things/gate', '')
  await until('the repair afterwards', watch, () => of('repaired').length === of('drifted').length)
  expect(existsSync(join(world.folder, 'things', 'beside'))).toBe(true)
  watch.process.kill('SIGTERM')
  expect((await watch.ended).code).toBe(0)
})

test('a repair that is cancelled is left until something changes, and the watch goes on', async () => {
  const world = longRepair()
  await world.ok('apply', '--yes')
  for (const name of ['gate', 'began']) remove(world, name)
  const watch = await watching(world)
  remove(world, 'mark')
  await until('the long repair', watch, () => existsSync(join(world.folder, 'things', 'began')))
  expect((await world.ays('cancel', '--now')).stdout).toMatch(/is cancelled by/)
  const failed = (): Told | undefined => watch.told().find((event) => event.type === 'failed')
  await until('the news of it', watch, () => failed() !== undefined)
  expect(failed()).toMatchObject({ service: 'command/long', problem: { code: 'CANCELLED' } })
  expect(failed()?.nextAt).toBe(undefined)
  remove(world, 'beside')
  await until('another repair', watch, () => watch.told().some((event) => event.type === 'repaired'))
  expect(readFileSync(join(world.folder, 'things', 'began'), 'utf8')).toBe('began\n')
  watch.process.kill('SIGTERM')
  expect((await watch.ended).code).toBe(0)
})
