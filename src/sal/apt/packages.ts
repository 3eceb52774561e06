// Debian packages: installed by apt, looked at by dpkg-query, and gone again with all that they brought.

import { ProblemsError } from '../../base/problem.ts'
import type { Command, CommandResult, FieldChange, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { readFields, unknownFinding } from '../finding.ts'
import { INSTALL, LOOK, PURGE } from './scripts.ts'

/** Names as apt has them, sorted: `redis-server`, `libc6:i386`, or `nginx=1.22.1-9` for exactly that version. */
export interface PackagesWanted {
  readonly names: readonly string[]
}

/** Installed version by name; null is not installed. */
export interface PackagesFound {
  readonly packages: Readonly<Record<string, string | null>>
}

/**
 * These packages are installed. All services of a node share one thing, whose names unite. Throws `FIELD_TYPE` for what
 * apt would read as something else: an option, a name ending in `-` (remove it), or a pattern over names.
 */
export function packages(names: readonly string[]): AnyTask {
  for (const name of names) if (!ENTRY.test(name)) refuse(name)
  return task(packagesKind, 'packages:apt', { names: uniteNames(names) })
}

/** What stands for a version that apt chooses only when it installs. */
const LATER = '(known after apply)'
const ENTRY = /^[a-z0-9][a-z0-9+.-]*(?<!-)(?::[a-z0-9][a-z0-9-]*)?(?:=[A-Za-z0-9][A-Za-z0-9.+:~-]*)?$/
const SAFE_NAME = /^[a-z0-9][a-z0-9+.:-]*$/

function refuse(name: string): never {
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: `${JSON.stringify(name)} is not the name of a package.`,
      hint: 'Names are such as redis-server, libc6:i386 or nginx=1.22.1-9.',
    },
  ])
}

export const packagesKind: Kind<PackagesWanted, PackagesFound> = {
  name: 'packages@1',
  look: ({ names }) => ({ program: LOOK, args: [String(names.length), ...names.map(nameOf)] }),
  parse(answer) {
    const fields = readFields(answer)
    if (!fields.has('packages')) return unknownFinding('packages', fields)
    const pairs = (fields.get('package') ?? []).map((line) => line.split(' '))
    const known = pairs.flatMap(([name = '', version = '']): [string, string | null][] =>
      SAFE_NAME.test(name) && version !== '' ? [[name, version === '-' ? null : version]] : [],
    )
    return { state: 'seen', found: { packages: Object.fromEntries(known) } }
  },
  bare: { packages: {} },
  compare(wanted, found) {
    return wanted.names.flatMap((entry): FieldChange[] => {
      const [name, version] = [nameOf(entry), versionOf(entry)]
      const is = found.packages[name] ?? undefined
      if (is !== undefined && (version === undefined || version === is)) return []
      return [{ path: `packages.${name}`, from: is, to: version ?? 'installed', how: 'in place' }]
    })
  },
  commands(wanted, found) {
    const lacking = wanted.names.filter((entry) => packagesKind.compare({ names: [entry] }, found).length > 0)
    return [aptCommand(`install ${lacking.join(' ')}`, INSTALL, lacking)]
  },
  settled(wanted, found) {
    const added = wanted.names.map((entry): [string, string] => {
      const name = nameOf(entry)
      return [name, versionOf(entry) ?? found.packages[name] ?? LATER]
    })
    return { packages: { ...found.packages, ...Object.fromEntries(added) } }
  },
  asWanted: (found) => ({
    names: uniteNames(Object.keys(found.packages).filter((name) => found.packages[name] !== null)),
  }),
  remove(wanted, before, found) {
    // A name that nobody looked at before ays came is purged only if the node's own note says that ays brought it.
    const brought = wanted.names
      .map(nameOf)
      .filter((name) => (before.packages[name] ?? null) === null && (found.packages[name] ?? null) !== null)
    // Only where a version was asked for did ays change one; other changes were upgrades by another hand.
    const moved = wanted.names.flatMap((entry) => {
      const version = before.packages[nameOf(entry)] ?? null
      const pinned = versionOf(entry) !== undefined && version !== null && version !== found.packages[nameOf(entry)]
      return pinned ? [`${nameOf(entry)}=${version}`] : []
    })
    return [
      ...(brought.length === 0 ? [] : [aptCommand(`purge ${brought.join(' ')}`, PURGE, brought)]),
      ...(moved.length === 0 ? [] : [aptCommand(`install ${moved.join(' ')} again`, INSTALL, moved)]),
    ]
  },
  merge(a, b) {
    const versions = new Map<string, string>()
    for (const entry of [...a.names, ...b.names]) {
      const [name, version] = [nameOf(entry), versionOf(entry)]
      const other = versions.get(name)
      if (version !== undefined && other !== undefined && other !== version) {
        return { conflict: `${name} is wanted as ${other} and as ${version}` }
      }
      if (version !== undefined) versions.set(name, version)
    }
    const united = [...a.names, ...b.names].map((entry) => {
      const version = versions.get(nameOf(entry))
      return version === undefined ? entry : `${nameOf(entry)}=${version}`
    })
    return { wanted: { names: uniteNames(united) } }
  },
  transient: (result: CommandResult) => TRANSIENT.test(result.stderr),
}

/** What apt says when another try may help: someone holds the lock, or a mirror did not answer. */
const TRANSIENT =
  /Could not get lock|Unable to (acquire|lock)|is held by process|Temporary failure resolving|Failed to fetch|Could not connect|Connection (timed out|failed|refused)|Hash Sum mismatch|Unable to fetch some archives/i

const nameOf = (entry: string): string => entry.replace(/=.*$/s, '')
const versionOf = (entry: string): string | undefined =>
  entry.includes('=') ? entry.replace(/^[^=]*=/, '') : undefined
const uniteNames = (names: readonly string[]): string[] => [...new Set(names)].sort()

const aptCommand = (title: string, script: string, args: readonly string[]): Command => ({
  title,
  run: { script, args },
  locks: ['apt'],
  timeoutMs: 15 * 60_000,
  slow: true,
})
