/** A JSON Schema of a workspace's blueprints, for editors that know YAML but not ays (yaml-language-server and others). */
import { linkKeysOf, PARENT } from '../engine/graph/link-fields.ts'
import type { AnyTemplate, Link } from '../engine/template.ts'
import { describeField, describeLink, describeService, describeTemplate } from './describe.ts'
import { choicesOfLink, type Known } from './known.ts'
import { serviceKeys, tryOtherSpellings } from './spellings.ts'
import { actionAliases, actionFields, lifecycle, type Schema, steering, topKeys } from './vocabulary.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * It completes and explains, and marks what cannot be right whatever else the workspace holds. Names in links are
 * proposed, not enforced: the schema is a picture of one moment, and `ays validate` knows better. `legacy`: unknown
 * fields are let be.
 */
export function blueprintSchema(known: Known, options: { readonly legacy: boolean }): JsonSchema {
  const templates = [...known.templates.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const keys = Object.fromEntries(templates.map(({ name }) => [serviceKeys(name), ref(name)]))
  const names: Record<string, JsonSchema> = {}
  const blocks = Object.fromEntries(templates.map((one) => [one.name, blockSchema(one, known, names, options)]))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: ['object', 'null'],
    properties: {
      actions: { description: topKeys.actions, ...listOrOne(ref('$action')) },
      eventfilters: { description: 'Never had an effect; read and ignored.', deprecationMessage: 'Remove it.' },
      services: {
        description: topKeys.services,
        type: ['array', 'null'],
        items: {
          type: 'object',
          minProperties: 1,
          maxProperties: 1,
          patternProperties: keys,
          additionalProperties: false,
        },
      },
    },
    patternProperties: keys,
    additionalProperties: false,
    definitions: {
      ...blocks,
      ...names,
      ...Object.fromEntries(Object.entries(steering).map(([key, schema]) => [key, fieldSchema(key, schema)])),
      $action: actionSchema(known),
      $expression: EXPRESSION,
    },
  }
}

