import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BtrfsWanted, filesystem, filesystemKind } from '../../../src/sal/btrfs/filesystem.ts'
import { subvolumeKind } from '../../../src/sal/btrfs/subvolume.ts'
import { laws } from '../laws.ts'

const device = fc.constantFrom('/dev/vdb', '/dev/vdc', '/dev/disk/by-id/wwn-1')
const profile = fc.constantFrom('single' as const, 'raid1' as const, 'dup' as const)
const devices = fc.uniqueArray(device, { minLength: 1 }).map((all) => all.sort())
const signatures = fc.dictionary(device, fc.constantFrom('ext4', 'gpt', 'btrfs x'), { noNullPrototype: true })

laws(filesystemKind, {
  wanted: fc.record({
    label: fc.constantFrom('data', 'fast'),
    devices,
    dataProfile: profile,
    metadataProfile: profile,
    wipe: fc.boolean(),
  }),
  found: fc.oneof(
    signatures.map((all) => ({ state: 'absent' as const, signatures: all })),
    fc.record({
      state: fc.constant('made' as const),
      label: fc.constant('data'),
      devices,
      dataProfile: fc.constantFrom('single', 'raid1', 'raid1,single'),
      metadataProfile: profile,
      signatures,
    }),
  ),
})

laws(subvolumeKind, {
  wanted: fc.record({
    path: fc.constantFrom('/srv/a', '/srv/b c'),
    quotaBytes: fc.option(fc.integer({ min: 1, max: 1e12 })),
    readOnly: fc.boolean(),
    of: fc.constantFrom('', '/srv/a'),
  }),
  found: fc.record({
    state: fc.constant('subvolume' as const),
    path: fc.constant('/srv/a'),
    readOnly: fc.boolean(),
    quotaBytes: fc.option(fc.constant(5)),
    of: fc.constantFrom('same' as const, 'another' as const, 'unknown' as const),
    source: fc.constant('/srv/a'),
  }),
})

const wanted = (wipe: boolean): BtrfsWanted =>
  filesystem({ devices: ['/dev/vdb'], label: 'd', wipe }).wanted as BtrfsWanted
const full = { state: 'absent' as const, signatures: { '/dev/vdb': 'ext4' } }

test('a device with something on it is wiped only when that is wanted, and then the plan says what is lost', () => {
  const [keep] = filesystemKind.commands(wanted(false), full)
  const [wipe] = filesystemKind.commands(wanted(true), full)
  expect(keep?.effects).toBeUndefined()
  expect(keep?.guard?.args).toEqual(['keep', '/dev/vdb'])
  expect(wipe?.effects).toEqual([{ kind: 'data-loss', what: 'ext4 on /dev/vdb' }])
})

test('wipe does not help for what the plan did not see: the guard still looks', () => {
  const [command] = filesystemKind.commands(wanted(true), filesystemKind.bare)
  expect(command?.guard?.args).toEqual(['keep', '/dev/vdb'])
})
