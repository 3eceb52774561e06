/** Formats a YAML file and proves that it means the same: what cannot be proven stays as it is. */
import type { Problem } from '../../base/problem.ts'
import type { Value } from '../../engine/blueprint/declaration.ts'
import { readYaml, type SourceFile, type YamlRead } from '../../engine/blueprint/read-yaml.ts'
import { type Atom, tryTakeApart } from './atoms.ts'
import { layOut } from './lay-out.ts'

export type Formatted =
  | { readonly state: 'formatted'; readonly text: string }
  /** It is YAML, but laid out in a way that formatting does not follow; the text is as it was. */
  | { readonly state: 'kept'; readonly text: string }
  /** It is not YAML; the problems say where. */
  | { readonly state: 'broken'; readonly problems: readonly Problem[] }

/**
 * Only white space changes: scalars, quotes, anchors, comments and the order of keys stay as they are written. The result
 * is read again with the reader of blueprints, must give the same data and the same comments, and formatting it must
 * change nothing.
 */
export function formatYaml(file: SourceFile): Formatted {
  const before = readYaml(file)
  if (before.broken) return { state: 'broken', problems: before.problems }
  const source = file.text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  const atoms = tryTakeApart(source)
  if (!atoms) return { state: 'kept', text: file.text }
  const text = layOut(atoms)
  if (text === file.text) return { state: 'formatted', text }
  const again = tryTakeApart(text)
  const proven =
    again !== undefined &&
    layOut(again) === text &&
    commentsOf(again) === commentsOf(atoms) &&
    sameMeaning(before, readYaml({ path: file.path, text }))
  return proven ? { state: 'formatted', text } : { state: 'kept', text: file.text }
}

const commentsOf = (atoms: readonly Atom[]): string =>
  atoms.flatMap(({ type, text }) => (type === 'comment' ? [text.trimEnd()] : [])).join('\n')

/** Whether two readings hold the same documents and the same mistakes, wherever these stand. */
export function sameMeaning(a: YamlRead, b: YamlRead): boolean {
  return (
    a.broken === b.broken &&
    a.documents.length === b.documents.length &&
    a.documents.every((one, i) => sameValue(one, b.documents[i])) &&
    a.problems.map(mistakeOf).join('\n') === b.problems.map(mistakeOf).join('\n')
  )
}

const mistakeOf = ({ code, message }: Problem): string => `${code} ${message}`

function sameValue(a: Value, b: Value | undefined): boolean {
  if (!b || a.type !== b.type) return false
  if (a.type === 'scalar') return b.type === 'scalar' && a.value === b.value
  if (a.type === 'list')
    return (
      b.type === 'list' && a.items.length === b.items.length && a.items.every((one, i) => sameValue(one, b.items[i]))
    )
  if (a.type === 'map')
    return (
      b.type === 'map' &&
      a.entries.length === b.entries.length &&
      a.entries.every((one, i) => one.key === b.entries[i]?.key && sameValue(one.value, b.entries[i]?.value))
    )
  return b.type === 'expression' && a.source === b.source
}
