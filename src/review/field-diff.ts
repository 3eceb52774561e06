/** Which fields of a service differ between two revisions, each with its places. Pure. */
import { type Json, plain, sameData } from '../base/json.ts'
import type { Place } from '../base/place.ts'
import { isSealed } from '../base/secret.ts'
import type { Service } from '../engine/graph/graph.ts'

export interface FieldDiff {
  /** `maxMemory`, `users.0.name`; steering keys as `$protect`, the template as `template`. */
  readonly path: string
  /** Secrets are sealed. undefined: it is not there. */
  readonly from: Json | undefined
  readonly to: Json | undefined
  readonly fromAt?: Place
  readonly toAt?: Place
}

/** From one service to another; either may be missing, then only what a person wrote of the other is told. */
export function fieldDiffs(base: Service | undefined, head: Service | undefined): readonly FieldDiff[] {
  const both = base && head
  const from = base ? valuesOf(base, both ? 'all' : 'written') : {}
  const to = head ? valuesOf(head, both ? 'all' : 'written') : {}
  return leaves('', from, to).map(({ path, ...values }) => {
    const fromAt = base && values.from !== undefined ? placeOf(base, path) : undefined
    const toAt = head && values.to !== undefined ? placeOf(head, path) : undefined
    return { path, ...values, ...(fromAt ? { fromAt } : {}), ...(toAt ? { toAt } : {}) }
  })
}

type Values = Readonly<Record<string, Json | undefined>>

function valuesOf({ template, data, steer, places, derivedBy }: Service, which: 'all' | 'written'): Values {
  const values = plain(data) as Values // data is a map
  const shown =
    which === 'all'
      ? Object.entries(values)
      : Object.entries(values).filter(([key]) => places[key] !== undefined && !derivedBy)
  return {
    template: template.name,
    ...Object.fromEntries(shown),
    ...(steer.protect ? { $protect: true } : {}),
    ...(steer.heal ? {} : { $heal: false }),
    ...(steer.ignore.length > 0 ? { $ignore: [...steer.ignore] } : {}),
    ...(steer.tags.length > 0 ? { $tags: [...steer.tags] } : {}),
    ...(steer.timeoutMs === undefined ? {} : { $timeout: `${steer.timeoutMs / 1000}s` }),
    ...(steer.retriesMs === undefined ? {} : { $retries: steer.retriesMs.map((ms) => `${ms / 1000}s`) }),
  }
}

type Leaf = Pick<FieldDiff, 'path' | 'from' | 'to'>

/** Maps are gone into, and lists of maps; lists of plain values are one value. */
function leaves(path: string, from: Json | undefined, to: Json | undefined): Leaf[] {
  if (sameData(from, to)) return []
  const [a, b] = [inside(from), inside(to)]
  if (!a || !b) return [{ path, from, to }]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort((x, y) =>
    x.localeCompare(y, 'en', { numeric: true }),
  )
  return keys.flatMap((key) => leaves(path === '' ? key : `${path}.${key}`, a[key], b[key]))
}

/** What a value holds, where that is told by its parts. */
function inside(value: Json | undefined): Values | undefined {
  if (typeof value !== 'object' || value === null || isSealed(value)) return undefined
  if (!Array.isArray(value)) return value as Values // neither null nor a list
  const maps = value.length > 0 && value.every((one) => typeof one === 'object' && one !== null && !isSealed(one))
  return maps ? Object.fromEntries(value.entries()) : undefined
}

/** Where the value stands, or what holds it. */
function placeOf({ places, at }: Service, path: string): Place {
  for (let rest = path; rest !== ''; rest = rest.slice(0, Math.max(0, rest.lastIndexOf('.')))) {
    const place = places[rest]
    if (place) return place
  }
  return at
}
