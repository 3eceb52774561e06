/** Reads the fields of `struct Schema` of a schema.capnp: as much of Cap'n Proto's language as AYS's schemas use. */
import type { Json } from '../../base/json.ts'

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
    const scope = new Parser(tokensOf(text)).file()
    const struct = scope.structs.get(name) ?? [...scope.structs.values()][0]
    if (!struct) throw new Stop('there is no struct in it', 0)
    return { fields: fieldsOf(struct, 0) }
  } catch (error) {
    if (error instanceof Stop) return { fault: { reason: error.message, offset: error.offset } }
    throw error
  }
}

class Stop extends Error {
  readonly offset: number
  constructor(reason: string, offset: number) {
    super(reason)
    this.offset = offset
  }
}

interface Token {
  readonly text: string
  readonly offset: number
}

/** Names, numbers, texts and single signs; comments are left out. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s+|#[^\n]*|("(?:[^"\\\n]|\\.)*"|@?0x[0-9A-Fa-f]+|-?\d[\w.+]*|[A-Za-z_]\w*|[^\s])/gy
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    if (found[1] !== undefined) tokens.push({ text: found[1], offset: found.index })
    if (tokens.length > TOKENS_MAX) throw new Stop('it is too long', found.index)
  }
  return tokens
}

const TOKENS_MAX = 100_000
const DEPTH_MAX = 8

interface Written {
  readonly name: string
  readonly type: TypeName
  readonly default?: Json
}
interface TypeName {
  readonly name: string
  readonly of?: TypeName
}
interface Struct extends Scope {
  readonly fields: Written[]
}
interface Scope {
  readonly structs: Map<string, Struct>
  readonly enums: Map<string, readonly string[]>
  readonly outer?: Scope
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  file(): Scope {
    const scope: Scope = { structs: new Map(), enums: new Map() }
    while (this.#peek() !== '') this.#member(scope, undefined, 0)
    return scope
  }

  /** A declaration of a file or a struct; fields go to `fields`. */
  #member(scope: Scope, fields: Written[] | undefined, depth: number): void {
    if (depth > 50) throw new Stop('it is nested too deeply', this.#offset())
    const word = this.#next()
    if (word === 'struct' || word === 'enum') {
      const name = this.#next()
      this.#skipTo('{')
      if (word === 'struct') scope.structs.set(name, this.#struct(scope, depth))
      else scope.enums.set(name, this.#enumerants())
    } else if (fields && (word === 'union' || this.#peek(1) === 'group' || this.#peek(1) === 'union')) {
      // The members of unions and groups are fields like others.
      this.#skipTo('{')
      while (!this.#take('}')) this.#member(scope, fields, depth + 1)
    } else if (fields && /^[A-Za-z_]\w*$/.test(word) && (this.#peek() === '@' || this.#peek() === ':')) {
      fields.push(this.#field(word))
    } else this.#skipStatement(word)
  }

  #struct(outer: Scope, depth: number): Struct {
    const struct: Struct = { structs: new Map(), enums: new Map(), fields: [], outer }
    while (!this.#take('}')) this.#member(struct, struct.fields, depth + 1)
    return struct
  }

  #enumerants(): string[] {
    const names: string[] = []
    while (!this.#take('}')) {
      names.push(this.#next())
      this.#skipTo(';')
    }
    return names
  }

  /** `name @0 :Type = default;` */
  #field(name: string): Written {
    if (this.#take('@')) this.#next()
    if (!this.#take(':')) throw new Stop(`${name} has no type`, this.#offset())
    const type = this.#type()
    const given = this.#take('=') ? this.#value() : undefined
    this.#skipTo(';')
    return { name, type, ...(given === undefined ? {} : { default: given }) }
  }

  #type(): TypeName {
    let name = this.#next()
    while (this.#take('.')) name = this.#next()
    if (!this.#take('(')) return { name }
    const of = this.#type()
    this.#skipTo(')')
    return { name, of }
  }

  /** undefined: of a form that no field of ours has. */
  #value(): Json | undefined {
    const word = this.#next()
    if (word === '[') {
      const items: Json[] = []
      while (!this.#take(']')) {
        const item = this.#value()
        if (item !== undefined) items.push(item)
        this.#take(',')
      }
      return items
    }
    if (word.startsWith('"')) return unquoted(word)
    if (word === 'true' || word === 'false') return word === 'true'
    if (/^-?\d/.test(word)) {
      const number = Number(word)
      return Number.isFinite(number) ? number : undefined
    }
    return /^[A-Za-z_]/.test(word) ? word : undefined
  }

  /** `using`, `const`, annotations, an id: to the `;` or over the block. */
  #skipStatement(first: string): void {
    for (let word = first, depth = 0; ; word = this.#next()) {
      if (word === '{' || word === '(' || word === '[') depth++
      if (word === '}' || word === ')' || word === ']') depth--
      if (depth < 0) throw new Stop(`there is a ${word} too many`, this.#offset())
      if (depth === 0 && (word === ';' || word === '}')) return
    }
  }

  #skipTo(end: string): void {
    while (!this.#take(end)) this.#next()
  }

  #peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? ''
  }

  #take(text: string): boolean {
    if (this.#peek() !== text) return false
    this.#at++
    return true
  }

  #next(): string {
    const token = this.#tokens[this.#at]
    if (!token) throw new Stop('it ends too early', this.#offset())
    this.#at++
    return token.text
  }

  #offset(): number {
    return (this.#tokens[this.#at] ?? this.#tokens.at(-1))?.offset ?? 0
  }
}

function unquoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return text.slice(1, -1)
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
