// Differences that files, directories and symlinks show alike.
import type { FieldChange } from '../../engine/kind.ts'
import type { Access, PathFound } from './found.ts'

/** The thing itself is missing, or something else stands in its place: that is kept, so nothing need be removed first. */
export function typeChange(wanted: PathFound['type'], found: PathFound): FieldChange {
  const from = found.type === 'absent' ? undefined : found.type === 'other' ? found.what : found.type
  return { path: '', from, to: wanted, how: 'in place' }
}

/** Differences of mode, owner and group. */
export function accessChanges(wanted: Access, found: Access): FieldChange[] {
  return (['mode', 'owner', 'group'] as const)
    .filter((field) => wanted[field] !== found[field])
    .map((field) => ({ path: field, from: found[field], to: wanted[field], how: 'in place' }))
}
