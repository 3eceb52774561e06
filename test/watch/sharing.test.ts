/** The watch beside others: another ays that works on the workspace, and people who push to its branch. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/sqlite.ts'
import { openWorld, type RunningWatch, type WatchWorld } from './world.ts'

const types = ({ events }: RunningWatch): string[] => events.map((event) => event.type)
const drift = (world: WatchWorld): void =>
  world.onNode('n', ({ things }) => {
    for (const thing of Object.keys(things)) if (thing.startsWith('file:')) delete things[thing]
  })

async function leaseOf(world: WatchWorld, who: { who: string; host: string; pid: number }) {
  const store = openStore({ dir: join(world.folder, '.ays/default'), clock: world.clock, create: false })
  onTestFinished(() => store.close())
  const lease = await store.acquire(who)
  if ('heldBy' in lease) throw new Error('somebody has it')
  return lease
}

test('while another ays works, what it has half done is no drift; afterwards what is left is repaired', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n', 'watch: { every: 5s }\n')
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  const lease = await leaseOf(world, { who: 'anna', host: 'elsewhere', pid: 1 })
  drift(world)
  await world.clock.pass(9_000)
  expect(types(running)).toEqual(['started'])
  await lease.release()
  await world.clock.pass(5_000)
  expect(types(running)).toEqual(['started', 'drifted', 'repaired'])
})

test('a lease that is taken at the last moment is waited for, which is told once', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n', 'watch: { every: 5s }\n')
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  // To the watch it is its own process's, until it tries to take it.
  const lease = await leaseOf(world, { who: 'anna', host: (await import('node:os')).hostname(), pid: process.pid })
  drift(world)
  await world.clock.pass(10_000)
  expect(types(running)).toEqual(['started', 'drifted', 'waiting'])
  await lease.release()
  await world.clock.pass(2_000)
  expect(types(running)).toEqual(['started', 'drifted', 'waiting', 'repaired'])
})

test('what is pushed to the branch is fetched, planned and applied; local commits stop that, and are left alone', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n', 'watch: { git: true, apply: all }\n')
  await world.apply()
  const elsewhere = mkdtempSync(join(tmpdir(), 'ays-git-'))
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }))
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@x', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  writeFileSync(join(world.folder, '.gitignore'), '.ays/\n')
  git(elsewhere, 'init', '--quiet', '--bare', '--initial-branch=main', 'origin')
  git(world.folder, 'init', '--quiet', '--initial-branch=main')
  git(world.folder, 'add', '.')
  git(world.folder, 'commit', '--quiet', '--message=one')
  git(world.folder, 'remote', 'add', 'origin', join(elsewhere, 'origin'))
  git(world.folder, 'push', '--quiet', '--set-upstream', 'origin', 'main')
  git(elsewhere, 'clone', '--quiet', 'origin', 'colleague')
  const colleague = join(elsewhere, 'colleague')
  const push = (text: string): void => {
    writeFileSync(join(colleague, 'blueprints/main.yaml'), `node.sim__n: {}\nnote__a: { text: ${text} }\n`)
    git(colleague, 'commit', '--quiet', '--all', `--message=${text}`)
    git(colleague, 'push', '--quiet')
  }

  const running = world.start()
  await world.clock.pass(1_000)
  push('two')
  await world.clock.pass(61_000)
  expect(types(running)).toEqual(['started', 'fetched', 'reloaded', 'applied'])

  git(world.folder, 'commit', '--quiet', '--allow-empty', '--message=mine')
  const mine = git(world.folder, 'rev-parse', 'HEAD')
  push('three')
  await world.clock.pass(180_000)
  expect(running.events.slice(4)).toMatchObject([{ type: 'problem', problems: [{ code: 'GIT_FAILED' }] }])
  expect(git(world.folder, 'rev-parse', 'HEAD')).toBe(mine)
})
