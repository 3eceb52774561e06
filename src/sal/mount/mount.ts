// A mounted file system: now, and after the next boot where systemd starts the node.
import { ProblemsError } from '../../base/problem.ts'
import { sha256 } from '../../base/secret.ts'
import type { Command, FieldChange, Finding, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { bringBack, forget, makeParents, makeWay, takeOff } from '../files/ground.ts'
import { checkedPath } from '../files/path.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { flagsAfter, flagsOff } from './flags.ts'
import { KEEP, LOOK, reload } from './scripts.ts'
import { unitFile, unitName, unitText, type WantedMount } from './unit.ts'

/** The topmost mount at the path. `source` is the wanted one when it is the same by another name. */
export interface Mounted {
  readonly path: string
  readonly source: string
  readonly type: string
  /** Those of ro, nosuid, nodev, noexec and noatime that are on. */
  readonly flags: readonly string[]
}

export interface MountFound {
  readonly mounted: Mounted | null
  /** The .mount unit that mounts it at boot; `no systemd` where none can be. */
  readonly unit: null | 'no systemd' | { readonly sha256: string; readonly enabled: boolean }
}

/**
 * Mounts `source` at `path` now, and at boot through a systemd .mount unit named after the path. A unit is a file of its own,
 * so a line of /etc/fstab never has to be edited and a source that is missing never stops a boot. The live mount is
 * mount(8)'s: systemd would wait for device units, which nodes without udev never have. Without systemd it is live only.
 */
export function mount(wanted: { source: string; path: string; type?: string; options?: readonly string[] }): AnyTask {
  const { source, type = 'auto', options = [] } = wanted
  const path = checkedPath(wanted.path)
  if (
    [source, type].some((word) => word === '' || word.startsWith('-')) ||
    [source, type, ...options].some((word) => /\p{Cc}/u.test(word)) ||
    // The lines of a unit file end with these words: what stands last must not be read as more, or as less.
    [source, path, type].some((word) => /(?:^\s|[\s\\]$)/.test(word))
  ) {
    throw new ProblemsError([
      {
        code: 'FIELD_TYPE',
        message: `${JSON.stringify(source)} of type ${JSON.stringify(type)} cannot be mounted at ${path}.`,
      },
    ])
  }
  return task(mountKind, `mount:${path}`, { source, path, type, options: [...options] })
}

export const mountKind: Kind<WantedMount, MountFound> = {
  name: 'mount@1',
  look: ({ path, source, type }) => ({ program: LOOK, args: [path, source, type, unitName(path)] }),
  parse: parseMount,
  bare: { mounted: null, unit: null },

  compare(wanted, { mounted, unit }) {
    if (mounted === null) return [{ path: '', from: undefined, to: wanted.source, how: 'in place' }]
    const changes: FieldChange[] = []
    const how = 'restart'
    if (mounted.source !== wanted.source) changes.push({ path: 'source', from: mounted.source, to: wanted.source, how })
    if (!sameType(wanted, mounted)) changes.push({ path: 'type', from: mounted.type, to: wanted.type, how })
    if (flagsOff(wanted.options, mounted.flags).length > 0) {
      changes.push({ path: 'options', from: [...mounted.flags], to: [...wanted.options], how: 'in place' })
    }
    if (!isKept(wanted, unit))
      changes.push({
        path: 'at boot',
        from: unit === null ? undefined : unit,
        to: unitName(wanted.path),
        how: 'in place',
      })
    return changes
  },

  commands(wanted, { mounted, unit }) {
    const { path, options } = wanted
    const same = mounted !== null && mounted.source === wanted.source && sameType(wanted, mounted)
    const keeps = isKept(wanted, unit) && mounted !== null ? [] : [...keepUnit(wanted, unit)]
    if (!same)
      return [
        ...(mounted === null ? [] : [unmount(path, 'restart')]),
        ...makeParents(`${path}/.`),
        mountNow(wanted),
        ...keeps,
      ]
    const changed = flagsOff(options, mounted.flags).length > 0 || (unit !== null && !isKept(wanted, unit))
    return [...(changed ? [remount(wanted)] : []), ...keeps]
  },

  settled(wanted, { mounted, unit }) {
    const { path, source, type, options } = wanted
    const same = mounted !== null && mounted.source === source && sameType(wanted, mounted)
    const flags = flagsAfter(options, same ? mounted.flags : [])
    return {
      mounted: { path, source, type: same ? mounted.type : type, flags },
      unit: unit === 'no systemd' ? unit : { sha256: sha256(unitText(wanted)), enabled: true },
    }
  },

  asWanted(found) {
    if (found.mounted === null) return undefined
    const { path, source, type, flags } = found.mounted
    const wanted = { path, source, type, options: flags }
    return mountKind.compare(wanted, found).length === 0 ? wanted : undefined
  },

  remove(wanted, before, found) {
    const { path } = wanted
    const back = before.mounted
    const same = JSON.stringify(back) === JSON.stringify(found.mounted)
    return [
      ...(same || found.mounted === null ? [] : [unmount(path)]),
      ...dropUnit(path, before.unit, found.unit),
      ...(back === null
        ? [{ ...forget(`${path}/.`), title: `remove the empty folder ${path} if ays made it` }]
        : same
          ? []
          : [mountNow({ ...back, options: back.flags })]),
    ]
  },

  transient: ({ stderr }) => stderr.includes('target is busy'),
}

function parseMount(answer: string): Finding<MountFound> {
  const fields = readFields(answer)
  const unit = unitIn(firstOf(fields, 'unit'))
  const [path, source, type] = [firstOf(fields, 'mounted'), firstOf(fields, 'source'), firstOf(fields, 'type')]
  if (unit === undefined) return unknownFinding('mount', fields)
  if (path === undefined) return { state: 'seen', found: { mounted: null, unit } }
  if (path === '' || source === undefined || !type) return unknownFinding('mount', fields)
  const flags = (firstOf(fields, 'flags') ?? '').split(' ').filter((flag) => flag !== '')
  return { state: 'seen', found: { mounted: { path, source, type, flags }, unit } }
}

function unitIn(text: string | undefined): MountFound['unit'] | undefined {
  if (text === 'none') return null
  if (text === 'no systemd') return text
  const [, sum, state] = /^([0-9a-f]{64}) (enabled|disabled)$/.exec(text ?? '') ?? []
  return sum ? { sha256: sum, enabled: state === 'enabled' } : undefined
}

const sameType = (wanted: WantedMount, { type }: Mounted): boolean =>
  wanted.type === 'auto' || wanted.type === type || (wanted.type === 'nfs' && type === 'nfs4')

const isKept = (wanted: WantedMount, unit: MountFound['unit']): boolean =>
  unit === 'no systemd' || (unit?.enabled === true && unit.sha256 === sha256(unitText(wanted)))

const mountNow = ({ source, path, type, options }: WantedMount): Command => ({
  title: `mount ${source} at ${path}`,
  run: { argv: ['mount', '-t', type, ...(options.length > 0 ? ['-o', options.join(',')] : []), source, path] },
  timeoutMs: 120_000,
})

const remount = ({ path, options }: WantedMount): Command => ({
  title: `mount ${path} again with ${options.join(',') || 'its options'}`,
  run: { argv: ['mount', '-o', ['remount', ...options.filter((one) => !/^loop(=|$)/.test(one))].join(','), path] },
})

const unmount = (path: string, effect?: 'restart'): Command => ({
  title: `unmount ${path}`,
  run: { argv: ['umount', path] },
  ...(effect ? { effects: [{ kind: effect, what: path }] } : {}),
})

function keepUnit(wanted: WantedMount, unit: MountFound['unit']): Command[] {
  const path = unitFile(wanted.path)
  const keep: Command = {
    title: `keep the mount of ${wanted.path} for the next boot`,
    run: { script: KEEP, args: [path, unitName(wanted.path)], stdin: unitText(wanted) },
    locks: ['daemon-reload'],
  }
  return [...(unit === null || unit === 'no systemd' ? [] : makeWay(path, asFile(path, unit))), keep]
}

function dropUnit(path: string, before: MountFound['unit'], found: MountFound['unit']): Command[] {
  if (found === null || found === 'no systemd' || JSON.stringify(before) === JSON.stringify(found)) return []
  const file = unitFile(path)
  const back = before === null || before === 'no systemd' ? [takeOff(file)] : bringBack(file, asFile(file, before))
  return [...back, reload(unitName(path), before !== null && before !== 'no systemd' && before.enabled)]
}

const asFile = (path: string, unit: { readonly sha256: string }) =>
  ({ type: 'file', path, mode: '0644', owner: 'root', group: 'root', digest: `sha256:${unit.sha256}` }) as const
