// btrfs subvolumes, snapshots among them: their presence, whether they may be written, and how much they may hold.
import type { Json } from '../../base/json.ts'
import type { Command, FieldChange, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { CREATE, DELETE, LIMIT, LOOK, READ_ONLY } from './subvolume-scripts.ts'

export interface SubvolumeWanted {
  readonly path: string
  /** Most bytes it may refer to; null: no limit of ours. */
  readonly quotaBytes: number | null
  readonly readOnly: boolean
  /** The subvolume it is a snapshot of; '' is none. */
  readonly of: string
}

export interface SubvolumeFound {
  /** `other`: a plain directory or file stands there. */
  readonly state: 'absent' | 'subvolume' | 'other'
  readonly path?: string
  readonly readOnly: boolean
  readonly quotaBytes: number | null
  /** For a snapshot: whether it was taken of the wanted one (unknown when that is gone). */
  readonly of: 'same' | 'another' | 'unknown' | ''
  /** The path of `of` that was asked about. */
  readonly source?: string
}

/** A subvolume at this path, on a mounted btrfs. */
export function subvolume(
  path: string,
  options: { readonly quotaBytes?: number; readonly readOnly?: boolean; readonly holds?: 'data' } = {},
): AnyTask {
  const wanted = { path, quotaBytes: options.quotaBytes ?? null, readOnly: options.readOnly ?? false, of: '' }
  return task(subvolumeKind, `btrfs-subvolume:${path}`, wanted, options.holds ? { holds: options.holds } : {})
}

export const subvolumeKind: Kind<SubvolumeWanted, SubvolumeFound> = {
  name: 'btrfs.subvolume@1',
  look: ({ path, of }) => ({ program: LOOK, args: [path, of] }),
  parse(answer) {
    const fields = readFields(answer)
    const state = firstOf(fields, 'state')
    if (state !== 'absent' && state !== 'subvolume' && state !== 'other')
      return unknownFinding('btrfs.subvolume', fields)
    if (state !== 'subvolume') return { state: 'seen', found: { ...subvolumeKind.bare, state } }
    const quota = firstOf(fields, 'quota') ?? ''
    const of = firstOf(fields, 'of')
    const [path, source] = [firstOf(fields, 'path'), firstOf(fields, 'source')]
    const found: SubvolumeFound = {
      state,
      ...(path ? { path } : {}),
      readOnly: firstOf(fields, 'readonly') === 'yes',
      quotaBytes: /^\d{1,15}$/.test(quota) ? Number(quota) : null,
      of: of === 'same' || of === 'another' || of === 'unknown' ? of : '',
      ...(source ? { source } : {}),
    }
    return { state: 'seen', found }
  },
  bare: { state: 'absent', readOnly: false, quotaBytes: null, of: '' },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    const change = (path: string, from: Json | undefined, to: Json | undefined, how: FieldChange['how']): void => {
      changes.push({ path, from, to, how })
    }
    if (found.state === 'other') change('', 'something else', 'a subvolume', 'in place')
    if (found.state === 'absent')
      change('', undefined, wanted.of ? `a snapshot of ${wanted.of}` : 'a subvolume', 'in place')
    if (found.state !== 'subvolume') return changes
    if (wanted.of !== '' && found.of === 'another') change('of', 'another subvolume', wanted.of, 'replace')
    if (wanted.readOnly !== found.readOnly) change('readOnly', found.readOnly, wanted.readOnly, 'in place')
    if (wanted.quotaBytes !== found.quotaBytes) {
      change('quotaBytes', found.quotaBytes ?? undefined, wanted.quotaBytes ?? undefined, 'in place')
    }
    return changes
  },
  commands(wanted, found) {
    const { path, of } = wanted
    const replaced = found.state === 'subvolume' && wanted.of !== '' && found.of === 'another'
    const isNew = replaced || found.state !== 'subvolume'
    // The kernel copies the limit of a subvolume to its snapshots.
    const inherits = isNew && of !== ''
    const is: SubvolumeFound = isNew ? { ...subvolumeKind.bare, state: 'subvolume' } : found
    const title = of ? `take a snapshot of ${of} at ${path}` : `create subvolume ${path}`
    return [
      ...(replaced ? [drop(path)] : []),
      ...(isNew ? [{ title, run: { script: CREATE, args: [path, of] } }] : []),
      ...(inherits || is.quotaBytes !== wanted.quotaBytes ? [limit(path, wanted.quotaBytes)] : []),
      ...(is.readOnly !== wanted.readOnly ? [lock(path, wanted.readOnly)] : []),
    ]
  },
  settled: ({ path, quotaBytes, readOnly, of }, found) => ({
    state: 'subvolume',
    path,
    readOnly,
    quotaBytes,
    of: of === '' ? '' : found.state === 'subvolume' && found.of === 'unknown' ? 'unknown' : 'same',
    ...(of === '' ? {} : { source: of }),
  }),
  asWanted({ state, path, readOnly, quotaBytes, of, source }) {
    if (state !== 'subvolume' || path === undefined) return undefined
    return { path, readOnly, quotaBytes, of: of === 'same' || of === 'unknown' ? (source ?? '') : '' }
  },
  remove({ path }, before, found) {
    if (before.state === 'subvolume') {
      return [
        ...(before.quotaBytes !== found.quotaBytes ? [limit(path, before.quotaBytes)] : []),
        ...(before.readOnly !== found.readOnly ? [lock(path, before.readOnly)] : []),
      ]
    }
    return found.state === 'subvolume' ? [drop(path)] : []
  },
}

const drop = (path: string): Command => ({
  title: `delete subvolume ${path}`,
  run: { script: DELETE, args: [path] },
  effects: [{ kind: 'data-loss', what: path }],
})

const limit = (path: string, bytes: number | null): Command => ({
  title: bytes === null ? `lift the limit of ${path}` : `limit ${path} to ${bytes} bytes`,
  run: { script: LIMIT, args: [path, bytes === null ? 'none' : String(bytes)] },
})

const lock = (path: string, readOnly: boolean): Command => ({
  title: `make ${path} ${readOnly ? 'read-only' : 'writable'}`,
  run: { script: READ_ONLY, args: [path, String(readOnly)] },
})
