/** Reads the fields of `struct Schema` of a schema.capnp: as much of Cap'n Proto's language as AYS's schemas use. */
import type { Json } from '../../base/json.ts'
import { parseCapnp, type Scope, Stop, type Struct, type TypeName } from './capnp-parser.ts'

export type CapnpType =
  | { readonly type: 'bool' | 'float' | 'text' | 'any' }
  | { readonly type: 'int'; readonly bits: number; readonly signed: boolean }
  | { readonly type: 'list'; readonly of: CapnpType }
  | { readonly type: 'enum'; readonly names: readonly string[] }
  | { readonly type: 'struct'; readonly fields: readonly CapnpField[] }

export interface CapnpField {
  readonly name: string
  readonly type: CapnpType
  /** Only where the file gives one. */
  readonly default?: Json
}

/** What stopped reading; `offset` in the text. */
export interface CapnpFault {
  readonly reason: string
  readonly offset: number
}

/** The fields of the struct of that name, else of the only or first one of the file. Never throws. */
export function readCapnp(
  text: string,
  name = 'Schema',
): { readonly fields: readonly CapnpField[] } | { readonly fault: CapnpFault } {
  try {
    const scope = parseCapnp(text)
    const struct = scope.structs.get(name) ?? [...scope.structs.values()][0]
    if (!struct) throw new Stop('there is no struct in it', 0)
    return { fields: fieldsOf(struct, 0) }
  } catch (error) {
    if (error instanceof Stop) return { fault: { reason: error.message, offset: error.offset } }
    throw error
  }
}

function fieldsOf(struct: Struct, depth: number): CapnpField[] {
  return struct.fields.map(({ name, type, default: given }) => ({
    name,
    type: typeOf(type, struct, depth),
    ...(given === undefined ? {} : { default: given }),
  }))
}

function typeOf({ name, of }: TypeName, scope: Scope, depth: number): CapnpType {
  const int = /^(U?)Int(8|16|32|64)$/.exec(name)
  if (int) return { type: 'int', bits: Number(int[2]), signed: int[1] === '' }
  switch (name) {
    case 'Bool':
      return { type: 'bool' }
    case 'Float32':
    case 'Float64':
      return { type: 'float' }
    case 'Text':
    case 'Data':
      return { type: 'text' }
    case 'List':
      return { type: 'list', of: of ? typeOf(of, scope, depth) : { type: 'any' } }
  }
  for (let within: Scope | undefined = scope; within; within = within.outer) {
    const names = within.enums.get(name)
    if (names) return { type: 'enum', names }
    const struct = within.structs.get(name)
    // A struct that holds itself is followed a few times, then taken as it comes.
    if (struct) return depth < DEPTH_MAX ? { type: 'struct', fields: fieldsOf(struct, depth + 1) } : { type: 'any' }
  }
  return { type: 'any' }
}

/** How often a struct that holds itself is followed. */
const DEPTH_MAX = 8
