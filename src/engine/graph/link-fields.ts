/** Tells the fields that are links from those that are data. */
import { roleOf } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { isSecret } from '../../base/secret.ts'
import type { Entry, Value } from '../blueprint/declaration.ts'
import type { AnyTemplate, Link } from '../template.ts'
import { canonicalKey, expressionsIn, showData } from './fields.ts'

/** A service as a link names it: `n1`, `node/n1` or `node!n1`. */
export interface Named {
  readonly text: string
  /** Given under a role's name: a bare name means a service of that role only. */
  readonly role: string | undefined
  readonly at: Place
}

/** A link of a template with what a declaration says of it; `named` undefined: nothing. */
export interface LinkUse {
  /** `parent`, or the name under `consumes`. */
  readonly name: string
  readonly link: Link
  readonly named: readonly Named[] | undefined
  /** The field's value; undefined when there is none. */
  readonly at: Place | undefined
  /** Its value has a mistake or is not known, so that nothing can be said of how many it names. */
  readonly unclear: boolean
}

/** What a field's key says: which link it is, and of which role its services are when it is a role's name. */
export interface LinkKey {
  readonly link: string
  readonly role: string | undefined
}

/** The keys under which a template's links may be given, first the name, then the roles. Kept: many services have one template. */
export function linkKeysOf(template: AnyTemplate): ReadonlyMap<string, LinkKey> {
  const known = kept.get(template)
  if (known) return known
  const keys = findLinkKeys(template)
  kept.set(template, keys)
  return keys
}

const kept = new WeakMap<AnyTemplate, ReadonlyMap<string, LinkKey>>()

function findLinkKeys(template: AnyTemplate): Map<string, LinkKey> {
  const keys = new Map<string, LinkKey>()
  const properties = Object.keys(template.data.properties)
  const add = (key: string, link: string, role?: string): void => {
    const canonical = canonicalKey(key)
    if (!keys.has(canonical) && !properties.includes(canonical)) keys.set(canonical, { link, role })
  }
  const consumes = Object.entries(template.consumes ?? {})
  for (const [name] of consumes) add(name, name)
  if (template.parent) {
    add(PARENT, PARENT)
    for (const role of template.parent.to.map(roleOf)) add(role, PARENT, role)
  }
  // A role that several consumed links accept says nothing; then only their names do.
  for (const [name, link] of consumes) {
    for (const role of new Set(link.to.map(roleOf))) {
      if (consumes.every(([other, { to }]) => other === name || !to.some((one) => roleOf(one) === role)))
        add(role, name, role)
    }
  }
  return keys
}

export const PARENT = 'parent'

/** Splits the fields of a declaration. Values that name no service are FIELD_TYPE; of `faulty` fields all is told. */
export function splitFields(
  template: AnyTemplate,
  fields: readonly Entry[],
  faulty: readonly string[] = [],
): { readonly links: LinkUse[]; readonly data: Entry[]; readonly problems: Problem[] } {
  const keys = linkKeysOf(template)
  const problems: Problem[] = []
  const given = new Map<string, Given>()
  const data: Entry[] = []
  for (const entry of fields) {
    const key = keys.get(entry.key)
    if (key === undefined) {
      data.push(entry)
      continue
    }
    const before = problems.length
    const named = namedIn(entry, entry.value, key.role, problems)
    const unclear = problems.length > before || faulty.includes(entry.key) || expressionsIn([entry]).length > 0
    const former = given.get(key.link)
    if (named.length === 0 && !unclear) continue
    given.set(key.link, {
      named: [...(former?.named ?? []), ...named],
      at: former?.at ?? entry.value.at,
      unclear: unclear || former?.unclear === true,
    })
  }
  const uses = Object.entries(template.consumes ?? {}).map(([name, link]) => useOf(name, link, given))
  return { links: template.parent ? [useOf(PARENT, template.parent, given), ...uses] : uses, data, problems }
}

interface Given {
  readonly named: readonly Named[]
  readonly at: Place
  readonly unclear: boolean
}

function useOf(name: string, link: Link, given: ReadonlyMap<string, Given>): LinkUse {
  const of = given.get(name)
  return { name, link, named: of?.named, at: of?.at, unclear: of?.unclear ?? false }
}

/** Names in a link's value; an empty value names nothing. */
function namedIn(entry: Entry, value: Value, role: string | undefined, problems: Problem[]): Named[] {
  if (value.type === 'list') return value.items.flatMap((item) => namedIn(entry, item, role, problems))
  const scalar = value.type === 'scalar' ? value.value : undefined
  if (scalar === null || scalar === '') return []
  if (typeof scalar === 'string' || typeof scalar === 'number')
    return [{ text: String(scalar).trim(), role, at: value.at }]
  if (value.type === 'expression') return []
  const shown = isSecret(scalar) ? 'a secret' : value.type === 'map' ? 'a map' : showData(scalar)
  const message = `${entry.key} is ${shown}, but the name of a service is expected.`
  problems.push({ code: 'FIELD_TYPE', at: value.at, message, hint: `Write a name, role/name, or a list of them.` })
  return []
}
