/** What changes and what depends on it, drawn by Graphviz in WebAssembly; the page colours it. */
import type { Address } from '../../../base/address.ts'
import { boxesOf } from '../markdown/mermaid.ts'
import { signOf } from '../paint.ts'
import { oneLine } from '../plain-text.ts'
import type { Review } from '../review/review.ts'

/** Boxes that are drawn; a larger picture is one that nobody reads. */
const BOXES_MAX = 150

/** `idOf` gives the number of a service in the page. undefined: there is nothing to draw. */
export async function graphPicture(
  review: Review,
  idOf: (address: Address) => number | undefined,
): Promise<{ readonly svg: string; readonly left: number } | undefined> {
  const all = boxesOf(review)
  if (all.length === 0) return undefined
  const { instance } = await import('@viz-js/viz')
  const viz = await instance()
  const drawn = viz.renderString(dotOf(review, idOf), { format: 'svg', engine: 'dot' })
  return { svg: drawn.slice(drawn.indexOf('<svg')), left: Math.max(0, all.length - BOXES_MAX) }
}

function dotOf(review: Review, idOf: (address: Address) => number | undefined): string {
  const boxes = boxesOf(review).slice(0, BOXES_MAX)
  const names = new Map(boxes.map((box, i) => [box.address, `b${i}`]))
  const byNode = new Map<Address | undefined, string[]>()
  for (const { address, node, action } of boxes) {
    const sign = action === 'none' ? '' : `${signOf(action).sign} `
    const id = idOf(address)
    const place = id === undefined ? '' : ` id="g-${id}"`
    const line = `${names.get(address)} [label=${quoted(`${sign}${address}`)} class="${action}" tooltip=${quoted(address)}${place}]`
    byNode.set(node, [...(byNode.get(node) ?? []), line])
  }
  const groups = [...byNode].map(([node, lines], i) =>
    node === undefined
      ? lines.join('\n')
      : `subgraph cluster_${i} { label=${quoted(node)} style=rounded fontname="sans-serif" fontsize=11\n${lines.join('\n')}\n}`,
  )
  const arrows = review.notes.reach.arrows.flatMap(({ from, to, link }) => {
    const [a, b] = [names.get(from), names.get(to)]
    return a && b ? [`${a} -> ${b}${link === 'parent' ? '' : ' [style=dashed]'}`] : []
  })
  const head = [
    'rankdir=LR',
    'bgcolor=transparent',
    // Graphviz measures with a narrow font; browsers draw with wider ones.
    'node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=11 margin="0.35,0.08"]',
  ]
  return `digraph plan {\n${[...head, ...groups, ...arrows].join('\n')}\n}`
}

/** A string of Graphviz without its escapes: a backslash stays one. */
const quoted = (text: string): string => `"${oneLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
