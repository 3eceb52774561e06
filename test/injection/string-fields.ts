/** The string fields of templates, found by walking their schemas. */
import type { AnyTemplate } from '../../src/engine/template.ts'

export interface StringField {
  /** `unit.environment{}`: lists are `[]`, values of maps `{}`, keys of maps `{key}`. */
  readonly name: string
  readonly template: string
  readonly path: readonly string[]
}

export const stringFieldsOf = (templates: readonly AnyTemplate[]): StringField[] =>
  templates.flatMap((template) =>
    [...new Map(walk(template.data, []).map((path) => [path.join('.'), path])).values()].map((path) => ({
      name: `${template.name}.${path.join('.').replaceAll(/\.(\[\]|\{\}|\{key\})/g, '$1')}`,
      template: template.name,
      path,
    })),
  )

interface Part {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly anyOf?: readonly Part[]
  readonly items?: Part
  readonly properties?: Readonly<Record<string, Part>>
  readonly patternProperties?: Readonly<Record<string, Part>>
  readonly additionalProperties?: Part | boolean
}

/** A string that can only be a constant is none. */
function walk(part: Part, path: readonly string[]): (readonly string[])[] {
  if (part.const !== undefined) return []
  const values = [
    ...Object.values(part.patternProperties ?? {}),
    ...(typeof part.additionalProperties === 'object' ? [part.additionalProperties] : []),
  ]
  return [
    ...([part.type].flat().includes('string') ? [path] : []),
    ...(part.anyOf ?? []).flatMap((one) => walk(one, path)),
    ...(part.items ? walk(part.items, [...path, '[]']) : []),
    ...Object.entries(part.properties ?? {}).flatMap(([key, one]) => walk(one, [...path, key])),
    ...(values.length > 0 ? [[...path, '{key}']] : []),
    ...values.flatMap((one) => walk(one, [...path, '{}'])),
  ]
}
