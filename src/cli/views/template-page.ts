/** Templates for people: a list, and the reference page of one, made from its schema. */
import type { TSchema } from 'typebox'
import { factOutputs } from '../../engine/facts.ts'
import type { AnyTemplate, Link } from '../../engine/template.ts'
import { paletteOf } from './paint.ts'
import { table } from './table.ts'

export function templatesView(templates: readonly AnyTemplate[], { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  if (templates.length === 0) return 'No templates.'
  const rows = sorted(templates).map((one) => [
    { text: one.name, paint: one.unbuilt ? palette.faint : palette.bold },
    one.unbuilt ? `${one.summary} (not built yet)` : one.summary,
  ])
  return table(['template', 'what it is'], rows, palette.faint)
}

export const sorted = (templates: readonly AnyTemplate[]): AnyTemplate[] =>
  [...templates].sort((a, b) => (a.name < b.name ? -1 : 1))

export interface Field {
  /** `users[].name` for what stands in lists. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly default: string | undefined
  readonly description: string
}

/** The reference page of a template, as Markdown. */
export function templatePage(template: AnyTemplate): string {
  const fields = fieldsOf(template.data)
  const links = [
    ...(template.parent ? [['lives on', template.parent] as const] : []),
    ...Object.entries(template.consumes ?? {}),
  ]
  return `${[
    `# ${template.name}`,
    template.summary,
    ...(template.unbuilt ? [`**Not built yet:** ${template.unbuilt}`] : []),
    ...(template.description ? [template.description.trim()] : []),
    ...(template.disposable ? ['It is made and taken away whole: what lives on it goes with it.'] : []),
    '## Fields',
    fields.length > 0
      ? markdownTable(
          ['field', 'type', 'default', 'what it is'],
          fields.map((field) => [
            `\`${field.path}\``,
            `\`${field.type}\``,
            field.required ? '**required**' : field.default === undefined ? '' : `\`${field.default}\``,
            field.description,
          ]),
        )
      : 'It has no fields.',
    ...(links.length > 0
      ? [
          '## Links',
          markdownTable(
            ['link', 'to', 'how many', 'what for'],
            links.map(([name, link]) => [
              name,
              link.to.map((to) => `\`${to}\``).join(', '),
              howMany(link),
              link.description ?? '',
            ]),
          ),
        ]
      : []),
    ...(template.declaredOutputs
      ? ['## Outputs', template.declaredOutputs.names.map((name) => `- \`${name}\``).join('\n')]
      : []),
    ...outputsOf(template),
    '## Example',
    `\`\`\`yaml\n${exampleOf(template, fields)}\n\`\`\``,
  ].join('\n\n')}\n`
}

/** What others may read of a service, and when that is known. */
function outputsOf({ gives, connection, on }: AnyTemplate): string[] {
  const seen = on === 'local' ? 'when the node stands' : 'when the node was seen'
  const rows = [
    ...Object.entries(gives ?? {}).map(([name, { type, known, description }]) => [
      ...[`\`${name}\``, `\`${type}\``],
      known === 'once found' ? 'after apply' : 'in every plan',
      description,
    ]),
    ...(connection ? Object.entries(factOutputs) : []).map(([name, { type, description }]) => [
      ...[`\`${name}\``, `\`${type}\``],
      seen,
      description,
    ]),
  ]
  return rows.length > 0 ? ['## Outputs', markdownTable(['output', 'type', 'known', 'what it is'], rows)] : []
}

/** Every field of a schema, those of inner objects with their whole path. */
export function fieldsOf(schema: unknown, prefix = ''): Field[] {
  const { properties, required } = partsOf(schema)
  return Object.entries(properties).flatMap(([name, inner]) => {
    const path = prefix + name
    const item = partsOf(inner).items
    const field: Field = {
      path,
      type: typeOf(inner),
      required: required.includes(name) && !('default' in inner),
      default: 'default' in inner ? JSON.stringify(inner.default) : undefined,
      description: descriptionOf(inner),
    }
    return [field, ...fieldsOf(inner, `${path}.`), ...(item === undefined ? [] : fieldsOf(item, `${path}[].`))]
  })
}

/** What is read of a schema: plain JSON schema, whatever made it. */
interface Parts {
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
  readonly items: unknown
}

function partsOf(schema: unknown): Parts {
  // A JSON schema at the edge: TypeBox's types say what is in it only where they are known.
  const parts = (typeof schema === 'object' && schema !== null ? schema : {}) as Partial<Parts>
  return { properties: parts.properties ?? {}, required: parts.required ?? [], items: parts.items }
}

/** `integer 1–65535`, `"ssd" | "hdd"`, `list of string`. */
export function typeOf(schema: unknown): string {
  const {
    type,
    anyOf,
    enum: values,
    const: one,
    items,
    minimum,
    maximum,
    pattern,
    format,
    patternProperties,
  } = schema as Partial<TSchema> & Record<string, unknown>
  if (one !== undefined) return JSON.stringify(one)
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(' | ')
  if (type === 'array') return `list of ${typeOf(items ?? {})}`
  if (type === 'object')
    return patternProperties ? `map of ${Object.values(patternProperties).map(typeOf).join(' | ')}` : 'map'
  const name = typeof type === 'string' ? type : 'any'
  if (minimum !== undefined || maximum !== undefined) return `${name} ${minimum ?? ''}–${maximum ?? ''}`
  if (typeof format === 'string') return `${name} (${format})`
  return typeof pattern === 'string' ? `${name} /${pattern}/` : name
}

const descriptionOf = (schema: object): string =>
  'description' in schema && typeof schema.description === 'string' ? schema.description : ''

function howMany({ min, max, auto }: Link): string {
  const range = max === 0 ? (min === 0 ? 'any' : `${min} or more`) : min === max ? String(min) : `${min} to ${max}`
  return auto ? `${range}, made when missing` : range
}

/** The least that has to be written. */
function exampleOf({ name, parent, consumes }: AnyTemplate, fields: readonly Field[]): string {
  const link = (key: string, one: Link): string[] =>
    one.min > 0 && !one.auto ? [`  ${key}: NAME  # ${one.to.join(' or ')}`] : []
  const lines = [
    ...(parent ? link(parent.to[0]?.split('.')[0] ?? 'parent', parent) : []),
    ...Object.entries(consumes ?? {}).flatMap(([key, one]) => link(key, one)),
    ...fields
      .filter((field) => field.required && !/[.[]/.test(field.path))
      .map((field) => `  ${field.path}: …  # ${field.type}`),
  ]
  return [`${name}__NAME:`, ...lines].join('\n')
}

const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n')
