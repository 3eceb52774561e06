import type { AnyKind } from '../engine/kind.ts'
import { directoryKind } from './files/directory.ts'
import { fileKind } from './files/file.ts'
import { symlinkKind } from './files/symlink.ts'

/** Every kind there is. What was applied with one of them is removed by it, years later. */
const all: readonly AnyKind[] = [
  fileKind,
  directoryKind,
  symlinkKind,
]

const byName = new Map(all.map((kind) => [kind.name, kind]))

/** The kind of that name and version, or undefined. */
export const tryFindKind = (name: string): AnyKind | undefined => byName.get(name)
export const kinds: readonly AnyKind[] = all
