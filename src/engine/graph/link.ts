/** Finds the services that a declaration's links mean. */
import { type Address, addressOf, nameOfAddress, roleOf, tryReadAddress } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Link } from '../template.ts'
import { type LinkUse, type Named, PARENT } from './link-fields.ts'
import { article, fits, hintOfFitting, showTo } from './link-hints.ts'
import { accepts, autoTemplate, isBroken, type Member, type Roster } from './roster.ts'

export interface Linked {
  readonly parent: Address | undefined
  /** It has no parent because of a mistake that is told. */
  readonly parentUnclear: boolean
  readonly consumes: Readonly<Record<string, readonly Address[]>>
  readonly resolved: Readonly<Record<string, Address>>
  /** Every producer with the place of the value that names it, for circles. */
  readonly edges: readonly { readonly to: Address; readonly at: Place }[]
  /** Services to be made for links with `auto`: they are linked to already. */
  readonly made: readonly { readonly template: string; readonly name: string; readonly address: Address }[]
}

/**
 * Resolves the links of one service. An unnamed parent with exactly one candidate is that one. A service of one's own role
 * is a candidate only when the link wants its very template, an implicit one only when the link can mean nothing else.
 */
export function linkService(
  roster: Roster,
  member: Member,
  uses: readonly LinkUse[],
): { readonly linked: Linked; readonly problems: Problem[] } {
  const problems: Problem[] = []
  const edges: { to: Address; at: Place }[] = []
  const resolved: Record<string, Address> = {}
  const consumes: Record<string, Address[]> = {}
  const made: { template: string; name: string; address: Address }[] = []
  let parent: Address | undefined
  let parentUnclear = false
  for (const use of uses) {
    const found = use.named ? namedTargets(roster, member, use, use.named, problems) : []
    const targets = [...new Set(found.map(({ to }) => to))]
    edges.push(...found)
    if (!use.named) {
      const to = unnamedTarget(roster, member, use, made, resolved, problems)
      if (to) {
        targets.push(to)
        edges.push({ to, at: member.declaration.at })
      }
    } else if (found.length === use.named.length && !use.unclear) {
      const problem = countProblem(member, use, targets.length)
      if (problem) problems.push(problem)
    }
    if (use.name === PARENT) {
      parent = targets[0]
      parentUnclear = parent === undefined && (use.named !== undefined || use.link.min > 0 || problems.length > 0)
    } else consumes[use.name] = targets
  }
  return { linked: { parent, parentUnclear, consumes, resolved, edges, made }, problems }
}

function namedTargets(
  roster: Roster,
  member: Member,
  use: LinkUse,
  named: readonly Named[],
  problems: Problem[],
): { to: Address; at: Place }[] {
  return named.flatMap((one) => {
    const found = findNamed(roster, member, use, one)
    if ('problem' in found) {
      if (found.problem) problems.push(found.problem)
      return []
    }
    return [{ to: found.to, at: one.at }]
  })
}

/** `problem: undefined`: it is meant for a service that is broken itself, which is told elsewhere. */
function findNamed(
  roster: Roster,
  member: Member,
  use: LinkUse,
  one: Named,
): { to: Address } | { problem: Problem | undefined } {
  const { link } = use
  const roles = one.role === undefined ? [...new Set(link.to.map(roleOf))] : [one.role]
  const whole = tryReadAddress(one.text)
  const candidates = whole ? [whole] : roles.map((role) => addressOf(role, one.text))
  const present = candidates.filter((address) => roster.members.has(address))
  const fitting = withoutCompanions(
    roster,
    present.filter((address) => fits(roster, link, address)),
  )
  const [to, second] = fitting
  if (to !== undefined && second === undefined) return { to }
  const me = member.declaration.address
  if (second !== undefined) {
    const hint = `Write one of ${fitting.join(', ')}.`
    return {
      problem: {
        code: 'LINK_AMBIGUOUS',
        at: one.at,
        message: `${me}: ${labelOf(use)} ${one.text} may be ${fitting.join(' or ')}.`,
        hint,
      },
    }
  }
  if (candidates.some((address) => isBroken(roster, address))) return { problem: undefined }
  const elsewhere = whole
    ? []
    : [...roster.byRole.keys()]
        .map((role) => addressOf(role, one.text))
        .filter((address) => roster.members.has(address))
  const [wrong] = [...present, ...elsewhere]
  if (wrong !== undefined) {
    const hint = hintOfFitting(roster, member, link, one.text)
    const message = `${me}: ${labelOf(use)} ${one.text} is ${wrong} (${roster.members.get(wrong)?.template.name}), but ${showTo(link)} is expected.`
    return { problem: { code: 'LINK_ROLE', at: one.at, message, hint } }
  }
  const asked = whole ?? (roles.length === 1 ? addressOf(roles[0] ?? '', one.text) : one.text)
  const message = `${me}: ${labelOf(use)} is ${asked}, which no blueprint declares.`
  return { problem: { code: 'LINK_UNKNOWN', at: one.at, message, hint: hintOfFitting(roster, member, link, one.text) } }
}

