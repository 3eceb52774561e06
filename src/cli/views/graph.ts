/** The graph of services as a tree, Mermaid or Graphviz text, or a picture. */
import type { Address } from '../../base/address.ts'
import { type Graph, producersOf, type Service } from '../../engine/graph/graph.ts'
import { paletteOf } from './paint.ts'

/** Services under the one they live on; what they consume stands behind an arrow. */
export function graphTree(graph: Graph, { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  const services = graph.order.flatMap((address) => graph.services.get(address) ?? [])
  if (services.length === 0) return 'No services are declared.'
  const children = new Map<Address | undefined, Service[]>()
  for (const service of services) {
    const parent = service.parent !== undefined && graph.services.has(service.parent) ? service.parent : undefined
    children.set(parent, [...(children.get(parent) ?? []), service])
  }
  const lines: string[] = []
  const draw = (service: Service, lead: string, branch: string, next: string): void => {
    const needs = producersOf(service).filter((one) => one !== service.parent)
    const more = [
      palette.faint(service.template.name),
      ...(needs.length > 0 ? [`${palette.calm('→')} ${needs.join(', ')}`] : []),
      ...(service.derivedBy ? [palette.faint(`made by ${service.derivedBy}`)] : []),
    ]
    lines.push(`${lead}${palette.faint(branch)}${palette.bold(service.address)}  ${more.join('  ')}`)
    const below = children.get(service.address) ?? []
    below.forEach((child, i) => {
      const last = i === below.length - 1
      draw(child, lead + palette.faint(next), last ? '└─ ' : '├─ ', last ? '   ' : '│  ')
    })
  }
  for (const root of children.get(undefined) ?? []) draw(root, '', '', '')
  return lines.join('\n')
}

/** Mermaid, as Markdown pages show it. Arrows go from what is needed to what needs it. */
export function graphMermaid(graph: Graph): string {
  const ids = idsOf(graph)
  const quote = (text: string): string => text.replaceAll('"', '#quot;')
  return [
    'flowchart LR',
    ...nodeLines(
      graph,
      ids,
      (id, service) => `  ${id}["${quote(service.address)}<br/><small>${quote(service.template.name)}</small>"]`,
    ),
    ...edges(graph).map(({ from, to, parent }) => `  ${ids.get(from)} ${parent ? '-->' : '-.->'} ${ids.get(to)}`),
  ].join('\n')
}

/** Graphviz. */
export function graphDot(graph: Graph): string {
  const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const head = [
    'digraph ays {',
    '  rankdir=LR',
    // Graphviz measures with a narrow font; browsers draw with wider ones: the margin leaves room for them.
    '  node [shape=box style=rounded fontname="sans-serif" fontsize=11 margin="0.35,0.08"]',
    '  edge [color="#667788"]',
  ]
  const lines = graph.order.flatMap((address) => {
    const service = graph.services.get(address)
    return service ? [`  ${quote(address)} [label=${quote(address)} tooltip=${quote(service.template.name)}]`] : []
  })
  return [
    ...head,
    ...lines,
    ...edges(graph).map(({ from, to, parent }) => `  ${quote(from)} -> ${quote(to)}${parent ? '' : ' [style=dashed]'}`),
    '}',
  ].join('\n')
}

/** An SVG picture, drawn by Graphviz in WebAssembly: no program of the machine is needed. */
export async function graphSvg(graph: Graph): Promise<string> {
  const { instance } = await import('@viz-js/viz')
  const viz = await instance()
  return viz.renderString(graphDot(graph), { format: 'svg', engine: 'dot' })
}

/** For --json: services and edges. */
export function graphJson(graph: Graph): unknown {
  const services = graph.order.flatMap((address) => {
    const service = graph.services.get(address)
    if (!service) return []
    const { template, node, parent, consumes, after, at, derivedBy } = service
    return [{ address, template: template.name, node, parent, consumes, after, at, derivedBy }]
  })
  return {
    format: 1,
    services,
    edges: edges(graph).map(({ from, to, parent }) => ({ from, to, link: parent ? 'parent' : 'consumes' })),
  }
}

interface Edge {
  readonly from: Address
  readonly to: Address
  readonly parent: boolean
}

function edges(graph: Graph): Edge[] {
  return graph.order.flatMap((address) => {
    const service = graph.services.get(address)
    return service ? producersOf(service).map((from) => ({ from, to: address, parent: from === service.parent })) : []
  })
}

const idsOf = (graph: Graph): Map<Address, string> => new Map(graph.order.map((address, i) => [address, `s${i}`]))

function nodeLines(
  graph: Graph,
  ids: ReadonlyMap<Address, string>,
  line: (id: string, service: Service) => string,
): string[] {
  return graph.order.flatMap((address) => {
    const service = graph.services.get(address)
    const id = ids.get(address)
    return service && id !== undefined ? [line(id, service)] : []
  })
}
