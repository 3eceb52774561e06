/** Which services a command line means: --target, --exclude and --tag. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type Graph, producersOf } from './graph.ts'
import { consumersOf } from './order.ts'

export interface Selection {
  /** Addresses or globs such as `vm/*`; what they match is taken with everything it needs. */
  readonly targets?: readonly string[]
  /** Left out, together with everything that needs it. */
  readonly exclude?: readonly string[]
  /** Services with one of these tags, with everything they need. */
  readonly tags?: readonly string[]
  /** Services that are remembered but no longer declared: they may be named too. */
  readonly orphans?: Iterable<Address>
}

/**
 * The chosen services, or `undefined` for all of them (nothing was asked). Every pattern or tag that matches nothing is a
 * TARGET_UNKNOWN.
 */
export function selectServices(
  graph: Graph,
  selection: Selection,
): { readonly selected: ReadonlySet<Address> | undefined; readonly problems: Problem[] } {
  const problems: Problem[] = []
  const { targets = [], exclude = [], tags = [] } = selection
  if (targets.length + exclude.length + tags.length === 0) return { selected: undefined, problems }
  const orphans = [...(selection.orphans ?? [])].filter((address) => !graph.services.has(address))
  const all = [...graph.services.keys(), ...orphans]
  const needs = new Map([...graph.services].map(([address, service]) => [address, producersOf(service)] as const))

  const asked = [...targets.flatMap((one) => match('--target', one, all, problems)), ...taggedOf(graph, tags, problems)]
  const selected = reach(targets.length + tags.length === 0 ? all : asked, needs)
  const left = exclude.flatMap((one) => match('--exclude', one, all, problems))
  for (const address of reach(left, consumersOf(needs))) selected.delete(address)
  return { selected, problems }
}

/** Services whose address fits the pattern; a bare name without role fits any role. */
export function matchAddresses(pattern: string, addresses: Iterable<Address>): Address[] {
  const wanted = tryReadAddress(pattern) ?? (pattern.includes('*') || pattern.includes('?') ? pattern : `*/${pattern}`)
  return [...addresses].filter((address) => globMatches(wanted, address))
}

function match(option: string, pattern: string, all: readonly Address[], problems: Problem[]): Address[] {
  const found = matchAddresses(pattern, all)
  if (found.length === 0) {
    const hint = didYouMean(tryReadAddress(pattern) ?? pattern, all) ?? '`ays status` lists the services.'
    problems.push({ code: 'TARGET_UNKNOWN', message: `${option} ${pattern} matches no service.`, hint })
  }
  return found
}

function taggedOf(graph: Graph, tags: readonly string[], problems: Problem[]): Address[] {
  const byTag = new Map<string, Address[]>()
  for (const service of graph.services.values()) {
    for (const tag of service.steer.tags) {
      const tagged = byTag.get(tag)
      if (tagged) tagged.push(service.address)
      else byTag.set(tag, [service.address])
    }
  }
  for (const tag of tags) {
    if (byTag.has(tag)) continue
    const hint =
      didYouMean(tag, byTag.keys()) ??
      (byTag.size > 0 ? `Tags: ${[...byTag.keys()].sort().join(', ')}.` : 'No service has $tags.')
    problems.push({ code: 'TARGET_UNKNOWN', message: `--tag ${tag} matches no service.`, hint })
  }
  return tags.flatMap((tag) => byTag.get(tag) ?? [])
}

function reach(from: Iterable<Address>, edges: ReadonlyMap<Address, readonly Address[]>): Set<Address> {
  const reached = new Set(from)
  for (const address of reached) for (const next of edges.get(address) ?? []) reached.add(next)
  return reached
}

/** `*` is any run of characters, `?` one. Linear in both texts for each star, without regular expressions. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0
  let star = -1
  let resume = 0
  for (let t = 0; t < text.length; ) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === text[t] && pattern[p] !== '*'))) {
      p++
      t++
    } else if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
