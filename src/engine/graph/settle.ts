/** Brings every declaration to data and links: expressions resolved, fields validated, derived services declared. */
import { type Address, nameOfAddress, tryReadAddress } from '../../base/address.ts'
import { isError, type Problem } from '../../base/problem.ts'
import type { Declaration, Entry } from '../blueprint/declaration.ts'
import type { ServiceReadings } from '../blueprint/expressions.ts'
import { deriveFrom } from './derive.ts'
import { expressionsIn } from './fields.ts'
import { ignoredFields, ignoreMistakes, type KeptFields, withKept } from './kept-fields.ts'
import { linkKeysOf, splitFields } from './link-fields.ts'
import { resolveFields } from './resolve.ts'
import { enlist, isBroken, type Member, type Roster, unknownTemplate } from './roster.ts'
import type { Settled } from './settled.ts'
import { validateFields } from './validate.ts'

export interface Settling {
  readonly roster: Roster
  readonly legacy: boolean
  /** Ignored fields of a service as they were last applied. */
  keptFields(address: Address): KeptFields | undefined
  readonly settled: Map<Address, Settled>
  /** Declarations that may be looked at now. */
  readonly queue: Member[]
  /** How many services each still has to wait for, and who waits for whom. */
  readonly missing: Map<Member, number>
  readonly waiting: Map<Address, Member[]>
  readonly depth: Map<Address, number>
  readonly problems: Problem[]
}

export function newSettling(
  roster: Roster,
  options: { readonly legacy: boolean; readonly keptFields?: Settling['keptFields'] | undefined },
): Settling {
  return {
    roster,
    legacy: options.legacy,
    keptFields: options.keptFields ?? (() => undefined),
    settled: new Map(),
    queue: [],
    missing: new Map(),
    waiting: new Map(),
    depth: new Map(),
    problems: [],
  }
}

/** Adds a declaration: it settles once the services that its expressions read have. */
export function expect(
  state: Settling,
  declaration: Declaration,
  options: { readonly implicit: boolean; readonly depth: number },
): void {
  state.problems.push(...enlist(state.roster, declaration, options))
  const member = state.roster.members.get(declaration.address)
  if (member?.declaration !== declaration) return
  state.depth.set(declaration.address, options.depth)
  const reads = new Set(referredTo(declaration).filter((address) => !state.settled.has(address)))
  if (reads.size === 0) state.queue.push(member)
  else state.missing.set(member, reads.size)
  for (const address of reads) {
    const waiting = state.waiting.get(address)
    if (waiting) waiting.push(member)
    else state.waiting.set(address, [member])
  }
}

/** Addresses that a declaration's expressions read. */
export const referredTo = (declaration: Declaration): Address[] =>
  expressionsIn(declaration.fields).flatMap(({ refersTo }) => refersTo.map(({ address }) => address))

/** Settles what can be settled, with what derives from it. Gives the newly settled. */
export function settleQueue(state: Settling): Settled[] {
  const fresh: Settled[] = []
  for (let next = 0; next < state.queue.length; next++) {
    const member = state.queue[next]
    if (!member) break
    fresh.push(settleOne(state, member))
    for (const waiting of state.waiting.get(member.declaration.address) ?? []) {
      const left = (state.missing.get(waiting) ?? 0) - 1
      state.missing.set(waiting, left)
      if (left === 0) {
        state.missing.delete(waiting)
        state.queue.push(waiting)
      }
    }
  }
  state.queue.length = 0
  return fresh
}

/** Settles those that wait for what never comes (a circle, a service that is not there): their expressions stay. */
export function settleStuck(state: Settling): void {
  const stuck = [...state.missing.keys()]
  state.missing.clear()
  state.waiting.clear()
  state.queue.push(...stuck)
}

