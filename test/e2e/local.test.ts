/** Promises that need no more than this machine as a node: files that move, environments, looks that never answer. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { lacksProgram, openWorld, type World } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

test('editing the path of a file removes the old one', async () => {
  const world = openWorld({ local: true })
  declare(world, 'file__a', { path: 'old', content: 'text' })
  await world.ok('apply', '--yes')
  expect(readFileSync(join(world.folder, 'old'), 'utf8')).toBe('text')

  declare(world, 'file__a', { path: 'new', content: 'text' })
  await world.ok('apply', '--yes')
  expect(readFileSync(join(world.folder, 'new'), 'utf8')).toBe('text')
  expect(existsSync(join(world.folder, 'old'))).toBe(false)
  expect((await world.ays('plan')).code).toBe(0)
})

test('a field under $ignore is left to who edits it on the node, and the rest of its file is not', async () => {
  const world = openWorld({ local: true })
  const path = join(world.folder, 'motd')
  const declareIgnoring = (content: string): void => {
    declare(world, 'file__a', { path: 'motd', content })
    world.write(
      'blueprints/main.yaml',
      `${readFileSync(join(world.folder, 'blueprints/main.yaml'), 'utf8')}  $ignore: content\n`,
    )
  }
  declareIgnoring('first')
  await world.ok('apply', '--yes')
  expect(readFileSync(path, 'utf8')).toBe('first')

  writeFileSync(path, 'edited')
  declareIgnoring('second')
  const plan = await world.ays('plan')
  expect([plan.code, plan.stdout]).toEqual([0, expect.not.stringContaining('file/a')])
  chmodSync(path, 0o600)
  await world.ok('apply', '--yes')
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['edited', 0o644])
  expect((await world.ays('plan')).code).toBe(0)
})

test('another environment plans no removal of what the first one made, and each applies by itself', async () => {
  const world = openWorld({ local: true })
  world.write('ays.yaml', 'vars:\n  name: { type: string, default: none }\n')
  declare(world, 'file__f', { path: '${vars.name}', content: 'text' })
  const a = ['--env', 'a', '--var', 'name=a.txt']
  const b = ['--env', 'b', '--var', 'name=b.txt']
  await world.ok('apply', ...a, '--yes')
  await world.ok('apply', ...a, '--yes')

  const plan = JSON.parse((await world.ays('plan', ...b, '--json')).stdout) as { counts: Record<string, number> }
  expect(plan.counts).toMatchObject({ create: 1, remove: 0, update: 0 })
  await world.ok('apply', ...b, '--yes')
  expect((await world.ays('plan', ...a)).code).toBe(0)
  expect((await world.ays('plan', ...b)).code).toBe(0)

  await world.ok('destroy', ...b, '--yes')
  expect([existsSync(join(world.folder, 'a.txt')), existsSync(join(world.folder, 'b.txt'))]).toEqual([true, false])
  expect((await world.ays('plan', ...a)).code).toBe(0)
})

test('a look that never answers leaves one thing unknown, and everything else is applied', async () => {
  const world = openWorld({ local: true })
  declare(world, 'file__a', { path: 'a', content: 'text' })
  world.write(
    'blueprints/stuck.yaml',
    `command__stuck:
  node: local
  run: 'true'
  check: exec sleep 4321.7
command__fine:
  node: local
  run: touch '${world.folder}/fine'
  check: test -e '${world.folder}/fine'
`,
  )
  const apply = await world.ays('apply', '--yes', '--json')
  const { plan } = JSON.parse(apply.stdout) as { plan: { services: { address: string; action: string }[] } }
  expect(plan.services.map(({ address, action }) => `${address} ${action}`).sort()).toEqual([
    'command/fine create',
    'command/stuck unknown',
    'file/a create',
  ])
  expect(apply.code).toBe(1)
  expect([existsSync(join(world.folder, 'a')), existsSync(join(world.folder, 'fine'))]).toEqual([true, true])
  expect(apply.ms).toBeLessThan(90_000)
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  expect(processes).not.toContain('sleep 4321.7')

  world.write('blueprints/stuck.yaml', '')
})

test('a command may go on for as long as it shows a sign of life, and is ended with all that it started when it does not', async () => {
  const world = openWorld({ local: true })
  world.write('ays.yaml', 'limits: { timeout: 2 }\n')
  world.write(
    'blueprints/main.yaml',
    `command__chatty:
  node: local
  run: for i in 1 2 3 4 5 6 7; do echo $i; sleep 0.6; done; touch '${world.folder}/chatty'
command__usual:
  node: local
  run: sleep 4322.1
command__asked:
  $timeout: 1
  node: local
  run: sleep 4322.2 & sleep 4322.3
  timeout: 1h
`,
  )
  const apply = await world.ays('apply', '--yes')
  expect(apply.code).toBe(1)
  expect(existsSync(join(world.folder, 'chatty'))).toBe(true)
  const said = apply.stdout + apply.stderr
  expect(said).toContain('"run usual" gave no sign of life for 2.0s and was ended')
  expect(said).toContain('"run asked" gave no sign of life for 1.0s and was ended')
  expect(said).toContain('`$timeout: 2h`')
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 4322.')
  const { jobs } = JSON.parse((await world.ok('runs', 'show', '1', '--json')).stdout) as {
    jobs: { service: string; state: string }[]
  }
  expect(jobs.map(({ service, state }) => `${service} ${state}`).sort()).toEqual([
    'command/asked error',
    'command/chatty ok',
    'command/usual error',
  ])
  world.write('blueprints/main.yaml', '')
})

/** Writes a blueprint of one file in the world's folder, owned by whoever runs the tests. */
function declare(
  world: World,
  key: string,
  { path, content }: { readonly path: string; readonly content: string },
): void {
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
  world.write(
    'blueprints/main.yaml',
    `${key}:
  node: local
  path: ${world.folder}/${path}
  content: ${content}
  owner: ${userInfo().username}
  group: ${group}
`,
  )
}
