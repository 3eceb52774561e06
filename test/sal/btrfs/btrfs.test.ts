import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BtrfsWanted, filesystem, filesystemKind } from '../../../src/sal/btrfs/filesystem.ts'
import { snapshot } from '../../../src/sal/btrfs/snapshot.ts'
import { type SubvolumeWanted, subvolume, subvolumeKind } from '../../../src/sal/btrfs/subvolume.ts'
import { expectJoined } from '../laws.ts'
import { hasPrograms, isRoot, openNode, type TestNode } from '../node.ts'

const lacks = !isRoot ? 'root' : hasPrograms('btrfs', 'losetup', 'blkid') ? undefined : 'btrfs-progs, losetup and blkid'
let node: TestNode
let disks: string[] = []
let mounted: string[] = []
const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

beforeEach((ctx) => {
  if (lacks) return ctx.skip(`needs ${lacks}`)
  node = openNode()
  disks = [1, 2, 3].map((i) => {
    const image = join(node.dir, `disk${i}`)
    writeFileSync(image, '')
    truncateSync(image, 256 * 1024 * 1024)
    return run('losetup', '-f', '--show', image).trim()
  })
})
afterEach(() => {
  for (const one of mounted) run('umount', one)
  for (const one of disks) run('losetup', '-d', one)
  mounted = []
  disks = []
  node?.close()
})

const LABEL = `ays-test-${process.pid}`
const wantedOf = (devices: readonly string[], more: Partial<Parameters<typeof filesystem>[0]> = {}): BtrfsWanted =>
  filesystem({ devices, label: LABEL, ...more }).wanted as BtrfsWanted
function mount(device: string): string {
  const at = join(node.dir, 'mnt')
  mkdirSync(at, { recursive: true })
  run('mount', device, at)
  mounted.push(at)
  return at
}

test('a file system is made on free devices, shows nothing more to do mounted or not, and goes without a trace', async () => {
  const wanted = wantedOf(disks.slice(0, 2), { dataProfile: 'raid1' })
  const { before } = await node.settle(filesystemKind, wanted)
  expect(before).toEqual(filesystemKind.bare)
  await expectJoined(node, filesystemKind, [wanted, { ...wanted, label: 'ays-nowhere' }])
  expect((await node.settle(filesystemKind, wanted)).changes).toEqual([])
  const at = mount(disks[1] ?? '')
  expect((await node.settle(filesystemKind, wanted)).changes).toEqual([])
  run('umount', at)
  mounted = []
  await node.undo(filesystemKind, wanted, before)
})

test('a device on which something stands is left alone, unless wiping is wanted', async () => {
  const [disk = ''] = disks
  run('mkfs.ext4', '-q', '-L', 'precious', disk)
  const wanted = wantedOf([disk])
  const found = await node.look(filesystemKind, wanted)
  expect(found).toEqual({ state: 'absent', signatures: { [disk]: 'ext4' } })
  const [refused] = await node.run(filesystemKind.commands(wanted, found))
  expect(refused?.code).toBe(-1)
  expect(refused?.stderr).toContain('not free: ext4 precious')
  expect(run('blkid', '-p', '-o', 'value', '-s', 'LABEL', disk).trim()).toBe('precious')
  await node.settle(filesystemKind, wantedOf([disk], { wipe: true }))
})

test('a device that appeared full after the plan is refused by the guard, even with wipe', async () => {
  const [disk = ''] = disks
  const wanted = wantedOf([disk], { wipe: true })
  const commands = filesystemKind.commands(wanted, await node.look(filesystemKind, wanted))
  run('mkfs.ext4', '-q', disk)
  expect((await node.run(commands))[0]?.code).toBe(-1)
})

test('a mounted file system is not wiped', async () => {
  const wanted = wantedOf(disks.slice(0, 1))
  const { before, found } = await node.settle(filesystemKind, wanted)
  mount(disks[0] ?? '')
  const [failed] = await node.run(filesystemKind.remove(wanted, before, found))
  expect(failed?.stderr).toContain('is mounted')
})

test('devices come and go and profiles change, with the data moved along', { timeout: 60_000 }, async () => {
  const [a = '', b = '', c = ''] = disks
  await node.settle(filesystemKind, wantedOf([a]))
  const at = mount(a)
  writeFileSync(join(at, 'kept'), 'x'.repeat(1_000_000))
  await node.settle(filesystemKind, wantedOf([a, b], { dataProfile: 'raid1' }))
  expect(run('btrfs', 'filesystem', 'df', at)).toMatch(/Data, RAID1/)
  await node.settle(filesystemKind, wantedOf([b, c], { dataProfile: 'raid1' }))
  run('umount', at)
  mounted = []
  await node.settle(filesystemKind, wantedOf([b], { dataProfile: 'single', metadataProfile: 'dup' }))
  mount(b)
  expect(run('cat', join(at, 'kept'))).toHaveLength(1_000_000)
})

test('subvolumes and snapshots settle with limits and read-only flags, and go without a trace', async () => {
  await node.settle(filesystemKind, wantedOf(disks.slice(0, 1)))
  const at = mount(disks[0] ?? '')
  const volume = (path: string, options: Parameters<typeof subvolume>[1] = {}): SubvolumeWanted =>
    subvolume(join(at, path), options).wanted as SubvolumeWanted
  const [plain, limited] = [volume('plain'), volume('li mited', { quotaBytes: 20_971_520 })]
  const shot = snapshot(join(at, '.snapshots/one'), join(at, 'plain')).wanted as SubvolumeWanted
  const all = [plain, limited, shot]
  await expectJoined(node, subvolumeKind, all)
  const { before } = await node.settle(subvolumeKind, plain)
  expect(before).toEqual(subvolumeKind.bare)
  await node.settle(subvolumeKind, limited)
  await node.settle(subvolumeKind, shot)
  await expectJoined(node, subvolumeKind, all)
  expect(() => run('sh', '-c', 'head -c 30000000 /dev/zero >"$1"', 'sh', join(at, 'li mited/big'))).toThrow(/quota/i)
  expect(() => writeFileSync(join(at, '.snapshots/one/x'), '')).toThrow(/read-only/i)
  await node.settle(subvolumeKind, { ...plain, readOnly: true })
  await node.settle(subvolumeKind, { ...plain, quotaBytes: 1_048_576 })
  for (const one of all.reverse()) await node.undo(subvolumeKind, one, before)
  expect(run('ls', '-A', at)).toBe('')
  expect(run('ls', '-A', node.ays)).toBe('')
})

test('a plain directory in the place of a subvolume is left alone', async () => {
  await node.settle(filesystemKind, wantedOf(disks.slice(0, 1)))
  const path = join(mount(disks[0] ?? ''), 'dir')
  mkdirSync(path)
  const wanted = subvolume(path).wanted as SubvolumeWanted
  const found = await node.look(subvolumeKind, wanted)
  expect(found.state).toBe('other')
  expect((await node.run(subvolumeKind.commands(wanted, found)))[0]?.stderr).toContain('no subvolume')
})
