import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type MountFound, mount, mountKind } from '../../../src/sal/mount/mount.ts'
import type { WantedMount } from '../../../src/sal/mount/unit.ts'
import { unitName, unitText } from '../../../src/sal/mount/unit.ts'
import { expectJoined, laws } from '../laws.ts'
import { hasPrograms, isRoot } from '../node.ts'
import { lacksForRoom, openRoom, type Room } from '../room.ts'

const needs = isRoot ? lacksForRoom() : 'root'

const path = fc.constantFrom('/srv/data', '/srv/my data')
const source = fc.constantFrom('/dev/vdb', 'UUID=0a1b', 'store:/export', '/srv/image')
const type = fc.constantFrom('auto', 'ext4', 'nfs', 'none')
const flags = fc.subarray(['ro', 'nosuid', 'nodev', 'noexec', 'noatime'])

laws(mountKind, {
  wanted: fc.record({
    source,
    path,
    type,
    options: fc.uniqueArray(fc.constantFrom('ro', 'rw', 'noatime', 'nosuid', 'suid', 'size=1m')),
  }),
  found: fc.record({
    mounted: fc.option(fc.record({ path, source, type: fc.constantFrom('ext4', 'nfs4', 'none'), flags }), {
      nil: null,
    }),
    unit: fc.oneof(
      fc.constantFrom(null, 'no systemd' as const),
      fc.record({ sha256: fc.constant('a'.repeat(64)), enabled: fc.boolean() }),
    ),
  }),
})

describe('a mount on this machine', () => {
  let room: Room
  let base: string
  const wanted = (name: string, from: string, kind: string, options: readonly string[] = []): WantedMount =>
    mount({ source: from, path: join(base, name), type: kind, options }).wanted as WantedMount // what `mount` makes
  beforeEach(async (ctx) => {
    if (needs) ctx.skip(`needs ${needs}`)
    room = await openRoom()
    base = room.dir
  })
  afterEach(() => room?.close())

  const cycle = async (all: readonly WantedMount[]): Promise<void> => {
    const before: MountFound[] = []
    await expectJoined(room, mountKind, all)
    for (const one of all) before.push((await room.settle(mountKind, one)).before)
    await expectJoined(room, mountKind, all)
    for (const one of all) expect((await room.settle(mountKind, one)).changes).toEqual([])
    for (const [i, one] of [...all.entries()].reverse()) await room.undo(mountKind, one, before[i] ?? mountKind.bare)
  }

  test('of memory and of a folder comes and goes, its folder too', async () => {
    mkdirSync(join(base, 'real'))
    await cycle([
      wanted('deep/tmp', 'tmpfs', 'tmpfs', ['size=1m', 'nosuid', 'noatime']),
      wanted("o'dd \\ name", 'what ever', 'tmpfs', ['ro']),
      wanted('bound', join(base, 'real'), 'none', ['bind']),
      wanted('bound, read only', join(base, 'real'), 'none', ['bind', 'ro', 'noexec']),
    ])
    expect(readdirSync(base)).toEqual(['real'])
  })

  test('of a disk by any of its names', async (ctx) => {
    if (!hasPrograms('mkfs.ext4', 'losetup')) return ctx.skip('needs mkfs.ext4 and losetup')
    const image = join(base, 'image')
    execFileSync('truncate', ['-s', '8M', image])
    execFileSync('mkfs.ext4', ['-q', '-L', `ays${process.pid}`, image])
    let device = ''
    try {
      device = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim()
    } catch {
      return ctx.skip('needs a free loop device')
    }
    try {
      execFileSync('ln', ['-s', device, join(base, 'disk')])
      await cycle([wanted('by device', device, 'ext4', ['noatime'])])
      await cycle([wanted('by link', join(base, 'disk'), 'auto')])
      await cycle([wanted('by label', `LABEL=ays${process.pid}`, 'ext4')])
    } finally {
      execFileSync('losetup', ['-d', device])
    }
    await cycle([wanted('by image', image, 'ext4', ['loop'])])
  })

  test('gets other options in place, another source by mounting anew', async () => {
    const one = wanted('tmp', 'first', 'tmpfs')
    const { before } = await room.settle(mountKind, one)
    writeFileSync(join(base, 'outside'), 'x')
    room.sh('echo inside >"$1/file"', one.path)
    const readOnly = await room.settle(mountKind, { ...one, options: ['ro', 'nodev'] })
    expect(readOnly.changes).toMatchObject([{ path: 'options', how: 'in place' }])
    expect(room.sh('cat "$1/file"; touch "$1/new" 2>/dev/null || echo read only', one.path)).toBe('inside\nread only\n')
    await room.settle(mountKind, { ...one, options: ['rw'] })
    const moved = await room.settle(mountKind, { ...one, source: 'second' })
    expect(moved.changes).toMatchObject([{ path: 'source', from: 'first', to: 'second', how: 'restart' }])
    expect(room.sh('ls "$1"', one.path)).toBe('')
    await room.undo(mountKind, one, before)
  })

  test('that was there before ays comes back', async () => {
    const one = wanted('tmp', 'new', 'tmpfs', ['noatime'])
    mkdirSync(one.path)
    room.sh('mount -t tmpfs -o ro,nodev old "$1"', one.path)
    const { before } = await room.settle(mountKind, one)
    await room.undo(mountKind, one, before)
    expect(room.sh('findmnt -n -o SOURCE "$1"', one.path)).toBe('old\n')
  })

  test('that is busy is not unmounted, and may be tried again', async () => {
    const one = wanted('tmp', 'one', 'tmpfs')
    const { before, found } = await room.settle(mountKind, one)
    const [result] = await room.run([
      { title: 'unmount while in use', run: { script: 'cd "$1" && umount "$1"', args: [one.path] } },
    ])
    expect(result && mountKind.transient?.(result)).toBe(true)
    expect(await room.look(mountKind, one)).toEqual(found)
    await room.undo(mountKind, one, before)
  })
})

test('units are named as systemd-escape names them', (ctx) => {
  if (!hasPrograms('systemd-escape')) return ctx.skip('needs systemd-escape')
  for (const at of ['/srv/data', '/srv/my-data', '/.hidden/a.b', '/srv/ü %i \\ "x"', '/a_b:c@d']) {
    const name = execFileSync('systemd-escape', ['--path', '--suffix=mount', at], { encoding: 'utf8' }).trim()
    expect(unitName(at)).toBe(name)
  }
  expect(unitText({ source: 'a%b', path: '/c', type: 'auto', options: [] })).toContain(
    'What=a%%b\nWhere=/c\n\n[Install]',
  )
})

test.each([
  { source: '', path: '/a' },
  { source: '-o', path: '/a' },
  { source: 'x\ny', path: '/a' },
  { source: 'x', path: 'a' },
])('%j is refused', (wrong) => {
  expect(() => mount(wrong)).toThrow(/FIELD_TYPE/)
})
