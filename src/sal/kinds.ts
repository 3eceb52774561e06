import type { AnyKind } from '../engine/kind.ts'

/** Every kind there is. What was applied with one of them is removed by it, years later. */
const all: readonly AnyKind[] = []

const byName = new Map(all.map((kind) => [kind.name, kind]))

/** The kind of that name and version, or undefined. */
export const tryFindKind = (name: string): AnyKind | undefined => byName.get(name)
export const kinds: readonly AnyKind[] = all