const ref = (name: string): JsonSchema => ({
  $ref: `#/definitions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
})
const listOrOne = (schema: JsonSchema): JsonSchema => ({
  anyOf: [schema, { type: 'array', items: schema }, { type: 'null' }],
})

function blockSchema(
  template: AnyTemplate,
  known: Known,
  names: Record<string, JsonSchema>,
  options: { readonly legacy: boolean },
): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const patterns: Record<string, JsonSchema> = {}
  const add = (key: string, schema: JsonSchema): void => {
    properties[key] = schema
    const others = tryOtherSpellings(key)
    if (others) patterns[others] = schema
  }
  for (const [key, { link: name, role }] of linkKeysOf(template)) {
    const link = name === PARENT ? template.parent : template.consumes?.[name]
    if (link) add(key, { ...text(describeLink(key, link)), ...linkSchema(link, role, known, names) })
  }
  // A TypeBox schema is JSON schema; its type does not name the words for people.
  const data = template.data as Schema
  const needed = (data.required ?? []).filter((key) => data.properties?.[key]?.default === undefined)
  for (const [key, schema] of Object.entries(data.properties ?? {}))
    add(key, fieldSchema(key, schema, needed.includes(key)))
  for (const key of Object.keys(steering)) properties[key] = ref(key)
  return {
    ...text(describeTemplate(template)),
    ...(template.unbuilt ? { deprecationMessage: `Not built yet: ${template.unbuilt}` } : {}),
    // Nothing under a key is a service with defaults.
    type: needed.length > 0 ? 'object' : ['object', 'null'],
    properties,
    ...(Object.keys(patterns).length > 0 ? { patternProperties: patterns } : {}),
    ...requiredOf(needed),
    additionalProperties: options.legacy,
  }
}

/** A needed field of several spellings is there in one of them. */
function requiredOf(needed: readonly string[]): JsonSchema {
  const plain = needed.filter((key) => tryOtherSpellings(key) === undefined)
  const spelled = needed.flatMap((key) => {
    const others = tryOtherSpellings(key)
    if (!others) return []
    return [{ anyOf: [{ required: [key] }, { not: { propertyNames: { not: { pattern: others } } } }] }]
  })
  return { ...(plain.length > 0 ? { required: plain } : {}), ...(spelled.length > 0 ? { allOf: spelled } : {}) }
}

/** The names that exist, then anything that may be a name: one, or several in a list. */
function linkSchema(link: Link, role: string | undefined, known: Known, names: Record<string, JsonSchema>): JsonSchema {
  const key = `$names of ${role ?? link.to.join(' or ')}`
  if (!names[key]) {
    const choices = choicesOfLink(link, role, known.services)
    const listed = {
      enum: choices.map(({ text: name }) => name),
      markdownEnumDescriptions: choices.map(({ service }) => describeService(service)),
    }
    names[key] = { anyOf: [...(choices.length > 0 ? [listed] : []), { type: ['string', 'number'] }] }
  }
  return listOrOne(ref(key))
}

function fieldSchema(path: string, schema: Schema, needed = false): JsonSchema {
  return { ...text(describeField(path, schema, needed)), ...valueSchema(schema) }
}

/** As the template wants it, or an expression; words and numbers also as a reader of YAML 1.2 hands over what 1.1 means. */
function valueSchema(schema: Schema): JsonSchema {
  const { description: _, anyOf, properties, patternProperties, additionalProperties, items, ...rest } = schema
  const inner: JsonSchema = {
    ...rest,
    ...(anyOf ? { anyOf: anyOf.map(valueSchema) } : {}),
    ...(properties
      ? { properties: mapValues(properties, (one, key) => fieldSchema(key, one, schema.required?.includes(key))) }
      : {}),
    ...(patternProperties ? { patternProperties: mapValues(patternProperties, valueSchema) } : {}),
    ...(additionalProperties === undefined
      ? properties && !patternProperties
        ? { additionalProperties: false }
        : {}
      : { additionalProperties }),
    ...(items ? { items: valueSchema(items) } : {}),
    ...(schema.required ? { required: schema.required.filter((key) => properties?.[key]?.default === undefined) } : {}),
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (
    types.includes('string') &&
    schema.pattern === undefined &&
    schema.minLength === undefined &&
    schema.maxLength === undefined
  )
    return inner
  const { default: fallback, ...bare } = inner
  const spelled = types.flatMap((type) => YAML_1_1.get(type) ?? [])
  return { ...(fallback === undefined ? {} : { default: fallback }), anyOf: [bare, ...spelled, ref('$expression')] }
}

function actionSchema(known: Known): JsonSchema {
  const fields = Object.fromEntries(
    Object.entries(actionFields).map(([key, schema]) => [key, fieldSchema(key, schema)]),
  )
  const words = (all: Iterable<string>): JsonSchema => ({
    anyOf: [{ enum: [...new Set(all)] }, { type: ['string', 'number'] }],
  })
  const services = [...known.services.values()]
  const properties = {
    ...fields,
    action: { ...text(actionFields.action?.description), ...listOrOne(words(lifecycle)) },
    actor: { ...text(actionFields.actor?.description), ...words(services.map(({ template }) => template.name)) },
    service: { ...text(actionFields.service?.description), ...words(services.map(({ name }) => name)) },
  }
  const aliases = Object.entries(actionAliases).map(([alias, key]) => [alias, Reflect.get(properties, key)])
  return {
    type: 'object',
    properties: { ...properties, ...Object.fromEntries(aliases) },
    additionalProperties: false,
    anyOf: [{ required: ['action'] }, { required: ['actions'] }],
  }
}

/** Plain text for all, Markdown for editors that show it. */
const text = (markdown: string | undefined): JsonSchema =>
  markdown === undefined ? {} : { description: markdown.replaceAll(/\*\*|`/g, ''), markdownDescription: markdown }

const mapValues = <T>(all: Readonly<Record<string, T>>, change: (one: T, key: string) => JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(all).map(([key, one]) => [key, change(one, key)]))

const EXPRESSION: JsonSchema = { type: 'string', pattern: '\\$\\{' }

/** What plain words and numbers of YAML 1.1 look like to a reader of 1.2, which takes them for text. */
const YAML_1_1 = new Map<string, readonly JsonSchema[]>([
  ['boolean', [{ type: 'string', pattern: '^(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$' }]],
  ['integer', [{ type: 'string', pattern: '^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$' }]],
  ['number', [{ type: 'string', pattern: '^[-+]?[0-9._]+(?:[eE][-+]?[0-9]+)?$' }]],
])
