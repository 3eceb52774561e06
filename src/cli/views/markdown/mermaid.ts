/** What changes and what depends on it, as a Mermaid graph: services in their nodes, arrows from what is needed. */
import type { Address } from '../../../base/address.ts'
import type { Action } from '../../../engine/plan/plan.ts'
import { oneLine } from '../plain-text.ts'
import { riskiestFirst } from '../review/by-service.ts'
import type { Review } from '../review/review.ts'

export interface DrawnGraph {
  readonly lines: readonly string[]
  /** Services that had no room. */
  readonly left: number
}

/** The riskiest first, up to a number of boxes. undefined: there is nothing to draw. */
export function mermaidOf({ plan, notes }: Review, boxesMax = 40): DrawnGraph | undefined {
  const all = boxesOf({ plan, notes })
  const boxes = all.slice(0, boxesMax)
  if (boxes.length === 0) return undefined
  const ids = new Map(boxes.map((box, i) => [box.address, `s${i}`]))
  const byNode = new Map<Address | undefined, Box[]>()
  for (const box of boxes) byNode.set(box.node, [...(byNode.get(box.node) ?? []), box])
  const inside = [...byNode].flatMap(([node, own], i) => {
    const lines = own.map((box) => `  ${ids.get(box.address)}["${label(textOf(box))}"]:::${box.action}`)
    return node === undefined
      ? lines
      : [`  subgraph n${i}["${label(node)}"]`, ...lines.map((line) => `  ${line}`), '  end']
  })
  const arrows = notes.reach.arrows.flatMap(({ from, to, link }) => {
    const [a, b] = [ids.get(from), ids.get(to)]
    return a && b ? [`  ${a} ${link === 'parent' ? '-->' : '-.->'} ${b}`] : []
  })
  return {
    lines: ['flowchart LR', ...inside, ...arrows.slice(0, 4 * boxesMax), ...classes(boxes)],
    left: all.length - boxes.length,
  }
}

interface Box {
  readonly address: Address
  readonly node: Address | undefined
  readonly action: Action
}

/** Services of the plan, the riskiest first, then what is around them. */
export function boxesOf({ plan, notes }: Pick<Review, 'plan' | 'notes'>): readonly Box[] {
  const changing = riskiestFirst(plan.services).map(
    ({ address, node, action }): Box => ({
      address,
      node: node === address ? undefined : node,
      action,
    }),
  )
  const around = notes.reach.around.map(({ address, node }): Box => ({ address, node, action: 'none' }))
  return [...new Map([...changing, ...around].map((box) => [box.address, box])).values()]
}

/** A word, not a sign: some versions of Mermaid take a label that begins with `-` or `+` for a list, and show none. */
const textOf = ({ address, action }: Box): string => (action === 'none' ? address : `${action} ${address}`)

/** Mermaid knows `#46;` for a character: nothing else of a name can be read as its words. */
const label = (text: string): string => oneLine(text).replace(/[^\w ./-]/gu, (c) => `#${c.codePointAt(0)};`)

const styles: Readonly<Record<Action, string>> = {
  create: 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  update: 'fill:#fff8c5,stroke:#9a6700,color:#1f2328',
  replace: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:3px',
  remove: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328',
  adopt: 'fill:#ddf4ff,stroke:#0969da,color:#1f2328',
  act: 'fill:#fff8c5,stroke:#9a6700,color:#1f2328',
  unknown: 'fill:#f6f8fa,stroke:#9a6700,color:#1f2328,stroke-dasharray:4',
  none: 'fill:#f6f8fa,stroke:#8c959f,color:#59636e',
}

const classes = (boxes: readonly Box[]): string[] =>
  [...new Set(boxes.map((box) => box.action))].map((action) => `  classDef ${action} ${styles[action]}`)
