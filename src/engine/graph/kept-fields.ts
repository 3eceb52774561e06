/** `$ignore`: the fields of a service that others own keep the value with which it was last applied. */
import type { Address } from '../../base/address.ts'
import { type Json, plain } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { isSealed } from '../../base/secret.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Steer } from '../blueprint/declaration.ts'
import type { AnyTemplate } from '../template.ts'
import { canonicalKey, placedValue } from './fields.ts'
import type { Service } from './graph.ts'

/** Ignored fields as they were last applied, by name; one without `value` was absent. Secrets are sealed. */
export type KeptFields = Readonly<Record<string, { readonly value?: Json }>>

/** The names of the fields that `$ignore` means. */
export const ignoredFields = (template: AnyTemplate, { ignore }: Pick<Steer, 'ignore'>): string[] =>
  ignore.map(canonicalKey).filter((field) => Object.hasOwn(template.data.properties, field))

/**
 * What is remembered of them from now on; undefined when none is ignored. A secret that was applied once stays the one
 * remembered: another one is not applied while it is ignored.
 */
export function keptFieldsOf(
  { template, steer, data }: Pick<Service, 'template' | 'steer' | 'data'>,
  kept: KeptFields | undefined,
): KeptFields | undefined {
  const fields = ignoredFields(template, steer)
  if (fields.length === 0) return undefined
  const now = (field: string): KeptFields[string] => (data[field] === undefined ? {} : { value: plain(data[field]) })
  return Object.fromEntries(
    fields.map((field) => {
      const before = kept?.[field]
      return [field, before && holdsSealed(before.value) ? before : now(field)]
    }),
  )
}

/** The fields with those that are kept in place of what is declared. A secret's value is not kept: it stays as declared. */
export function withKept(
  fields: readonly Entry[],
  ignored: readonly string[],
  kept: KeptFields,
  at: Place,
): readonly Entry[] {
  const known = ignored.filter((field) => kept[field] && !holdsSealed(kept[field].value))
  const added = known.flatMap((key): Entry[] => {
    const value = kept[key]?.value
    const declared = fields.find((entry) => entry.key === key)
    const place = declared?.value.at ?? at
    return value === undefined ? [] : [{ key, keyAt: declared?.keyAt ?? at, value: placedValue(value, place) }]
  })
  return [...fields.filter(({ key }) => !known.includes(key)), ...added]
}

/** Whether a secret stands somewhere in remembered data. */
export function holdsSealed(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isSealed(value) || Object.values(value).some((one) => holdsSealed(one))
}

/** `$ignore` of what is no field. */
export function ignoreMistakes(
  address: Address,
  { ignoreAt = [] }: Steer,
  template: AnyTemplate,
  linkKeys: readonly string[],
): Problem[] {
  const known = Object.keys(template.data.properties)
  return ignoreAt.flatMap(({ text, at }): Problem[] => {
    const key = canonicalKey(text)
    const first = canonicalKey(text.split('.')[0] ?? '')
    if (known.includes(key)) return []
    const refuse = (message: string, hint: string): Problem[] => [
      { code: 'STEER_INVALID', at, message: `$ignore: ${message}`, hint },
    ]
    if (linkKeys.includes(key)) return refuse(`${text} of ${address} is a link.`, 'It names fields of the data only.')
    if (known.includes(first))
      return refuse(
        `${text} is a part of the field ${first} of ${address}.`,
        `Write ${first}: a field is ignored whole.`,
      )
    const hint = known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none.'
    return refuse(`${address} has no field ${text}.`, didYouMean(text, known) ?? hint)
  })
}
