/** The way out of a link that leads nowhere: which services would fit, and which of them may be meant. */
import { type Address, addressOf, nameOfAddress, roleOf, tryReadAddress } from '../../base/address.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Link } from '../template.ts'
import { accepts, type Member, type Roster } from './roster.ts'

/** `Did you mean n1?`, else the first of those that fit, else how to declare one. */
export function hintOfFitting(roster: Roster, member: Member, link: Link, text: string): string {
  const asked: Hints = hints.get(roster) ?? { fitting: new Map(), near: new Map() }
  hints.set(roster, asked)
  const roles = [...new Set(link.to.map(roleOf))]
  const own = roles.includes(roleOf(member.template.name)) ? member.declaration.address : undefined
  const key = `${link.to.join()} ${own ?? ''}`
  const fitting =
    asked.fitting.get(key) ??
    roles
      .flatMap((role) => roster.byRole.get(role) ?? [])
      .filter((address) => fits(roster, link, address) && address !== own)
      .sort()
  asked.fitting.set(key, fitting)
  if (fitting.length === 0) return `Declare ${article(showTo(link))}: ${link.to[0] ?? 'role'}__NAME:`
  const question = `${key} ${text}`
  if (text !== '' && !asked.near.has(question) && asked.near.size < SUGGESTIONS_MAX) {
    const name = nameOfAddress(tryReadAddress(text) ?? addressOf('x', text))
    asked.near.set(question, didYouMean(name, new Set(fitting.map(nameOfAddress))))
  }
  const rest = fitting.length > 8 ? ` and ${fitting.length - 8} more` : ''
  return asked.near.get(question) ?? `Declared: ${fitting.slice(0, 8).join(', ')}${rest}.`
}

/** What was asked of one roster: thousands may name one missing node, or thousands of missing ones. */
interface Hints {
  readonly fitting: Map<string, readonly Address[]>
  readonly near: Map<string, string | undefined>
}

const hints = new WeakMap<Roster, Hints>()

/** Different misspelt names for which a likely one is sought; it takes a look at every service. */
const SUGGESTIONS_MAX = 100

/** Whether a link may lead to the service of that address. */
export const fits = (roster: Roster, link: Link, address: Address): boolean => {
  const template = roster.members.get(address)?.template
  return template !== undefined && accepts(link.to, template)
}

/** `node or os`. */
export const showTo = (link: Link): string => link.to.join(' or ')
/** `a node`, `an engine`. */
export const article = (text: string): string => `${/^[aeiou]/i.test(text) ? 'an' : 'a'} ${text}`
