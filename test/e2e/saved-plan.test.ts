/** A plan is saved, reviewed and applied on a real node: exactly it, or not at all. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { lacksLab, openWorld, textOf, type World } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

const blueprint = (motd: string): string => `node.lab__n1: {}
file__motd: { node: n1, path: /etc/motd, content: "${motd}\\n" }
file__issue: { node: n1, path: /etc/issue.ays, content: "one\\n" }
user__anna: { node: n1, groups: [adm] }
unit__clock: { node: n1, exec: "/bin/sleep 100000", user: anna, $after: [user/anna] }
storage_engine__cache: { node: n1, maxMemory: 64mb }
`

test('a saved plan is applied exactly, or refused with what moved', { timeout: 240_000 }, async () => {
  const world = openWorld({ blueprint: blueprint('one') })
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', world.folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      encoding: 'utf8',
    }).trim()
  world.write('.gitignore', '.ays/\nplan.json\n')
  git('init', '--quiet')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'one')

  // The node first, so that the plan of the rest is of a machine that was looked at.
  await world.ok('apply', '--yes', '--target', 'node/n1')
  expect((await world.ays('plan', '--out', 'plan.json')).code).toBe(2)
  expect(statSync(join(world.folder, 'plan.json')).mode & 0o777).toBe(0o600)
  const first = await world.ok('apply', 'plan.json', '--yes')
  expect(first.stdout).toContain('Applied: 5 jobs ok')
  expect((await world.ays('plan')).code).toBe(0)
  expect((await world.ok('apply', 'plan.json', '--yes')).stdout).toContain('it is applied already')

  world.write('blueprints/main.yaml', blueprint('two'))
  await world.ays('plan', '--out', 'plan.json')
  const kept = readFileSync(join(world.folder, 'plan.json'), 'utf8')

  await world.on('n1', 'echo by hand > /etc/motd')
  const touched = await refused(world)
  expect(touched).toContain('PLAN_STALE')
  expect(touched).toContain('file:/etc/motd on node/n1: content changed since the plan.')
  expect(await world.on('n1', 'cat /etc/motd')).toBe('by hand')
  await world.on('n1', 'echo one > /etc/motd')

  world.write('blueprints/main.yaml', blueprint('three'))
  expect(await refused(world)).toContain('blueprints/main.yaml changed since the plan was made.')
  world.write('blueprints/main.yaml', blueprint('two'))

  writeFileSync(join(world.folder, 'plan.json'), kept.replace('/etc/motd', '/etc/shadow'))
  expect(await refused(world)).toContain('PLAN_DAMAGED')
  writeFileSync(join(world.folder, 'plan.json'), kept)

  await world.on('n1', 'echo by hand > /etc/issue.ays')
  world.write('README.md', 'A commit that changes nothing that is planned.\n')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'two')
  const second = await world.ok('apply', 'plan.json', '--yes')
  expect(second.stdout).toMatch(/Not in this plan, and left alone: 1 service\.[\s\S]*file\/issue on node\/n1/)
  expect(await world.on('n1', 'cat /etc/motd /etc/issue.ays')).toBe('two\nby hand')
  const { hash } = JSON.parse(kept)
  expect(JSON.parse((await world.ok('runs', 'show', '3', '--json')).stdout)).toMatchObject({
    planHash: hash,
    commit: { id: git('rev-parse', 'HEAD'), dirty: false },
  })
})

async function refused(world: World): Promise<string> {
  const result = await world.ays('apply', 'plan.json', '--yes')
  expect(result.code).toBe(1)
  return textOf(result)
}
