/** Which line of a blueprint forces a change of a thing. */
import type { Json } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Service } from '../graph/graph.ts'
import type { FieldChange } from '../kind.ts'

/**
 * The place of the one field that the changes are about: it is named as they are, or its value comes with them. Where
 * no field, or more than one, may be meant, the place of the service.
 */
export function forcingPlace(service: Pick<Service, 'at' | 'places' | 'data'>, changes: readonly FieldChange[]): Place {
  const fields = Object.keys(service.places).filter((field) => field !== '')
  const moved = changes.filter((change) => change.from !== undefined)
  const named = fields.filter((field) => moved.some((change) => change.path === field))
  const meant = named.length > 0 ? named : fields.filter((field) => comesWith(valueAt(service.data, field), moved))
  const [only, ...others] = meant
  return (only !== undefined && others.length === 0 ? service.places[only] : undefined) ?? service.at
}

/** The value is in what is wanted and was not in what is there. */
function comesWith(value: Json | undefined, changes: readonly FieldChange[]): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false
  const word = String(value)
  return changes.some(({ from, to }) => {
    if (to === value) return from !== value
    // A short word is found in any text.
    return (
      typeof from === 'string' && typeof to === 'string' && word.length > 1 && to.includes(word) && !from.includes(word)
    )
  })
}

function valueAt(data: Json | undefined, field: string): Json | undefined {
  let value = data
  for (const key of field.split('.'))
    value =
      typeof value === 'object' && value !== null
        ? (value as { readonly [key: string]: Json | undefined })[key]
        : undefined
  return value
}
