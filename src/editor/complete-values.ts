/** Values to complete: names that exist, words of enums, true and false. */
import { choicesOf } from '../engine/graph/schema.ts'
import type { Completion } from './completion.ts'
import { describeService } from './describe.ts'
import { choicesOfLink, type Known } from './known.ts'
import { fieldsOf, type Meaning } from './meaning.ts'
import { lifecycle, type Schema } from './vocabulary.ts'

/** The values that fit; none where anything does. */
export function valuesOf(meaning: Meaning, known: Known): Completion[] {
  switch (meaning.type) {
    case 'link':
      return choicesOfLink(meaning.link, meaning.role, known.services).map(({ text, service }) => ({
        label: text,
        type: 'service',
        detail: service.template.name,
        description: describeService(service),
        rank: service.derivedBy || service.at.file === 'ays' ? 200 : 100,
      }))
    case 'steering':
      if (meaning.key === '$after') return addresses(known)
      if (meaning.key === '$ignore')
        return fieldsOf((meaning.template?.data ?? {}) as Schema).map(([label], rank) => ({
          label,
          type: 'field',
          rank,
        }))
      return valuesFor(meaning.schema)
    case 'field':
      return valuesFor(meaning.schema)
    case 'action field':
      if (meaning.key === 'action') return lifecycle.map((label, rank) => ({ label, type: 'value', rank }))
      if (meaning.key === 'service') return names([...known.services.values()].map(({ name }) => name))
      if (meaning.key === 'actor') return names([...known.services.values()].map(({ template }) => template.name))
      return valuesFor(meaning.schema)
    default:
      return []
  }
}

function valuesFor(schema: Schema): Completion[] {
  const all = [schema, ...(schema.anyOf ?? [])]
  const words = all.some(({ type }) => type === 'boolean' || (Array.isArray(type) && type.includes('boolean')))
    ? ['true', 'false']
    : choicesOf(schema)
  return words.map((label, rank) => ({
    label,
    type: 'value',
    rank,
    ...(String(schema.default) === label ? { detail: 'default' } : {}),
  }))
}

const names = (all: readonly string[]): Completion[] =>
  [...new Set(all)].map((label) => ({ label, type: 'value', rank: 100 }))

export const addresses = (known: Known): Completion[] =>
  [...known.services.values()].map((service) => ({
    label: service.address,
    type: 'service',
    detail: service.template.name,
    description: describeService(service),
    rank: 100,
  }))
