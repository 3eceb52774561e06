// btrfs file systems over one or more devices, known by their label.
import { sha256 } from '../../base/secret.ts'
import type { Command, FieldChange, Finding, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { LOOK, MAKE, MAKE_GUARD, RESHAPE, RESHAPE_WORK, WIPE } from './filesystem-scripts.ts'

/** How block groups are laid out over devices, as `mkfs.btrfs -d` takes it. */
export type BtrfsProfile = 'single' | 'dup' | 'raid0' | 'raid1' | 'raid1c3' | 'raid1c4' | 'raid10' | 'raid5' | 'raid6'

export interface BtrfsWanted {
  readonly label: string
  /** Paths, sorted: /dev/disk/by-id/…, /dev/vdb. */
  readonly devices: readonly string[]
  readonly dataProfile: BtrfsProfile
  readonly metadataProfile: BtrfsProfile
  /** Whatever stands on the devices may be destroyed when the file system is made. */
  readonly wipe: boolean
}

export type BtrfsFound =
  /** `signatures`: what stands on the devices now, by path (`ext4`, `gpt`, `btrfs other`). */
  | { readonly state: 'absent'; readonly signatures: Readonly<Record<string, string>> }
  | {
      readonly state: 'made'
      readonly label: string
      /** Absent: not known before it is made. */
      readonly uuid?: string
      /** Wanted ones by the path they were wanted by, others by the kernel's. */
      readonly devices: readonly string[]
      /** Several while a conversion is not complete: `raid1,single`. */
      readonly dataProfile: string
      readonly metadataProfile: string
      /** Of wanted devices that are no part of it. */
      readonly signatures: Readonly<Record<string, string>>
    }

/**
 * A btrfs file system of that label over exactly these devices. It is made only on devices on which nothing stands,
 * looked at directly before, unless `wipe` is true. Devices added or dropped later move data: the finding is *moving*
 * while btrfs balances.
 */
export function filesystem(options: {
  readonly devices: readonly string[]
  readonly label: string
  readonly dataProfile?: BtrfsProfile
  readonly metadataProfile?: BtrfsProfile
  readonly wipe?: boolean
}): AnyTask {
  const several = options.devices.length > 1
  const wanted: BtrfsWanted = {
    label: options.label,
    devices: [...new Set(options.devices)].sort(),
    dataProfile: options.dataProfile ?? 'single',
    metadataProfile: options.metadataProfile ?? (several ? 'raid1' : 'dup'),
    wipe: options.wipe ?? false,
  }
  return task(filesystemKind, `btrfs:${options.label}`, wanted, { holds: 'data' })
}

export const filesystemKind: Kind<BtrfsWanted, BtrfsFound> = {
  name: 'btrfs.filesystem@1',
  look: ({ label, devices }) => ({ program: LOOK, args: [label, String(devices.length), ...devices] }),
  parse(answer): Finding<BtrfsFound> {
    const fields = readFields(answer)
    const pairs = (fields.get('signature') ?? []).flatMap((line): [string, string][] => {
      const [path, what] = line.split('\t')
      return path && what ? [[path, what]] : []
    })
    const signatures = Object.fromEntries(pairs)
    if (fields.has('absent')) return { state: 'seen', found: { state: 'absent', signatures } }
    const label = firstOf(fields, 'label')
    const [dataProfile, metadataProfile] = [firstOf(fields, 'data'), firstOf(fields, 'metadata')]
    if (!label || dataProfile === undefined || metadataProfile === undefined) {
      return unknownFinding('btrfs.filesystem', fields)
    }
    const devices = [...(fields.get('device') ?? [])].sort()
    const uuid = firstOf(fields, 'uuid')
    const known = uuid ? { uuid } : {}
    const found: BtrfsFound = { state: 'made', label, ...known, devices, dataProfile, metadataProfile, signatures }
    const busy = firstOf(fields, 'busy')
    return busy
      ? { state: 'moving', found, progress: `btrfs ${label}: ${busy}`, againMs: 1_000 }
      : { state: 'seen', found }
  },
  bare: { state: 'absent', signatures: {} },
  compare(wanted, found) {
    if (found.state === 'absent')
      return [{ path: '', from: standing(wanted, found), to: layout(wanted), how: 'in place' }]
    const changes: FieldChange[] = []
    const change = (path: string, from: FieldChange['from'], to: FieldChange['to']): void => {
      if (String(from) !== String(to)) changes.push({ path, from, to, how: 'in place' })
    }
    change('devices', found.devices, wanted.devices)
    change('dataProfile', found.dataProfile, wanted.dataProfile)
    change('metadataProfile', found.metadataProfile, wanted.metadataProfile)
    return changes
  },
  commands(wanted, found) {
    if (found.state === 'absent') return [makeCommand(wanted, found)]
    return [reshapeCommand(wanted, found)]
  },
  settled: (wanted, found) => ({
    state: 'made',
    label: wanted.label,
    ...(found.state === 'made' && found.uuid ? { uuid: found.uuid } : {}),
    devices: wanted.devices,
    dataProfile: wanted.dataProfile,
    metadataProfile: wanted.metadataProfile,
    signatures: Object.fromEntries(Object.entries(found.signatures).filter(([path]) => !wanted.devices.includes(path))),
  }),
  simulated: (settled, seed) =>
    settled.state === 'made' ? { ...settled, uuid: settled.uuid ?? uuidOf(seed) } : settled,
  asWanted(found) {
    if (found.state === 'absent' || !isProfile(found.dataProfile) || !isProfile(found.metadataProfile)) return undefined
    const { label, devices, dataProfile, metadataProfile } = found
    return { label, devices, dataProfile, metadataProfile, wipe: false }
  },
  remove(wanted, before, found) {
    if (found.state === 'absent') return []
    if (before.state === 'made') return [reshapeCommand({ ...wanted, ...backTo(before) }, found)]
    return [
      {
        title: `wipe btrfs ${wanted.label} off ${found.devices.join(', ')}`,
        run: { script: WIPE, args: [wanted.label, ...found.devices] },
        effects: [{ kind: 'data-loss', what: `btrfs ${wanted.label}` }],
      },
    ]
  },
}

const uuidOf = (seed: string): string => sha256(seed).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

const PROFILES: readonly string[] = [
  'single',
  'dup',
  'raid0',
  'raid1',
  'raid1c3',
  'raid1c4',
  'raid10',
  'raid5',
  'raid6',
]
const isProfile = (text: string): text is BtrfsProfile => PROFILES.includes(text)

const backTo = (before: Extract<BtrfsFound, { state: 'made' }>): Partial<BtrfsWanted> => ({
  devices: before.devices,
  ...(isProfile(before.dataProfile) ? { dataProfile: before.dataProfile } : {}),
  ...(isProfile(before.metadataProfile) ? { metadataProfile: before.metadataProfile } : {}),
})

const layout = ({ dataProfile, metadataProfile, devices }: BtrfsWanted): string =>
  `data ${dataProfile}, metadata ${metadataProfile} on ${devices.join(', ')}`

function standing({ devices }: BtrfsWanted, found: BtrfsFound): string | undefined {
  const all = devices.filter((path) => found.signatures[path] !== undefined)
  return all.length === 0 ? undefined : all.map((path) => `${found.signatures[path]} on ${path}`).join(', ')
}

/** With `wipe`, what the look saw is destroyed, and only then it is a loss; without, or if nothing was seen, the guard refuses. */
function makeCommand(wanted: BtrfsWanted, found: BtrfsFound): Command {
  const lost = wanted.wipe ? standing(wanted, found) : undefined
  const args = [
    wanted.label,
    wanted.dataProfile,
    wanted.metadataProfile,
    lost === undefined ? 'keep' : 'wipe',
    ...wanted.devices,
  ]
  return {
    title: `make btrfs ${wanted.label} on ${wanted.devices.join(', ')}`,
    run: { script: MAKE, args },
    guard: { script: MAKE_GUARD, args: [lost === undefined ? 'keep' : 'wipe', ...wanted.devices] },
    slow: true,
    timeoutMs: 10 * 60_000,
    ...(lost === undefined ? {} : { effects: [{ kind: 'data-loss', what: lost }] }),
  }
}

/** Devices are added before others are dropped, and data are spread or converted at last, all behind this command's back. */
function reshapeCommand(wanted: BtrfsWanted, found: Extract<BtrfsFound, { state: 'made' }>): Command {
  const added = wanted.devices.filter((path) => !found.devices.includes(path))
  const dropped = found.devices.filter((path) => !wanted.devices.includes(path))
  const converts = found.dataProfile !== wanted.dataProfile || found.metadataProfile !== wanted.metadataProfile
  const lost = wanted.wipe ? added.filter((path) => found.signatures[path] !== undefined) : []
  const parts = [
    ...(added.length > 0 ? [`add ${added.join(', ')}`] : []),
    ...(dropped.length > 0 ? [`drop ${dropped.join(', ')}`] : []),
    ...(converts ? [`convert to data ${wanted.dataProfile}, metadata ${wanted.metadataProfile}`] : []),
  ]
  return {
    title: `btrfs ${wanted.label}: ${parts.join('; ') || 'balance'}`,
    run: {
      script: RESHAPE,
      args: [
        RESHAPE_WORK,
        wanted.label,
        found.devices.find((path) => !dropped.includes(path)) ?? found.devices[0] ?? '',
        converts ? 'convert' : added.length > 0 ? 'spread' : 'none',
        wanted.dataProfile,
        wanted.metadataProfile,
        lost.length > 0 ? 'wipe' : 'keep',
        String(added.length),
        ...added,
        ...dropped,
      ],
    },
    ...(added.length > 0 ? { guard: { script: MAKE_GUARD, args: [lost.length > 0 ? 'wipe' : 'keep', ...added] } } : {}),
    slow: true,
    timeoutMs: 10 * 60_000,
    ...(lost.length === 0
      ? {}
      : {
          effects: lost.map((path) => ({ kind: 'data-loss' as const, what: `${found.signatures[path]} on ${path}` })),
        }),
  }
}
