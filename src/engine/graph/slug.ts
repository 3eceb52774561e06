/** The names that services bear on nodes: ASCII, short, unique among their role, kept through renames. */
import { type Address, nameOfAddress, roleOfAddress } from '../../base/address.ts'
import { sha256 } from '../../base/secret.ts'
import type { Service } from './graph.ts'

/** Longest slug, in characters: with a prefix such as `ays-vm-` it still fits user names and network devices' aliases. */
export const SLUG_MAX = 32

/**
 * The slug of every service. `kept` are those of earlier runs by address; a service with `$moved` takes over the slug of
 * its former address. New ones are given in address order; a name whose plain slug is taken bears a digest of itself.
 */
export function slugsOf(
  services: Iterable<Pick<Service, 'address' | 'steer'>>,
  kept: ReadonlyMap<Address, string>,
  formerOf: (service: Pick<Service, 'address' | 'steer'>) => Address | undefined = () => undefined,
): Map<Address, string> {
  const slugs = new Map<Address, string>()
  const taken = new Set<string>()
  const give = (address: Address, slug: string): boolean => {
    const key = `${roleOfAddress(address)}/${slug}`
    if (taken.has(key)) return false
    taken.add(key)
    slugs.set(address, slug)
    return true
  }
  const all = [...services].sort((a, b) => (a.address < b.address ? -1 : 1))
  for (const service of all) {
    const slug = kept.get(service.address)
    if (slug !== undefined) give(service.address, slug)
  }
  for (const service of all) {
    if (slugs.has(service.address)) continue
    const former = formerOf(service)
    const slug = former === undefined ? undefined : kept.get(former)
    if (slug !== undefined) give(service.address, slug)
  }
  // What is remembered of services that are gone still lies on nodes until it was removed.
  for (const [address, slug] of kept) taken.add(`${roleOfAddress(address)}/${slug}`)
  for (const { address } of all) {
    if (slugs.has(address)) continue
    const name = nameOfAddress(address)
    for (let attempt = 0; !give(address, attempt === 0 ? plainSlug(name) : digestSlug(name, attempt)); attempt++);
  }
  return slugs
}

function plainSlug(name: string): string {
  const slug = asciiOf(name)
  return slug.length > 0 && slug.length <= SLUG_MAX ? slug : digestSlug(name, 1)
}

function digestSlug(name: string, attempt: number): string {
  const digest = sha256(attempt === 1 ? name : `${name} ${attempt}`).slice(0, 8)
  return `${asciiOf(name).slice(0, SLUG_MAX - 9) || 'x'}-${digest}`
}

/** Lower case letters, digits and single dashes between them; letters with marks lose the mark. */
function asciiOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
