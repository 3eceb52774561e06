// Snapshots: subvolumes that begin with what another one holds.
import { type AnyTask, task } from '../../engine/task.ts'
import { subvolumeKind } from './subvolume.ts'

/** A snapshot of the subvolume `of`, taken once; read-only unless said otherwise. */
export function snapshot(
  path: string,
  of: string,
  options: { readonly readOnly?: boolean; readonly quotaBytes?: number; readonly holds?: 'data' } = {},
): AnyTask {
  const wanted = { path, quotaBytes: options.quotaBytes ?? null, readOnly: options.readOnly ?? true, of }
  return task(subvolumeKind, `btrfs-subvolume:${path}`, wanted, options.holds ? { holds: options.holds } : {})
}
