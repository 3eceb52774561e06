/** A template folder of AYS or 0-robot, read for its schema (schema.capnp) and its links (config.yaml). */
import Type, { type TObject, type TSchema } from 'typebox'
import type { Json } from '../../base/json.ts'
import type { Problem } from '../../base/problem.ts'
import type { Value } from '../blueprint/declaration.ts'
import { readYaml, type SourceFile } from '../blueprint/read-yaml.ts'
import { findEntry, tryTextOf } from '../blueprint/value.ts'
import { placesOf } from '../blueprint/yaml-places.ts'
import { canonicalKey } from '../graph/fields.ts'
import type { AnyTemplate, Link } from '../template.ts'
import { type CapnpField, type CapnpType, readCapnp } from './capnp.ts'
import { fits } from './fits.ts'
import { entriesIn } from './reading.ts'

/** The template: it gives a graph and a validation, and its work is refused, since its Python never runs. Never throws. */
export function readLegacyTemplate(
  name: string,
  { schema, config }: { readonly schema?: SourceFile | undefined; readonly config?: SourceFile | undefined },
): { readonly template: AnyTemplate; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const root = config ? rootOf(config, problems) : undefined
  const links = inMap(root, 'links')
  const parent = inMap(links, 'parent')
  const consumed = inMap(links, 'consume') ?? inMap(links, 'consumes')
  const lives = parent?.type === 'map' ? readLink(parent, { min: 1, max: 1 }) : undefined
  const consumes = (consumed?.type === 'list' ? consumed.items : []).flatMap((item) => {
    const link = readLink(item, { min: 1, max: 1 })
    return link ? [link] : []
  })
  const linkKeys = new Set([lives, ...consumes].flatMap((link) => (link ? [link.name] : [])))
  const fields = schema ? fieldsIn(schema, problems) : []
  return {
    template: {
      name,
      summary: `AYS's ${name}: schema and links.`,
      description:
        'Read from a template folder of AYS. Its Python does not run here, so that nothing of it is applied.',
      data: objectOf(
        fields.filter((field) => !linkKeys.has(canonicalKey(field.name))),
        describedIn(root),
      ),
      ...(lives ? { parent: lives.link } : {}),
      consumes: Object.fromEntries(consumes.map((link) => [link.name, link.link])),
      ...(problems.length > 0 ? { broken: true } : {}),
      unbuilt: 'it is a template of AYS, of which only the schema and the links are read; its Python never runs here.',
    },
    problems,
  }
}

function rootOf(file: SourceFile, problems: Problem[]): Value | undefined {
  const read = readYaml(file, { legacy: true })
  problems.push(...read.problems)
  const [root] = read.documents
  if (root) entriesIn(file.path, root, undefined, problems)
  return root
}

const inMap = (value: Value | undefined, key: string): Value | undefined =>
  value?.type === 'map' ? findEntry(value.entries, key)?.value : undefined

/** `role`, `argname` (else the role), `min`, `max` (both 1 unless given), `auto`, `optional`. Numbers may be quoted. */
function readLink(
  value: Value,
  fallback: { readonly min: number; readonly max: number },
): { readonly name: string; readonly link: Link } | undefined {
  const role = tryTextOf(inMap(value, 'role'))
  if (role === undefined || role === '') return undefined
  const optional = inMap(value, 'optional')
  const min =
    optional?.type === 'scalar' && optional.value === true ? 0 : (numberOf(inMap(value, 'min')) ?? fallback.min)
  const auto = inMap(value, 'auto')
  return {
    name: canonicalKey(tryTextOf(inMap(value, 'argname')) || role),
    link: {
      to: [role],
      min,
      max: numberOf(inMap(value, 'max')) ?? fallback.max,
      auto: auto?.type === 'scalar' && auto.value === true,
    },
  }
}

function numberOf(value: Value | undefined): number | undefined {
  const data = value?.type === 'scalar' ? value.value : undefined
  const number = typeof data === 'string' || typeof data === 'number' ? Number(data) : undefined
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined
}

/** `doc: { property: [{ name: text }] }`. */
function describedIn(root: Value | undefined): ReadonlyMap<string, string> {
  const list = inMap(inMap(root, 'doc'), 'property')
  const entries = list?.type === 'list' ? list.items.flatMap((item) => (item.type === 'map' ? item.entries : [])) : []
  return new Map(
    entries.flatMap(({ key, value }) => (tryTextOf(value) ? [[canonicalKey(key), tryTextOf(value) ?? '']] : [])),
  )
}

function fieldsIn(file: SourceFile, problems: Problem[]): readonly CapnpField[] {
  const read = readCapnp(file.text)
  if ('fields' in read) return read.fields
  const { reason, offset } = read.fault
  problems.push({
    code: 'TEMPLATE_INVALID',
    message: `${file.path} cannot be read: ${reason}.`,
    at: placesOf(file.path, file.text).at(offset, Math.min(file.text.length, offset + 1)),
  })
  return []
}

/** Every field may be left out, as in AYS, where each type has a value to start from. */
function objectOf(fields: readonly CapnpField[], described: ReadonlyMap<string, string> = new Map()): TObject {
  const properties = fields.map(({ name, type, default: given }): [string, TSchema] => {
    const key = canonicalKey(name)
    const description = described.get(key)
    const schema: TSchema = { ...schemaOf(type), ...(description ? { description } : {}) }
    return [key, withDefault(schema, given)]
  })
  return Type.Object(Object.fromEntries(properties))
}

/** A default that is not of its type is left out: it was none to Cap'n Proto either. */
function withDefault(schema: TSchema, given: Json | undefined): TSchema {
  if (given === undefined || !fits(schema, given)) return Type.Optional(schema)
  return { ...schema, default: given }
}

function schemaOf(type: CapnpType): TSchema {
  switch (type.type) {
    case 'bool':
      return Type.Boolean()
    case 'float':
      return Type.Number()
    case 'text':
      return Type.String()
    case 'any':
      return Type.Unknown()
    case 'list':
      return Type.Array(schemaOf(type.of))
    case 'enum':
      return Type.Union(type.names.map((name) => Type.Literal(name)))
    case 'struct':
      return objectOf(type.fields)
    case 'int':
      return Type.Integer(rangeOf(type.bits, type.signed))
  }
}

/** Of 64 bits only what a double holds exactly can be told apart. */
function rangeOf(bits: number, signed: boolean): { minimum?: number; maximum?: number } {
  if (bits > 32) return signed ? {} : { minimum: 0 }
  return signed ? { minimum: -(2 ** (bits - 1)), maximum: 2 ** (bits - 1) - 1 } : { minimum: 0, maximum: 2 ** bits - 1 }
}
