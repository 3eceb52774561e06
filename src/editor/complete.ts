/** What may be written at the cursor. */
import { fieldName } from '../engine/blueprint/names.ts'
import { linkKeysOf, PARENT } from '../engine/graph/link-fields.ts'
import { choicesOf } from '../engine/graph/schema.ts'
import type { AnyTemplate } from '../engine/template.ts'
import { type Cursor, cursorAt, type Span } from './cursor.ts'
import { describeField, describeLink, describeService, describeTemplate, paragraphs } from './describe.ts'
import { choicesOfLink, type Known, tryFindService } from './known.ts'
import { blueprintLanguage, fieldsOf, type Language, type Meaning } from './meaning.ts'
import { actionFields, lifecycle, roots, type Schema, steering, topKeys } from './vocabulary.ts'

export interface Completion {
  readonly label: string
  readonly type: 'template' | 'field' | 'link' | 'keyword' | 'service' | 'value' | 'variable'
  /** One line beside the label. */
  readonly detail?: string
  /** Markdown. */
  readonly description?: string
  /** What is written, where it is not the label. */
  readonly insert?: string
  /** What comes first has the lowest. */
  readonly rank: number
}

/** The completions and the text that they take the place of. */
export function completionsAt(
  text: string,
  offset: number,
  known: Known,
  language: Language = blueprintLanguage(known.templates),
): { readonly span: Span; readonly items: readonly Completion[] } {
  const none = { span: { start: offset, end: offset }, items: [] }
  const cursor = cursorAt(text, offset)
  if (!cursor) return none
  const meaning = language(cursor.path)
  const bare = meaning?.type === 'steering' && meaning.key === '$if' && cursor.slot !== 'key'
  if (cursor.expression || bare) {
    const before = cursor.expression?.before ?? text.slice(cursor.span.start, offset)
    return {
      span: { start: offset - (/[A-Za-z0-9_.!/-]*$/.exec(afterDot(before))?.[0].length ?? 0), end: offset },
      items: ofExpression(before, known),
    }
  }
  if (!meaning) return none
  const colon = cursor.slot === 'key' ? '' : ': '
  const span = spanOf(cursor, meaning, offset)
  if (!span) return none
  if (cursor.slot === 'key') return { span, items: keysIn(meaning, cursor, known, colon) }
  const values = valuesOf(meaning, known)
  if (cursor.slot === 'value') {
    const items = text.charAt(span.start - 1) === ':' ? values.map(behindColon) : values
    return { span, items }
  }
  return { span, items: values.length > 0 ? values : keysIn(meaning, cursor, known, colon) }
}

/** A value needs a space between the colon and itself. */
const behindColon = (item: Completion): Completion => ({ ...item, insert: ` ${item.insert ?? item.label}` })

/** The word at the cursor; of `template__name` the template alone, and nothing once the name is begun. */
function spanOf({ span, word }: Cursor, meaning: Meaning, offset: number): Span | undefined {
  const whole = { start: Math.min(span.start, offset), end: Math.max(span.end, offset) }
  const name = meaning.type === 'file' ? word.indexOf('__') : -1
  if (name < 0) return whole
  const end = span.start + name + 2
  return offset <= end ? { ...whole, end } : undefined
}

/** Behind the last dot, unless it stands in brackets: `vars.si` is completed from `si`. */
const afterDot = (before: string): string =>
  /\[\s*["'][^"'\]]*$/.test(before) ? before : before.slice(before.lastIndexOf('.') + 1)

function keysIn(meaning: Meaning, cursor: Cursor, known: Known, colon: string): Completion[] {
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

function valuesOf(meaning: Meaning, known: Known): Completion[] {
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

const addresses = (known: Known): Completion[] =>
  [...known.services.values()].map((service) => ({
    label: service.address,
    type: 'service',
    detail: service.template.name,
    description: describeService(service),
    rank: 100,
  }))

/** `before`: the expression up to the cursor. */
function ofExpression(before: string, known: Known): Completion[] {
  if (/services\s*\[\s*["'][^"'\]]*$/.test(before)) return addresses(known)
  const service = /services\s*\[\s*["']([^"']+)["']\s*\]\.[A-Za-z0-9_]*$/.exec(before)?.[1]
  if (service !== undefined) {
    const found = tryFindService(service, known.services)
    const fields = fieldsOf((found?.template.data ?? {}) as Schema)
    return [
      ...fields.map(
        ([label, schema], rank): Completion => ({
          label,
          type: 'field',
          description: describeField(label, schema, false),
          rank,
        }),
      ),
      ...['name', 'address', 'outputs', 'data'].map((label): Completion => ({ label, type: 'field', rank: 200 })),
    ]
  }
  const root = /\b(vars|env|secrets|each)\.[A-Za-z0-9_]*$/.exec(before)?.[1]
  switch (root) {
    case 'vars':
      return Object.entries(known.vars).map(([label, { type, description }]) => ({
        label,
        type: 'variable',
        detail: type,
        ...(description ? { description } : {}),
        rank: 100,
      }))
    case 'env':
      return known.env.map((label) => ({ label, type: 'variable', rank: 100 }))
    case 'secrets':
      return known.secrets.map((label) => ({ label, type: 'variable', rank: 100 }))
    case 'each':
      return ['key', 'value'].map((label) => ({ label, type: 'variable', rank: 100 }))
    default:
      return /[.\]]\s*\w*$/.test(before)
        ? []
        : Object.entries(roots).map(([label, description]) => ({
            label,
            type: 'keyword',
            description: paragraphs(`**${label}**`, description),
            insert: label === 'services' ? 'services["' : label === 'file' ? 'file("' : `${label}.`,
            rank: 100,
          }))
  }
}
