/** Pools, file systems and snapshots on btrfs. */
import { Type } from 'typebox'
import { defineTemplate, oneOf } from '../engine/template.ts'
import { packages } from '../sal/apt/packages.ts'
import { filesystem as btrfsFilesystem, filesystemKind } from '../sal/btrfs/filesystem.ts'
import { snapshot } from '../sal/btrfs/snapshot.ts'
import { subvolume } from '../sal/btrfs/subvolume.ts'
import { mount } from '../sal/mount/mount.ts'
import { onNode } from './places.ts'

const profile = Type.Union(
  ['single', 'dup', 'raid0', 'raid1', 'raid10'].map((one) => Type.Literal(one)),
  { description: 'As mkfs.btrfs names it.' },
)

export const storagepool = defineTemplate({
  name: 'storagepool',
  summary: 'A btrfs file system over one or more devices of a node.',
  data: Type.Object({
    devices: Type.Array(Type.String({ pattern: '^/dev/.' }), {
      minItems: 1,
      description: 'Block devices, best by /dev/disk/by-id.',
    }),
    dataProfile: Type.Optional(profile),
    metadataProfile: Type.Optional(profile),
    mountpoint: Type.Optional(Type.String({ pattern: '^/.', description: 'Default: /mnt/storagepools/<name>.' })),
    wipe: Type.Boolean({
      default: false,
      description: 'Take devices that hold something. What they hold is destroyed.',
    }),
  }),
  parent: onNode,
  tasks: ({ data, slug }) => {
    const path = mountpointOf(slug, data)
    const [first = ''] = data.devices
    const fallback = data.devices.length > 1 ? 'raid1' : undefined
    return [
      packages(['btrfs-progs']),
      btrfsFilesystem({
        devices: [...data.devices],
        label: `ays-${slug}`,
        dataProfile: data.dataProfile ?? fallback ?? 'single',
        metadataProfile: data.metadataProfile ?? fallback ?? 'dup',
        wipe: data.wipe,
      }),
      mount({ source: first, path, type: 'btrfs', options: ['noatime'] }),
    ]
  },
  gives: {
    mountpoint: { type: 'string', description: 'Where it is mounted.' },
    uuid: { type: 'string', description: 'The uuid of its file system.', known: 'once found' },
  },
  outputs: ({ data, slug, found }) => {
    const made = found(filesystemKind, `btrfs:ays-${slug}`)
    return { mountpoint: mountpointOf(slug, data), uuid: made?.state === 'made' ? made.uuid : undefined }
  },
})

const mountpointOf = (slug: string, data: { readonly mountpoint?: string | undefined }): string =>
  data.mountpoint ?? `/mnt/storagepools/${slug}`

export const filesystem = defineTemplate({
  name: 'filesystem',
  summary: 'A btrfs subvolume of a storage pool, with its quota.',
  data: Type.Object({
    quotaGb: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'GiB. Absent: as much as the pool has.' })),
    readOnly: Type.Boolean({ default: false }),
  }),
  parent: oneOf([storagepool]),
  tasks: ({ data, slug, parent }) => [
    subvolume(`${String(parent.outputs.mountpoint)}/${slug}`, {
      readOnly: data.readOnly,
      holds: 'data',
      ...(data.quotaGb ? { quotaBytes: Math.round(data.quotaGb * 1_073_741_824) } : {}),
    }),
  ],
  outputs: ({ slug, parent }) => ({
    path: `${String(parent.outputs.mountpoint)}/${slug}`,
    pool: parent.outputs.mountpoint,
  }),
})

export const fssnapshot = defineTemplate({
  name: 'fssnapshot',
  summary: 'A read-only snapshot of a file system, as it was when first applied.',
  data: Type.Object({}),
  parent: oneOf([filesystem]),
  tasks: ({ slug, parent }) => [
    snapshot(`${String(parent.outputs.pool)}/.snapshots/${parent.slug}-${slug}`, String(parent.outputs.path), {
      readOnly: true,
    }),
  ],
  outputs: ({ slug, parent }) => ({ path: `${String(parent.outputs.pool)}/.snapshots/${parent.slug}-${slug}` }),
})
