/** Lab nodes for people. */
import type { LabNode } from '../../lab/lab.ts'
import { paletteOf } from './paint.ts'
import { table } from './table.ts'

/** The nodes of each lab; the tag tells the workspaces apart. */
export function labsView(
  labs: readonly { readonly tag: string; readonly nodes: readonly LabNode[] }[],
  { color }: { readonly color: boolean },
): string {
  const palette = paletteOf(color)
  const rows = labs.flatMap(({ tag, nodes }) =>
    nodes.map((node) => [
      { text: node.slug, paint: palette.bold },
      tag,
      node.address,
      node.running ? { text: 'running', paint: palette.good } : { text: 'off', paint: palette.warn },
      { text: node.faults.join(', '), paint: palette.bad },
      node.root,
    ]),
  )
  return rows.length === 0
    ? 'No lab nodes.'
    : table(['node', 'lab', 'address', 'state', 'faults', 'root'], rows, palette.faint)
}
