/** The grammar of Cap'n Proto's schemas, as far as AYS's schemas use it. */
import type { Json } from '../../base/json.ts'

/** What ends reading; `offset` in the text. */
export class Stop extends Error {
  readonly offset: number
  constructor(reason: string, offset: number) {
    super(reason)
    this.offset = offset
  }
}

/** The structs and enums of a file, by name. Throws Stop. */
export function parseCapnp(text: string): Scope {
  return new Parser(tokensOf(text)).file()
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

interface Written {
  readonly name: string
  readonly type: TypeName
  readonly default?: Json
}
export interface TypeName {
  readonly name: string
  readonly of?: TypeName
}
export interface Struct extends Scope {
  readonly fields: Written[]
}
export interface Scope {
  readonly structs: Map<string, Struct>
  readonly enums: Map<string, readonly string[]>
  readonly outer?: Scope
}

/** Reads declarations; fields keep the names of their types. */
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
