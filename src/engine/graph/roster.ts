/** Who is there: declared services by address, role and template, for links to find. */
import { type Address, nameOfAddress, roleOf, roleOfAddress } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Declaration, Steer } from '../blueprint/declaration.ts'
import type { AnyTemplate } from '../template.ts'

/** A declaration whose template is known. */
export interface Member {
  readonly declaration: Declaration
  readonly template: AnyTemplate
  /** No blueprint declares it; every workspace has it. It is linked only when it is named. */
  readonly implicit: boolean
}

export interface Roster {
  readonly templates: ReadonlyMap<string, AnyTemplate>
  readonly members: Map<Address, Member>
  /** Addresses of each role in the order of enlisting. */
  readonly byRole: Map<string, Address[]>
  /** Declared, but broken: a link to one is not a mistake of its own. */
  readonly ghosts: Set<Address>
  /** Names of services whose mistakes kept them from declaring what they derive: usually services of like names. */
  readonly barren: Set<string>
}

export function newRoster(templates: Iterable<AnyTemplate>, ghosts: Iterable<Address>): Roster {
  const byName = new Map([...templates].map((template) => [template.name, template]))
  return { templates: byName, members: new Map(), byRole: new Map(), ghosts: new Set(ghosts), barren: new Set() }
}

/** Takes a declaration in, or says why not. */
export function enlist(roster: Roster, declaration: Declaration, options: { readonly implicit: boolean }): Problem[] {
  const { address, at } = declaration
  const former = roster.members.get(address)
  if (former) {
    const also = [{ at: former.declaration.at, note: 'declared here first' }]
    return [
      {
        code: 'SERVICE_DUPLICATE',
        at,
        message: `${address} is declared twice.`,
        also,
        hint: 'Give one of them another name.',
      },
    ]
  }
  const template = roster.templates.get(declaration.template)
  if (!template) {
    roster.ghosts.add(address)
    return [unknownTemplate(roster, declaration)]
  }
  roster.members.set(address, { declaration, template, implicit: options.implicit })
  const role = roleOfAddress(address)
  const sameRole = roster.byRole.get(role)
  if (sameRole) sameRole.push(address)
  else roster.byRole.set(role, [address])
  if (template.unbuilt === undefined) return []
  return [
    {
      code: 'TEMPLATE_UNBUILT',
      at,
      message: `${address}: ${template.name} is known, but not built: ${template.unbuilt}`,
      hint: 'A plan with it is refused.',
      severity: 'warning',
    },
  ]
}

export function unknownTemplate(
  roster: Roster,
  { address, at, template }: Pick<Declaration, 'address' | 'at' | 'template'>,
): Problem {
  const hint = didYouMean(template, roster.templates.keys()) ?? '`ays templates` lists them.'
  return { code: 'TEMPLATE_UNKNOWN', at, message: `${address}: there is no template ${template}.`, hint }
}

/** Whether one of the roles or template names in `to` fits. */
export const accepts = (to: readonly string[], template: AnyTemplate): boolean =>
  to.some((one) => one === template.name || one === roleOf(template.name))

/** The template that `auto: true` makes: the first of `to` that is one, or the only one of that role. */
export function autoTemplate(roster: Roster, to: readonly string[]): AnyTemplate | undefined {
  for (const one of to) {
    const exact = roster.templates.get(one)
    if (exact) return exact
    const ofRole = [...roster.templates.values()].filter(
      (template) => roleOf(template.name) === one && template.unbuilt === undefined,
    )
    if (ofRole.length === 1) return ofRole[0]
  }
  return undefined
}

/** Whether an address that nobody declares may belong to a broken service, whose mistakes are told at its own place. */
export function isBroken(roster: Roster, address: Address): boolean {
  const name = nameOfAddress(address)
  return roster.ghosts.has(address) || [...roster.barren].some((one) => name.startsWith(one))
}

/** A declaration that no person wrote. */
export function madeDeclaration(
  template: AnyTemplate,
  made: Pick<Declaration, 'name' | 'address' | 'fields' | 'derivedBy'> & { readonly at: Place; readonly steer?: Steer },
): Declaration {
  return { template: template.name, steer: NO_STEER, ...made }
}

const NO_STEER: Steer = { after: [], protect: false, heal: true, ignore: [], tags: [] }
