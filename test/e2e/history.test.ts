/** What was applied, as it was: listed, shown with its plan, and brought back without git. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { lacksProgram, openWorld, textOf } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

test('a run is shown with the plan that it carried out, and its blueprints are planned and applied again', async () => {
  const world = openWorld({ local: true })
  const file = (name: string): string => join(world.folder, 'here', name)
  const blueprint = (text: string, ...more: string[]): void =>
    world.write(
      'blueprints/main.yaml',
      `file__a: { node: local, path: ${file('a')}, content: "\${file('files/${text}.txt')}" }\n${more
        .map((name) => `file__${name}: { node: local, path: ${file(name)}, content: x }\n`)
        .join('')}`,
    )
  world.write('files/one.txt', 'one\n')
  blueprint('one')
  await world.ok('apply', '--yes')
  world.write('files/two.txt', 'two\n')
  blueprint('two', 'b')
  await world.ok('apply', '--yes')

  const list = await world.ok('history')
  expect(list.stdout).toMatch(/^run +kind +state +began +took +jobs +commit +plan +who\n2 .*2 ok.*\n1 .*1 ok/)
  expect((await world.ok('runs')).stdout).toBe(list.stdout)
  expect((await world.ok('show', '--run', '1')).stdout).toMatch(
    /Run 1 apply ok[\s\S]*file\/a[\s\S]*\+ file:[\s\S]*1 to create/,
  )

  const back = await world.ays('plan', '--as-of', 'run:1')
  expect([back.code, back.stdout]).toEqual([2, expect.stringMatching(/remove +file\/b[\s\S]*|update +file\/a/)])
  await world.ok('apply', '--as-of', 'run:1', '--yes')
  expect([readFileSync(file('a'), 'utf8'), existsSync(file('b'))]).toEqual(['one\n', false])
  expect((await world.ays('plan', '--as-of', 'run:1')).code).toBe(0)
  expect((await world.ays('plan', '--as-of', 'run:3')).code).toBe(0)
  expect((await world.ays('plan')).code).toBe(2)
  for (const [words, said] of [
    [['plan', '--as-of', 'run:9'], 'HISTORY_MISSING'],
    [['show', '--run', '9'], 'no run 9'],
    [['plan', '--as-of', 'monday'], 'USAGE'],
  ] as const)
    expect(textOf(await world.ays(...words))).toContain(said)
  expect(readdirSync('/tmp').filter((name) => name.startsWith('ays-as-of-'))).toEqual([])
})

test('with git the commit is told; files of secrets and their values are not among what is kept', async () => {
  const world = openWorld({ local: true, env: { TOKEN: 'planted-in-env' } })
  world.write('.gitignore', '.ays\nnode\nhere\n')
  world.write('ays.yaml', 'secrets: { token: { env: TOKEN }, other: { file: vars/other.secret } }\n')
  world.write('vars/other.secret', 'planted-in-file\n')
  world.write(
    'blueprints/main.yaml',
    ['token', 'other']
      .map(
        (name) =>
          `file__${name}: { node: local, path: ${world.folder}/here/${name}, content: "\${secrets.${name}}" }\n`,
      )
      .join(''),
  )
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-C', world.folder, ...words], {
      encoding: 'utf8',
    }).trim()
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'first')
  await world.ok('apply', '--yes')
  expect(readFileSync(join(world.folder, 'here/other'), 'utf8')).toBe('planted-in-file')
  expect((await world.ok('history')).stdout).toContain(git('rev-parse', 'HEAD').slice(0, 12))
  expect((await world.ays('plan', '--as-of', 'run:1')).code).toBe(0)

  const store = openStore({ dir: join(world.folder, '.ays/default'), clock: systemClock, create: false })
  const kept = store.kept(1).map(({ name, text }) => [name, inflateRawSync(Buffer.from(text, 'base64')).toString()])
  store.close()
  expect(kept.map(([name]) => name)).toEqual(['plan', 'source ays.yaml', 'source blueprints/main.yaml'])
  expect(kept.filter(([, text]) => text?.includes('planted-in'))).toEqual([])
})
