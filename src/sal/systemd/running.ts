// Units that run, were started with what is wanted now, and start at boot.
import { digestOf } from '../../base/json.ts'
import type { Command, Effect, FieldChange, Finding, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { unitFullName, unitPath, unitShortName } from './name.ts'
import { LOOK, START, STOP } from './running-scripts.ts'

export interface RunningWanted {
  /** Full name: `ays-engine-cache.service`. */
  readonly unit: string
  /** Starts at boot. */
  readonly enabled: boolean
  /** Digest of all that it is started with; null: any start will do. */
  readonly startedWith: string | null
  /** Files among it: a start by systemd itself counts when they were the same and older than it. */
  readonly files: readonly string[]
}

export interface RunningFound {
  /** Absent when there is nothing to say of it: not running and not enabled. */
  readonly unit?: string
  /** systemd's ActiveState. */
  readonly active: string
  readonly enabled: 'yes' | 'no' | 'static' | 'masked'
  /** The digest of its start, where ays knows it. */
  readonly started: string | null
}

/**
 * The unit runs (and starts at boot, unless `enabled` is false). With `startedWith`, a change of any of these tasks
 * restarts it: level-based, by a digest noted at the start, so that a crash between write and restart forgets nothing.
 */
export function running(
  name: string,
  options: { readonly startedWith?: readonly AnyTask[]; readonly enabled?: boolean } = {},
): AnyTask {
  const parts = options.startedWith ?? []
  const wanted: RunningWanted = {
    unit: unitFullName(name),
    enabled: options.enabled ?? true,
    startedWith:
      parts.length === 0 ? null : digestOf(parts.map((part) => ({ thing: part.thing, wanted: part.wanted }))),
    files: parts.flatMap(fileOf).sort(),
  }
  return task(runningKind, `unit-running:${unitShortName(name)}`, wanted, { rung: 'running' })
}

export const runningKind: Kind<RunningWanted, RunningFound> = {
  name: 'systemd.running@1',
  look: ({ unit, files }) => ({ program: LOOK, args: [unit, String(files.length), ...files] }),
  parse(answer): Finding<RunningFound> {
    const fields = readFields(answer)
    const [unit, active, sub] = [firstOf(fields, 'unit'), firstOf(fields, 'active'), firstOf(fields, 'sub')]
    if (!unit || !active) return unknownFinding('systemd.running', fields)
    const enabled = ENABLED[firstOf(fields, 'enabled') ?? ''] ?? 'no'
    const quiet = active === 'inactive' && enabled === 'no'
    const started = firstOf(fields, 'started') || null
    const found: RunningFound = { ...(quiet ? {} : { unit }), active, enabled, started }
    if (!MOVING.has(active)) return { state: 'seen', found }
    const progress = sub === 'auto-restart' ? `restarting after a failure (${firstOf(fields, 'result')})` : active
    return { state: 'moving', found, progress: `${unit} is ${progress}`, againMs: 250 }
  },
  bare: { active: 'inactive', enabled: 'no', started: null },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    const { active } = found
    if (active !== 'active') changes.push({ path: 'active', from: active, to: 'active', how: 'in place' })
    else if (wanted.startedWith !== null && wanted.startedWith !== found.started) {
      changes.push({ path: 'startedWith', from: found.started ?? undefined, to: wanted.startedWith, how: 'restart' })
    }
    const enabled = enabledAfter(wanted, found)
    if (found.enabled !== enabled) {
      changes.push({ path: 'enabled', from: found.enabled, to: enabled, how: 'in place' })
    }
    return changes
  },
  commands(wanted, found) {
    return runningKind
      .compare(wanted, found)
      .map(({ path }) =>
        path === 'enabled' ? enable(wanted.unit, wanted.enabled) : start(wanted, path === 'startedWith'),
      )
  },
  settled: (wanted, found) => ({
    unit: wanted.unit,
    active: 'active',
    enabled: enabledAfter(wanted, found),
    started: wanted.startedWith ?? found.started,
  }),
  asWanted(found) {
    const { unit, enabled, started } = found
    if (unit === undefined || found.active !== 'active' || enabled === 'masked') return undefined
    return { unit, enabled: enabled === 'yes', startedWith: started, files: [] }
  },
  remove(wanted, before, found) {
    const commands: Command[] = []
    if (before.active !== 'active') {
      const title = found.active === 'inactive' ? `forget the start of ${wanted.unit}` : `stop ${wanted.unit}`
      commands.push({ title, run: { script: STOP, args: [wanted.unit, 'stop'] }, slow: true, timeoutMs: 120_000 })
    } else {
      const title = `forget the start of ${wanted.unit}, which ran before`
      commands.push({ title, run: { script: STOP, args: [wanted.unit, 'keep'] } })
    }
    if (before.enabled === 'yes' && found.enabled === 'no') commands.push(enable(wanted.unit, true))
    if (before.enabled === 'no' && found.enabled === 'yes') commands.push(enable(wanted.unit, false))
    return commands
  },
  transient: (result) =>
    /Connection timed out|Transaction .* is destructive|Failed to connect to bus/.test(result.stderr),
}

const MOVING = new Set(['activating', 'deactivating', 'reloading', 'refreshing', 'maintenance'])
const ENABLED: Readonly<Record<string, RunningFound['enabled']>> = {
  enabled: 'yes',
  static: 'static',
  indirect: 'static',
  generated: 'static',
  alias: 'static',
  transient: 'static',
  masked: 'masked',
  'masked-runtime': 'masked',
}

/** A static unit cannot be enabled, and a masked one does not start at boot anyhow. */
const enabledAfter = (wanted: RunningWanted, found: RunningFound): RunningFound['enabled'] => {
  if (found.enabled === 'static') return 'static'
  if (wanted.enabled) return 'yes'
  return found.enabled === 'masked' ? 'masked' : 'no'
}

/** The file behind a task, if it is one. */
function fileOf(part: AnyTask): string[] {
  if (part.thing.startsWith('file:')) return [part.thing.slice('file:'.length)]
  return part.thing.startsWith('unit:') ? [unitPath(part.thing.slice('unit:'.length))] : []
}

const start = ({ unit, startedWith, files }: RunningWanted, again: boolean): Command => ({
  title: `${again ? 'restart' : 'start'} ${unit}`,
  run: { script: START, args: [again ? 'restart' : 'start', unit, startedWith ?? '', ...files] },
  slow: true,
  timeoutMs: 120_000,
  ...(again ? { effects: [{ kind: 'restart', what: unit }, ...cutBy(unit)] } : {}),
})

/** Restarts that may end the way by which ays reaches the node. */
function cutBy(unit: string): Effect[] {
  if (/^sshd?\.service$/.test(unit)) return [{ kind: 'lockout', what: `logins by ${unit}` }]
  const isNetwork = /^(?:networking|systemd-networkd|NetworkManager|nftables)\.service$/.test(unit)
  return isNetwork ? [{ kind: 'network-cut', what: `connections by ${unit}` }] : []
}

const enable = (unit: string, on: boolean): Command => ({
  title: `${on ? 'enable' : 'disable'} ${unit}`,
  run: { script: 'systemctl -q "$1" -- "$2"', args: [on ? 'enable' : 'disable', unit] },
  locks: ['daemon-reload'],
})
