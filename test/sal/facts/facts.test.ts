import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Facts } from '../../../src/engine/facts.ts'
import { factsLook } from '../../../src/sal/facts/facts.ts'
import { hasPrograms } from '../node.ts'
import { lacksForRoom, openRoom, type Room } from '../room.ts'

let room: Room | undefined
let loops: string[] = []
afterEach(() => {
  room?.close()
  room = undefined
  for (const one of loops) execFileSync('losetup', ['-d', one])
  loops = []
})

async function facts(where: Room): Promise<Facts> {
  const [done] = await where.run([{ title: 'facts', run: { script: factsLook.program, args: [] } }])
  const found = factsLook.parse(done?.stdout ?? '')
  if (!found) throw new Error(`No facts: ${done?.stderr}`)
  return found
}

test('any bytes at all are facts or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (answer) => {
      const found = factsLook.parse(`hostname a\nkernel 6\n${answer}\nfacts\n`)
      expect(JSON.parse(JSON.stringify(found))).toEqual(found)
      factsLook.parse(answer)
    }),
  )
  expect(factsLook.parse('hostname a\nkernel 6\n')).toBeUndefined()
})

test('a node tells what it is, and twice the same', async (ctx) => {
  const lacks = lacksForRoom()
  if (lacks) return ctx.skip(`needs ${lacks}`)
  room = await openRoom()
  room.sh('ip link add v0 type veth peer name v1; ip addr add 10.4.0.1/24 dev v0')
  mkdirSync(room.ays, { recursive: true })
  writeFileSync(join(room.ays, 'claims'), 'file:/etc/a b\tws-1\tfile/a\nbroken\n')
  const found = await facts(room)
  expect(found).toEqual(await facts(room))
  expect(found.hostname).toBe(room.sh('hostname').trim())
  expect(found.cpus).toBe(Number(room.sh('nproc')))
  expect(found.memoryBytes).toBeGreaterThan(1e8)
  expect(found.root).toBe(true)
  expect(found.addresses).toEqual([{ device: 'v0', address: '10.4.0.1' }])
  expect(found.claims).toEqual({ 'file:/etc/a b': { workspace: 'ws-1', service: 'file/a' } })
})

test('disks are those the node was given, known by their backing file, with what stands on them', async (ctx) => {
  const lacks =
    lacksForRoom() ?? (hasPrograms('losetup', 'mkfs.ext4', 'parted') ? undefined : 'losetup, mkfs.ext4 and parted')
  if (lacks) return ctx.skip(`needs ${lacks}`)
  const opened = await openRoom()
  room = opened
  const images = ['one', 'two', 'three'].map((name) => {
    const image = join(opened.dir, name)
    writeFileSync(image, '')
    truncateSync(image, 64 * 1024 * 1024)
    return image
  })
  loops = images.map((image) => execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim())
  const minors = loops.map((loop) => loop.replace('/dev/loop', ''))
  opened.sh('mount -t tmpfs dev /dev; mknod /dev/null c 1 3')
  for (const [i, minor] of minors.entries()) opened.sh('mknod "/dev/vd$1" b 7 "$2"', 'bcd'[i] ?? '', minor)
  opened.sh('mkfs.ext4 -q /dev/vdc; parted -s /dev/vdd mklabel gpt; mkdir -p /mnt/c; mount /dev/vdc /mnt/c')
  const { disks } = await facts(opened)
  const base = { sizeBytes: 64 * 1024 * 1024, rotational: disks[0]?.rotational ?? false }
  expect(disks).toEqual([
    { ...base, id: images[0], path: '/dev/vdb' },
    { ...base, id: images[1], path: '/dev/vdc', fileSystem: 'ext4', mountpoint: '/mnt/c' },
    { ...base, id: images[2], path: '/dev/vdd', fileSystem: 'gpt' },
  ])
})
