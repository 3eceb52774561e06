/** Keys to complete: templates, fields, links, steering. */
import { fieldName } from '../engine/blueprint/names.ts'
import { linkKeysOf, PARENT } from '../engine/graph/link-fields.ts'
import type { AnyTemplate } from '../engine/template.ts'
import type { Completion } from './completion.ts'
import type { Cursor } from './cursor.ts'
import { describeField, describeLink, describeTemplate } from './describe.ts'
import type { Known } from './known.ts'
import { fieldsOf, type Meaning } from './meaning.ts'
import { actionFields, type Schema, steering, topKeys } from './vocabulary.ts'

/** The keys that may stand here and do not yet. `colon`: what follows a key that is only begun. */
export function keysIn(meaning: Meaning, cursor: Cursor, known: Known, colon: string): Completion[] {
  switch (meaning.type) {
    case 'file':
      return [
        ...[...known.templates.values()].map((template) => templateItem(template)),
        ...Object.entries(topKeys).map(([label, description]) => keyword(label, description, colon)),
      ]
    case 'service':
      return serviceKeys(meaning.template, cursor, colon)
    case 'actions':
      return without(cursor.siblings, Object.entries(actionFields)).map(([label, schema], rank) =>
        fieldItem(label, schema, { rank, needed: label === 'action', colon, type: 'keyword' }),
      )
    case 'field':
      return without(cursor.siblings, fieldsOf(meaning.schema)).map(([label, schema], rank) =>
        fieldItem(label, schema, { rank, needed: isNeeded(meaning.schema, label), colon, type: 'field' }),
      )
    default:
      return []
  }
}

function serviceKeys(template: AnyTemplate | undefined, cursor: Cursor, colon: string): Completion[] {
  const given = new Set(cursor.siblings.map((key) => (key.startsWith('$') ? key : fieldName(key))))
  given.delete(fieldName(cursor.word))
  const steers = Object.entries(steering)
    .filter(([label]) => !given.has(label))
    .map(([label, schema]) => fieldItem(label, schema, { rank: 300, needed: false, colon, type: 'keyword' }))
  if (!template) return steers
  const schema = template.data as Schema
  const fields = fieldsOf(schema)
    .filter(([label]) => !given.has(label))
    .map(([label, field], i) =>
      fieldItem(label, field, { rank: 100 + i, needed: isNeeded(schema, label), colon, type: 'field' }),
    )
  const keys = linkKeysOf(template)
  const taken = new Set([...keys].filter(([key]) => given.has(key)).map(([, { link }]) => link))
  const links = [...keys].flatMap(([label, named]): Completion[] => {
    const link = named.link === PARENT ? template.parent : template.consumes?.[named.link]
    if (!link || taken.has(named.link)) return []
    // A parent is written by its role; `parent` itself is known, too.
    const rank = label === PARENT ? 250 : link.min > 0 && !link.auto ? 1 : 90
    return [
      {
        label,
        type: 'link',
        detail: link.to.join(' or '),
        description: describeLink(label, link),
        insert: `${label}${colon}`,
        rank,
      },
    ]
  })
  return [...links, ...fields, ...steers]
}

function without<T>(siblings: readonly string[], entries: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  return entries.filter(([label]) => !siblings.includes(label))
}

const isNeeded = (schema: Schema, field: string): boolean =>
  (schema.required?.includes(field) ?? false) && schema.properties?.[field]?.default === undefined

function fieldItem(
  label: string,
  schema: Schema,
  of: { rank: number; needed: boolean; colon: string; type: 'field' | 'keyword' },
): Completion {
  return {
    label,
    type: of.type,
    detail: of.needed ? 'needed' : schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    description: describeField(label, schema, of.needed),
    insert: `${label}${of.colon}`,
    rank: of.needed ? of.rank - 100 : of.rank,
  }
}

function templateItem(template: AnyTemplate): Completion {
  return {
    label: `${template.name}__`,
    type: 'template',
    detail: template.unbuilt ? 'not built yet' : template.summary,
    description: describeTemplate(template),
    insert: `${template.name}__`,
    rank: template.unbuilt ? 200 : 100,
  }
}

const keyword = (label: string, description: string, colon: string): Completion => ({
  label,
  type: 'keyword',
  description,
  insert: `${label}${colon.trimEnd()}`,
  rank: 300,
})