function settleOne(state: Settling, member: Member): Settled {
  const { declaration, template } = member
  const { address, at } = declaration
  const resolved = resolveFields(declaration.fields, readingsOf(state), (other) => isOpen(state, other))
  const { links, data: fields, problems: misnamed } = splitFields(template, resolved.fields, declaration.faulty)
  const linkKeys = [...linkKeysOf(template).keys()]
  const unknown = resolved.problems.length > 0 ? [] : linksKnownLater(state, member, resolved.fields, linkKeys)
  const { data, problems } = validateFields(template, fields, { address, at, legacy: state.legacy, linkKeys })
  const ignored = ignoreMistakes(address, declaration.steer, template, linkKeys)
  const found = template.broken ? [] : [...resolved.problems, ...unknown, ...misnamed, ...problems, ...ignored]
  const kept = problems.length > 0 ? undefined : keptIn(state, member, fields)
  const later = expressionsIn(kept?.fields ?? fields).length > 0
  const sound =
    !declaration.faulty &&
    !template.broken &&
    !found.some((problem) => isError(problem) && problem.code !== 'FIELD_UNKNOWN')
  const settled: Settled = { member, links: template.broken ? [] : links, fields, data, ...kept, later, sound }
  state.settled.set(address, settled)
  state.problems.push(
    ...(declaration.derivedBy ? found.map((problem) => madeBy(problem, declaration.derivedBy)) : found),
  )
  if (sound) declareDerived(state, settled)
  else if (template.derive) state.roster.barren.add(nameOfAddress(address))
  return settled
}

/** The mistakes of fields alone, of a declaration that is no member. */
export function mistakesIn({ roster, legacy }: Settling, declaration: Declaration): readonly Problem[] {
  const { address, at, steer } = declaration
  const template = roster.templates.get(declaration.template)
  if (!template) return [unknownTemplate(roster, declaration)]
  const { data, problems } = splitFields(template, declaration.fields, declaration.faulty)
  const linkKeys = [...linkKeysOf(template).keys()]
  const fields = validateFields(template, data, { address, at, legacy, linkKeys })
  return [...problems, ...fields.problems, ...ignoreMistakes(address, steer, template, linkKeys)]
}

/** Fields and data with what `$ignore` keeps as it was last applied; undefined where that does not fit the template any more. */
function keptIn(
  { keptFields }: Settling,
  { declaration, template }: Member,
  declared: readonly Entry[],
): Pick<Settled, 'fields' | 'data'> | undefined {
  const { address, steer, at } = declaration
  const former = steer.moved && tryReadAddress(steer.moved.address)
  const kept = steer.ignore.length === 0 ? undefined : (keptFields(address) ?? (former && keptFields(former)))
  if (!kept) return undefined
  const fields = withKept(declared, ignoredFields(template, steer), kept, at)
  const { data, problems } = validateFields(template, fields, { address, at })
  return problems.length > 0 ? undefined : { fields, data }
}

function linksKnownLater(
  state: Settling,
  member: Member,
  fields: readonly Entry[],
  linkKeys: readonly string[],
): Problem[] {
  return fields.flatMap((entry) => {
    if (!linkKeys.includes(entry.key)) return []
    const [waiting] = expressionsIn([entry]).filter(
      ({ refersTo }) => !refersTo.some(({ address }) => isOpen(state, address)),
    )
    if (!waiting) return []
    const message = `${member.declaration.address}: the link ${entry.key} reads ${waiting.source}, which is known only later.`
    return [
      { code: 'SET_UNKNOWN', at: waiting.at, message, hint: 'A link may read names and declared data, never outputs.' },
    ]
  })
}

/** What expressions may read before anything is allocated: the data, and no outputs where there may be some. */
export function readingsOf({ settled, roster }: Settling): ServiceReadings {
  return {
    keys: () => roster.members.keys(),
    get: (address) => {
      const known = settled.get(address)
      if (!known) return undefined
      const { member, data, later } = known
      const { outputs: made, declaredOutputs, connection } = member.template
      const outputs = later || made || declaredOutputs || connection ? undefined : {}
      return { name: member.declaration.name, data, outputs }
    },
  }
}

/** Whether there is no use in reading a service: it stands in a circle, or is broken; both are told at their own place. */
export const isOpen = ({ roster, settled }: Settling, address: Address): boolean => {
  const known = settled.get(address)
  return known ? !known.sound : roster.members.has(address) || isBroken(roster, address)
}

const madeBy = (problem: Problem, by: Address | undefined): Problem => ({
  ...problem,
  message: `${problem.message} The template of ${by} declares it so.`,
})

function declareDerived(state: Settling, settled: Settled): void {
  const { declarations, problems } = deriveFrom(
    state.roster,
    settled,
    state.depth.get(settled.member.declaration.address) ?? 0,
  )
  state.problems.push(...problems)
  const depth = (state.depth.get(settled.member.declaration.address) ?? 0) + 1
  for (const declaration of declarations) expect(state, declaration, { implicit: false, depth })
}