function unnamedTarget(
  roster: Roster,
  member: Member,
  use: LinkUse,
  made: { template: string; name: string; address: Address }[],
  resolved: Record<string, Address>,
  problems: Problem[],
): Address | undefined {
  const { link } = use
  const { address: me, at } = member.declaration
  if (use.name === PARENT) {
    const [only, second, ...others] = candidatesOf(roster, member, link)
    if (only !== undefined && second === undefined) {
      resolved[use.name] = only
      return only
    }
    if (second !== undefined && only !== undefined) {
      const all = [only, second, ...others]
      const shown = `${all.slice(0, 8).join(', ')}${all.length > 8 ? ` and ${all.length - 8} more` : ''}`
      const hint = `Add ${roleOf(link.to[0] ?? PARENT)}: ${nameOfAddress(only)}, or the one that is meant.`
      problems.push({
        code: 'LINK_AMBIGUOUS',
        at,
        message: `${me} does not say on which ${showTo(link)} it lives: ${shown}.`,
        hint,
      })
      return undefined
    }
  }
  if (link.auto) {
    const template = autoTemplate(roster, link.to)
    if (template) {
      const name = `auto_${roleOf(template.name)}`
      const address = addressOf(template.name, name)
      if (!roster.members.has(address)) made.push({ template: template.name, name, address })
      return address
    }
  }
  if (link.min === 0 || looksBroken(roster, link)) return undefined
  const hint = hintOfFitting(roster, member, link, '')
  if (use.name === PARENT) {
    problems.push({
      code: 'LINK_MISSING',
      at,
      message: `${me} needs ${article(showTo(link))} to live on, and none is declared.`,
      hint,
    })
  } else {
    const message = `${me} needs ${link.min === 1 ? article(showTo(link)) : `${link.min} services: ${showTo(link)}`} as ${use.name}, and names none.`
    problems.push({ code: 'LINK_MISSING', at, message, hint })
  }
  return undefined
}

function candidatesOf(roster: Roster, member: Member, link: Link): Address[] {
  const own = roleOf(member.template.name)
  const found = new Set<Address>()
  for (const role of new Set(link.to.map(roleOf))) {
    for (const address of roster.byRole.get(role) ?? []) {
      const other = roster.members.get(address)
      // What it brings along itself, such as the system inside a container, is not what it lives on.
      const itself = other === member || other?.declaration.derivedBy === member.declaration.address
      if (!other || itself || !accepts(link.to, other.template)) continue
      const { name } = other.template
      if (
        other.implicit
          ? link.to.every((to) => to === name)
          : role !== own || (link.to.includes(name) && name !== member.template.name)
      ) {
        found.add(address)
      }
    }
  }
  return withoutCompanions(roster, [...found].sort())
}

/** What a candidate brings along itself, such as the system of a node, is not meant besides it. */
const withoutCompanions = (roster: Roster, candidates: readonly Address[]): Address[] =>
  candidates.filter((address) => {
    const by = roster.members.get(address)?.declaration.derivedBy
    return by === undefined || !candidates.includes(by)
  })

function countProblem(member: Member, use: LinkUse, count: number): Problem | undefined {
  const { min, max } = use.link
  const extra = max > 0 ? count - max : 0
  if (extra <= 0 && count >= min) return undefined
  const allowed = extra > 0 ? `at most ${max} ${max === 1 ? 'is' : 'are'} allowed` : `at least ${min} are needed`
  const message = `${member.declaration.address} names ${count} ${showTo(use.link)} as ${use.name}; ${allowed}.`
  const hint = extra > 0 ? `Take ${extra} away.` : `Name ${min - count} more.`
  return { code: 'LINK_COUNT', at: use.at ?? member.declaration.at, message, hint }
}

/** A service of a fitting role is there or would be, but is broken: that is told at its own place. */
const looksBroken = (roster: Roster, link: Link): boolean => {
  if (roster.barren.size > 0) return true
  const roles = new Set(link.to.map(roleOf))
  return [...roster.ghosts].some((address) => roles.has(address.slice(0, address.indexOf('/'))))
}

const labelOf = (use: LinkUse): string => (use.name === PARENT ? `its ${showTo(use.link)}` : `its link ${use.name}`)
