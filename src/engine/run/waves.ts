/** A fleet changed in waves: some nodes first, the others only when those are healthy. */
import { type Address, LOCAL } from '../../base/address.ts'
import type { Work } from '../plan/world.ts'
import type { Wave, WaveRule } from './wave.ts'

/**
 * The waves of these nodes, in their order; each node is in one, and those that no rule takes make the last. Percents are of
 * all nodes, rounded up. Empty where there would be one wave only.
 */
export function wavesOf(
  rules: readonly WaveRule[],
  nodes: readonly Address[],
  matches: (rule: WaveRule, node: Address) => boolean,
): Wave[] {
  let left = nodes
  const waves: Wave[] = []
  for (const rule of [...rules, REST]) {
    const fitting = left.filter((node) => matches(rule, node))
    const taken = fitting.slice(0, sizeOf(rule, nodes.length))
    if (taken.length === 0) continue
    left = left.filter((node) => !taken.includes(node))
    waves.push({ nodes: taken, ...(rule.pauseMs === undefined ? {} : { pauseMs: rule.pauseMs }) })
  }
  return waves.length > 1 ? waves : []
}

const REST: WaveRule = { nodes: 'rest', targets: [], tags: [] }

function sizeOf({ nodes }: WaveRule, all: number): number {
  if (nodes === undefined || nodes === 'rest') return all
  return typeof nodes === 'number' ? nodes : Math.ceil((all * nodes.percent) / 100)
}

/** The node that a work changes: itself where it makes one, and none where it is on the controller's own machine. */
export function nodeChanged({ service, node }: Pick<Work, 'service' | 'node'>): Address | undefined {
  if (service.startsWith('node/') && service !== LOCAL) return service
  return node === LOCAL ? undefined : node
}

/**
 * The works with a gate behind each wave but the last: a gate waits for all works of its wave, and those of the next ones for
 * it. What a work needs goes with its wave, also when it is on a node of a later one.
 */
export function withGates(works: readonly Work[], waves: readonly Wave[]): readonly Work[] {
  if (waves.length < 2) return works
  const place = placesOf(works, waves)
  const last = waves.length - 1
  const gated = works.map((work): Work => {
    const wave = place.get(work.key) ?? 0
    return wave === 0 ? work : { ...work, after: [...work.after, gateKey(wave - 1)] }
  })
  const gates = waves.slice(0, last).map(
    (wave, n): Work => ({
      key: gateKey(n),
      service: `wave/${n + 1}` as Address, // no service of the graph: a gate stands in the run under a name of its own
      node: LOCAL,
      things: [],
      removals: [],
      onPaper: false,
      gate: { ...wave, wave: n + 1, waves: waves.length },
      after: [
        ...works.filter((work) => place.get(work.key) === n).map((work) => work.key),
        ...(n > 0 ? [gateKey(n - 1)] : []),
      ],
      behind: [],
    }),
  )
  return [...gated, ...gates]
}

const gateKey = (n: number): string => `wave/${n + 1}`

/** The wave of each work: that of its node, or an earlier one that needs it; what belongs to no node comes after all it needs. */
function placesOf(works: readonly Work[], waves: readonly Wave[]): ReadonlyMap<string, number> {
  const waveOf = new Map(waves.flatMap((wave, n) => wave.nodes.map((node) => [node, n] as const)))
  const byKey = new Map(works.map((work) => [work.key, work]))
  const needs = (work: Work): Work[] => [...work.after, ...work.behind].flatMap((key) => byKey.get(key) ?? [])
  const order = producersFirst(works, needs)
  const place = new Map<string, number>()
  for (const work of order) {
    const node = nodeChanged(work)
    const own = node === undefined ? undefined : waveOf.get(node)
    place.set(work.key, own ?? Math.max(0, ...needs(work).map((need) => place.get(need.key) ?? 0)))
  }
  for (const work of [...order].reverse()) {
    const wave = place.get(work.key) ?? 0
    for (const need of needs(work)) place.set(need.key, Math.min(place.get(need.key) ?? wave, wave))
  }
  return place
}

function producersFirst(works: readonly Work[], needs: (work: Work) => readonly Work[]): Work[] {
  const order: Work[] = []
  const seen = new Set<string>()
  for (const start of works) {
    const stack = [{ work: start, entered: false }]
    for (let top = stack.pop(); top; top = stack.pop()) {
      if (top.entered) order.push(top.work)
      else if (!seen.has(top.work.key)) {
        seen.add(top.work.key)
        stack.push({ work: top.work, entered: true })
        for (const need of needs(top.work)) if (!seen.has(need.key)) stack.push({ work: need, entered: false })
      }
    }
  }
  return order
}
