// Differences that files, directories and symlinks show alike.
import type { FieldChange } from '../../engine/kind.ts'
import type { Access, PathFound } from './found.ts'

/** The thing itself is missing, or something else stands in its place. */
export function typeChange(wanted: PathFound['type'], found: PathFound): FieldChange {
  if (found.type === 'absent') return { path: '', from: undefined, to: wanted, how: 'in place' }
  return { path: '', from: found.type === 'other' ? found.what : found.type, to: wanted, how: 'replace' }
}

/** Differences of mode, owner and group. */
export function accessChanges(wanted: Access, found: Access): FieldChange[] {
  return (['mode', 'owner', 'group'] as const)
    .filter((field) => wanted[field] !== found[field])
    .map((field) => ({ path: field, from: found[field], to: wanted[field], how: 'in place' }))
}
