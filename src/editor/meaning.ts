/** What a place in a blueprint is about, told by the keys that lead to it. */
import { fieldName, splitServiceKey } from '../engine/blueprint/names.ts'
import { linkKeysOf, PARENT } from '../engine/graph/link-fields.ts'
import type { AnyTemplate, Link } from '../engine/template.ts'
import { actionAliases, actionFields, type Schema, steering } from './vocabulary.ts'

export type Meaning =
  /** The top of a file, or of 0-robot's list of services. */
  | { readonly type: 'file' }
  | {
      readonly type: 'service'
      readonly name: string
      readonly templateName: string
      readonly template: AnyTemplate | undefined
    }
  | {
      readonly type: 'steering'
      readonly key: string
      readonly schema: Schema
      readonly template: AnyTemplate | undefined
    }
  | { readonly type: 'link'; readonly key: string; readonly link: Link; readonly role: string | undefined }
  | { readonly type: 'field'; readonly path: string; readonly schema: Schema; readonly needed: boolean }
  /** An entry of `actions:`, or the list of them. */
  | { readonly type: 'actions' }
  | { readonly type: 'action field'; readonly key: string; readonly schema: Schema }

/** What keys lead to in one sort of file; undefined where that is nothing known. */
export type Language = (path: readonly string[]) => Meaning | undefined

/** The language of blueprints. */
export const blueprintLanguage =
  (templates: ReadonlyMap<string, AnyTemplate>): Language =>
  (path) =>
    meaningOf(path, templates)

/** The language of a file that one schema describes whole, such as ays.yaml. */
export const schemaLanguage =
  (root: Schema): Language =>
  (path) =>
    fieldMeaning(root, path)

function meaningOf(path: readonly string[], templates: ReadonlyMap<string, AnyTemplate>): Meaning | undefined {
  const [first, ...rest] = path
  if (first === undefined) return { type: 'file' }
  if (first === 'actions') return actionMeaning(rest.filter((step) => step !== '[]'))
  if (first === 'services') {
    const [item, ...inside] = rest
    return item === '[]' ? meaningOf(inside, templates) : { type: 'file' }
  }
  const split = splitServiceKey(first)
  if (!split) return undefined
  const template = templates.get(split.template)
  const [key, ...inside] = rest
  if (key === undefined) return { type: 'service', name: split.name, templateName: split.template, template }
  if (key.startsWith('$')) {
    const schema = steering[key]
    return schema && { type: 'steering', key, schema, template }
  }
  return template && memberMeaning(template, fieldName(key), inside)
}

function actionMeaning([key, ...inside]: readonly string[]): Meaning | undefined {
  if (key === undefined) return { type: 'actions' }
  const name = actionAliases[key] ?? key
  const schema = actionFields[name]
  return schema && inside.length === 0 ? { type: 'action field', key: name, schema } : undefined
}

function memberMeaning(template: AnyTemplate, key: string, inside: readonly string[]): Meaning | undefined {
  const named = linkKeysOf(template).get(key)
  if (named) {
    const link = named.link === PARENT ? template.parent : template.consumes?.[named.link]
    return link && { type: 'link', key, link, role: named.role }
  }
  // A TypeBox schema is JSON schema; its type does not name the words for people.
  return fieldMeaning(template.data as Schema, [key, ...inside])
}

function fieldMeaning(root: Schema, keys: readonly string[]): Meaning | undefined {
  let schema: Schema | undefined = root
  let path = ''
  let needed = false
  for (const step of keys) {
    needed = schema?.required?.includes(step) ?? false
    schema = schema && within(schema, step)
    path = step === '[]' ? `${path}[]` : path === '' ? step : `${path}.${step}`
  }
  return schema && { type: 'field', path, schema, needed: needed && schema.default === undefined }
}

/** The schema of what stands under a key, or of the items of a list. */
function within(schema: Schema, step: string): Schema | undefined {
  const alternative = schema.anyOf?.map((one) => within(one, step)).find((one) => one !== undefined)
  if (alternative) return alternative
  if (step === '[]') return schema.items
  const own = schema.properties && Object.hasOwn(schema.properties, step) ? schema.properties[step] : undefined
  return (
    own ??
    Object.values(schema.patternProperties ?? {})[0] ??
    (isSchema(schema.additionalProperties) ? schema.additionalProperties : undefined)
  )
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

/** The fields of a schema that is a map, with the needed ones first. */
export function fieldsOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const all = [schema, ...(schema.anyOf ?? [])].flatMap((one) => Object.entries(one.properties ?? {}))
  return all
}
