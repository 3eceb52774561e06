/** Puts values in the place of expressions that read other services, as far as those are known. */
import type { Address } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import type { Entry, ExpressionValue, Value } from '../blueprint/declaration.ts'
import { resolveExpression, type ServiceReadings } from '../blueprint/expressions.ts'

/**
 * The fields with every expression evaluated for which `readings` suffice. Others stay where they are: those that read a
 * service for which `isOpen` (in a circle, or broken itself), and those that need outputs.
 */
export function resolveFields(
  fields: readonly Entry[],
  readings: ServiceReadings,
  isOpen: (address: Address) => boolean,
): { readonly fields: readonly Entry[]; readonly problems: Problem[] } {
  const problems: Problem[] = []
  const resolve = (expression: ExpressionValue): Value => {
    if (expression.refersTo.some(({ address }) => isOpen(address))) return expression
    const result = resolveExpression(expression, readings)
    switch (result.state) {
      case 'known':
        return result.value
      case 'later':
        return expression
      case 'problem':
        problems.push(result.problem)
        return expression
    }
  }
  return { fields: withinFields(fields, resolve), problems }
}

function withinFields(fields: readonly Entry[], resolve: (value: ExpressionValue) => Value): readonly Entry[] {
  let changed = false
  const replaced = fields.map((entry) => {
    const value = within(entry.value, resolve)
    if (value === entry.value) return entry
    changed = true
    return { ...entry, value }
  })
  return changed ? replaced : fields
}

function within(value: Value, resolve: (value: ExpressionValue) => Value): Value {
  switch (value.type) {
    case 'scalar':
      return value
    case 'expression':
      return resolve(value)
    case 'map': {
      const entries = withinFields(value.entries, resolve)
      return entries === value.entries ? value : { ...value, entries }
    }
    case 'list': {
      const items = value.items.map((item) => within(item, resolve))
      return items.some((item, i) => item !== value.items[i]) ? { ...value, items } : value
    }
  }
}
