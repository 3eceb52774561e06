/** What others may read of a service: what its template gives, what its node is, and what is known only after apply. */
import type { Address } from '../../base/address.ts'
import { type JsonObject, sameData } from '../../base/json.ts'
import { Later, type LaterSource, latersIn, type StandIn, typeOfValue } from '../../base/later.ts'
import { isSecret } from '../../base/secret.ts'
import { factOutputs } from '../facts.ts'
import type { FindOwn } from '../template.ts'
import { type Chosen, contextOf, type Shown, sourcesOf, workNodeOf } from './context.ts'
import type { Service } from './graph.ts'

/** Outputs of a template; what it cannot say yet is a Later. Throws what the template throws. */
export function outputsOf(chosen: Chosen, service: Service): JsonObject {
  const { template, address } = service
  const sources = sourcesOf(chosen, service)
  const first = ask(chosen, service, 0)
  const given = sources.length === 0 ? first : differing(first, ask(chosen, service, 1), sources)
  const outputs: Record<string, unknown> = { ...(given as JsonObject) } // an object, as `ask` gives it
  for (const [name, spec] of Object.entries(template.gives ?? {})) {
    if (spec.known === undefined || outputs[name] !== undefined) continue
    const when = `after ${address} is applied`
    outputs[name] =
      chosen.shown?.remembered(address)?.[name] ?? new Later(spec.type, [{ from: address, output: name, when }])
  }
  // Secrets, and what is known later, are hidden behind JSON's type, as in data.
  return outputs as JsonObject
}

/** Outputs that only a look gives, where they are known and not secret: what plans without looks go by. */
export function outputsToRemember({ template }: Service, outputs: JsonObject | undefined): JsonObject | undefined {
  if (!template.gives || !outputs) return undefined
  const kept = Object.entries(template.gives).flatMap(([name, { known }]) => {
    const value = outputs[name]
    const isKept = known === 'once found' && value !== undefined && value !== null && !holdsHidden(value)
    return isKept ? [[name, value] as const] : []
  })
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

/** A secret in it, or something that is not known. */
const holdsHidden = (value: unknown): boolean =>
  isSecret(value) ||
  value instanceof Later ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsHidden))

/** What a node is, for expressions. Getters, so that `onRead` hears of which nodes it matters. */
export function factsOf(
  chosen: Pick<Chosen, 'facts' | 'shown'>,
  { address, template }: Service,
  onRead: (node: Address) => void,
): JsonObject | undefined {
  if (!template.connection) return undefined
  const facts = chosen.shown ? chosen.shown.facts(address) : chosen.facts(address)
  const when = template.on === 'local' ? `after ${address} is made` : `once ${address} is seen`
  const members = Object.entries(factOutputs).map(([output, { type, of }]): [string, PropertyDescriptor] => {
    const get = (): unknown => {
      onRead(address)
      return facts ? of(facts) : new Later(type, [{ from: address, output, when }])
    }
    return [output, { enumerable: true, configurable: true, get }]
  })
  return Object.defineProperties({}, Object.fromEntries(members))
}

function ask(chosen: Chosen, service: Service, variant: 0 | 1): StandIn {
  const context = contextOf(chosen, service, variant)
  const node = service.node === undefined ? undefined : context.node
  return (service.template.outputs?.({ ...context, node, found: findOwn(chosen.shown, service) }) ?? {}) as JsonObject
}

function findOwn(shown: Shown | undefined, service: Service): FindOwn {
  return (kind, thing) => {
    const seen = shown?.found(workNodeOf(service), thing)
    if (seen?.kind !== kind.name) return undefined
    return seen.found as typeof kind.bare // a finding of that kind
  }
}

/** What differs between two stand-ins depends on what is not known. */
function differing(a: StandIn | undefined, b: StandIn | undefined, sources: readonly LaterSource[]): unknown {
  if (sameData(a, b)) return a
  if (a === undefined || b === undefined) return new Later('any', sources)
  if (isMap(a) && isMap(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return Object.fromEntries([...keys].map((key) => [key, differing(a[key], b[key], sources)]))
  }
  const types = [typeOfValue(a), typeOfValue(b)]
  return new Later(types[0] === types[1] && types[0] ? types[0] : 'any', sources, [a, b])
}

const isMap = (value: StandIn): value is JsonObject =>
  typeof value === 'object' && value !== null && !isSecret(value) && !Array.isArray(value)

/** Whether something of a service is known only after apply. */
export const isOpenData = (...data: readonly (JsonObject | undefined)[]): boolean =>
  data.some((one) => latersIn(one).length > 0)
