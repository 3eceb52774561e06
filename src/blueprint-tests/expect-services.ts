/** What a test expects of the services of a graph: that they exist, how many, where they live, and their fields. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import { isSecret } from '../base/secret.ts'
import { didYouMean } from '../base/suggest.ts'
import { canonicalKey } from '../engine/graph/fields.ts'
import type { Graph, Service } from '../engine/graph/graph.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import { failed, shown } from './failure.ts'
import type { ExpectedService } from './format.ts'
import type { BlueprintTest } from './test-file.ts'

export function servicesFailures(test: BlueprintTest, graph: Graph): Problem[] {
  const all = [...graph.services.keys()]
  return Object.entries(test.expect.services ?? {}).flatMap(([pattern, expected]) => {
    const at = test.place('expect', 'services', pattern)
    const found = matchAddresses(pattern, all).flatMap((address) => graph.services.get(address) ?? [])
    const names = found.map((service) => service.address).join(', ')
    if (expected === 'absent')
      return found.length === 0 ? [] : [failed(at, `No ${pattern} is expected, and there is ${names}.`)]
    const count = typeof expected === 'number' ? expected : typeof expected === 'object' ? expected.count : undefined
    if (count !== undefined && found.length !== count)
      return [failed(at, `${pattern}: ${count} expected, ${found.length} there${names ? `: ${names}` : ''}.`)]
    if (count === undefined && found.length === 0) return [failed(at, `There is no ${pattern}.`, others(pattern, all))]
    if (typeof expected !== 'object') return []
    return found.flatMap((service) => serviceFailures(test, pattern, service, expected))
  })
}

function others(pattern: string, all: readonly Address[]): string {
  return (
    didYouMean(pattern, all) ??
    `There ${all.length === 1 ? 'is' : 'are'} ${all.slice(0, 20).join(', ') || 'no service'}.`
  )
}

function serviceFailures(test: BlueprintTest, key: string, service: Service, expected: ExpectedService): Problem[] {
  const place = (...path: readonly string[]) => test.place('expect', 'services', key, ...path)
  const { address } = service
  const told = (what: string, wanted: unknown, actual: unknown): Problem[] =>
    wanted === undefined || wanted === (actual ?? null)
      ? []
      : [failed(place(what), `${address}: ${what} is ${shown(actual)}, not ${shown(wanted)}.`)]
  return [
    ...told('template', expected.template, service.template.name),
    ...told('node', expected.node, service.node),
    ...told('parent', expected.parent, service.parent),
    ...Object.entries(expected.consumes ?? {}).flatMap(([link, wanted]) => {
      const actual = service.consumes[link] ?? []
      return [...actual].sort().join() === [...wanted].sort().join()
        ? []
        : [failed(place('consumes', link), `${address}: ${link} is ${shown(actual)}, not ${shown(wanted)}.`)]
    }),
    ...Object.entries(expected.fields ?? {}).flatMap(([field, wanted]) => {
      const difference = differs(wanted, service.data[canonicalKey(field)], [field])
      return difference
        ? [failed(place('fields', ...difference.path), `${address}: ${difference.path.join('.')} ${difference.says}.`)]
        : []
    }),
  ]
}

interface Difference {
  readonly path: readonly string[]
  readonly says: string
}

/** The first difference. A map is expected to hold these keys, whatever else it holds; a list is expected whole. */
function differs(wanted: unknown, actual: unknown, path: readonly string[]): Difference | undefined {
  if (isSecret(actual))
    return wanted === actual.reveal() ? undefined : { path, says: 'is a secret, and not the one that is expected' }
  if (Array.isArray(wanted) && Array.isArray(actual)) {
    if (wanted.length !== actual.length)
      return { path, says: `has ${actual.length} entries, not ${wanted.length}: ${shown(actual)}` }
    return firstOf(wanted.map((one, i) => differs(one, actual[i], [...path, String(i)])))
  }
  if (isMap(wanted) && isMap(actual))
    return firstOf(Object.entries(wanted).map(([key, one]) => differs(one, actual[key], [...path, key])))
  return wanted === (actual ?? null) ? undefined : { path, says: `is ${shown(actual)}, not ${shown(wanted)}` }
}

const firstOf = (all: readonly (Difference | undefined)[]): Difference | undefined =>
  all.find((one) => one !== undefined)

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
