/** The services that templates declare for their own need. */
import { addressOf, tryReadAddress } from '../../base/address.ts'
import { sameData } from '../../base/json.ts'
import { type Problem, ProblemsError } from '../../base/problem.ts'
import type { Declaration, Entry, WaitingField, WaitingFields } from '../blueprint/declaration.ts'
import type { Derived, OwnView } from '../template.ts'
import { canonicalKey, dataOfFields, entriesOf, expressionsIn } from './fields.ts'
import type { Named } from './link-fields.ts'
import { resolveFields } from './resolve.ts'
import { madeDeclaration, type Roster, unknownTemplate } from './roster.ts'
import type { Settled } from './settled.ts'
import { validateFields } from './validate.ts'

/** How deep services may declare services that declare services. */
export const DEPTH_MAX = 16

/**
 * What a settled service derives, as declarations that stand at its key. What a blueprint declares explicitly is left
 * out; so is what another service derives alike, and unlike is SERVICE_DUPLICATE.
 */
export function deriveFrom(
  roster: Roster,
  settled: Settled,
  depth: number,
): { readonly declarations: Declaration[]; readonly problems: Problem[] } {
  const { declaration, template } = settled.member
  const { address, at } = declaration
  const problems: Problem[] = []
  const declarations: Declaration[] = []
  for (const derived of askTemplate(settled, problems)) {
    const target = roster.templates.get(derived.template)
    const { declared } = derived
    if (!target && declared) {
      const made = { template: derived.template, address: addressOf(derived.template, derived.name), at: declared.at }
      problems.push(unknownTemplate(roster, made))
      continue
    }
    if (!target)
      throw new TypeError(
        `${template.name} derives ${derived.template}__${derived.name}, and there is no such template`,
      )
    const made = addressOf(target.name, derived.name)
    const fields =
      declared?.fields ??
      entriesOf(derived.data, at).map((entry): Entry => ({ ...entry, key: canonicalKey(entry.key) }))
    const former = roster.members.get(made)?.declaration
    if (former) {
      const alike = former.template === target.name && sameData(dataOfFields(former.fields), dataOfFields(fields))
      if (former.derivedBy === undefined || alike) continue
      const message = `${address} and ${former.derivedBy} both bring ${made} with them, but not alike.`
      const also = [{ at: former.at, note: 'the other one' }]
      problems.push({
        code: 'SERVICE_DUPLICATE',
        at,
        message,
        also,
        hint: `Declare ${target.name}__${derived.name} yourself: that one counts.`,
      })
    } else if (depth >= DEPTH_MAX) {
      const message = `${address} declares ${made}, and that is the ${depth + 1}th service declared by a service in a row.`
      problems.push({ code: 'DERIVE_DEPTH', at, message, hint: `The template ${template.name} may never end.` })
      return { declarations: [], problems }
    } else {
      const { name } = derived
      const where = declared ? { at: declared.at, steer: declared.steer } : { at }
      declarations.push(madeDeclaration(target, { name, address: made, fields, derivedBy: address, ...where }))
    }
  }
  return { declarations, problems }
}

/** As another declaration can name it under any key: with the role that the key gave to a bare name. */
const nameOf = ({ text, role }: Named): string =>
  role === undefined || tryReadAddress(text) ? text : addressOf(role, text)

function askTemplate(settled: Settled, problems: Problem[]): readonly Derived[] {
  const { declaration, template } = settled.member
  try {
    return template.derive?.(ownViewOf(settled)) ?? []
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    problems.push(...error.problems.map((problem) => ({ ...problem, at: problem.at ?? declaration.at })))
    return []
  }
}

/** What the template of a service is given of it before anything is chosen. */
export function ownViewOf(settled: Settled): OwnView {
  const { name, address } = settled.member.declaration
  const links = Object.fromEntries(settled.links.map((use) => [use.name, (use.named ?? []).map(nameOf)]))
  return { name, address, data: onlyKnown(settled), links, ...(settled.later ? { waiting: waitingOf(settled) } : {}) }
}

/** What waits in its data: others may wait for it in their turn. */
function waitingOf({ member, fields }: Settled): WaitingFields {
  const { template, declaration } = member
  const { address, at } = declaration
  return new Map(
    fields.flatMap((entry): [string, WaitingField][] => {
      const expressions = expressionsIn([entry])
      if (expressions.length === 0) return []
      const refersTo = expressions.flatMap((expression) => expression.refersTo)
      const resolve: WaitingField['resolve'] = (services) => {
        const resolved = resolveFields([entry], services, () => false)
        const [problem] = resolved.problems
        if (problem) return { state: 'problem', problem }
        if (expressionsIn(resolved.fields).length > 0)
          return { state: 'later', waitsFor: refersTo.map((one) => one.address) }
        // Mistakes of the data are told where the service itself is filled in.
        const { data } = validateFields(template, resolved.fields, { address, at })
        return { state: 'known', data: data[entry.key] ?? null }
      }
      return [[entry.key, { refersTo, resolve }]]
    }),
  )
}

/** The data, of which a field that waits for outputs refuses to be read: every plan is complete. */
function onlyKnown({ member, fields, data, later }: Settled): Settled['data'] {
  if (!later) return data
  const { address } = member.declaration
  const known = { ...data }
  dataOfFields(fields, '', (path, { at }) => {
    const field = path.split('.')[0] ?? path
    Object.defineProperty(known, field, {
      enumerable: true,
      configurable: true,
      get: () => {
        const message = `${address}: the services that ${member.template.name} declares depend on ${field}, which is known only later.`
        throw new ProblemsError([{ code: 'SET_UNKNOWN', at, message, hint: 'Give it a value that reads no outputs.' }])
      },
    })
  })
  return known
}
