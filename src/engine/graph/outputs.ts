/** What compositions give others: values of their files, which read the service itself and other services. */
import type { Address } from '../../base/address.ts'
import { type Problem, ProblemsError } from '../../base/problem.ts'
import type { Entry, Reference } from '../blueprint/declaration.ts'
import type { ServiceReadings } from '../blueprint/expressions.ts'
import type { OwnView } from '../template.ts'
import { ownViewOf } from './derive.ts'
import { expressionsIn } from './fields.ts'
import type { Linked } from './link.ts'
import { PARENT } from './link-fields.ts'
import { resolveFields } from './resolve.ts'
import type { Settled } from './settled.ts'

/** The outputs of one service as far as they are known before anything is chosen. */
export interface Composed {
  readonly fields: readonly Entry[]
  /** Services that they read. */
  readonly refersTo: readonly Reference[]
}

/** By address; `problems` gathers the mistakes, at their places in the templates' files. */
export function composedOutputs(
  settled: Iterable<Settled>,
  linked: ReadonlyMap<Address, Linked>,
  readings: ServiceReadings,
  isOpen: (address: Address) => boolean,
  problems: Problem[],
): ReadonlyMap<Address, Composed> {
  const composed = new Map<Address, Composed>()
  for (const one of settled) {
    const { declaration, template } = one.member
    if (!template.declaredOutputs || !one.sound) continue
    const tell = (problem: Problem): void => {
      const message = `${problem.message} It is an output of ${declaration.address}.`
      problems.push({ ...problem, message, at: problem.at ?? declaration.at })
    }
    try {
      const written = template.declaredOutputs.of({
        ...ownViewOf(one),
        links: foundBy(linked.get(declaration.address)),
      })
      const refersTo = expressionsIn(written).flatMap((expression) => expression.refersTo)
      const resolved = resolveFields(written, readings, isOpen)
      for (const problem of resolved.problems) tell(problem)
      composed.set(declaration.address, { fields: resolved.fields, refersTo })
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      for (const problem of error.problems) tell(problem)
    }
  }
  return composed
}

/** What the links mean, named or not: addresses, so that outputs can read them. */
const foundBy = (linked: Linked | undefined): OwnView['links'] => ({
  ...linked?.consumes,
  [PARENT]: linked?.parent ? [linked.parent] : [],
})
