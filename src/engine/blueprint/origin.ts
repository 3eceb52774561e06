/** What stands in a blueprint where a value came from, and what its expressions read. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import { type Json, plain } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { compile } from './cel.ts'
import type { Scope, Value } from './declaration.ts'
import { mayHoldExpression, splitText } from './expression-text.ts'
import { readYaml, type SourceFile } from './read-yaml.ts'
import type { VarOrigin } from './var-origins.ts'

export interface Origin {
  /** As it is written: `Hello ${vars.name}`. */
  readonly source: string
  readonly reads: readonly Read[]
}

/** A name that an expression reads. */
export interface Read {
  /** `vars.name`, `env.HOME`, `secrets.key`, `services["node/n1"]`, `each`. */
  readonly name: string
  /** Absent: it is secret, or of a service. */
  readonly value?: Json
  /** Where its value is given, when that is a file. */
  readonly at?: Place
  readonly from?: VarOrigin['from']
  readonly service?: Address
}

/** What expressions were read with. */
export interface Sources {
  readonly files: readonly SourceFile[]
  readonly scope: Scope
  readonly vars: ReadonlyMap<string, VarOrigin>
}

/** Of the value at a place. undefined: it is written as it is, without expressions, or stands in none of the files. */
export function originAt(at: Place, sources: Sources): Origin | undefined {
  const file = sources.files.find(({ path }) => path === at.file)
  const text = file && textAt(readYaml(file).documents, at)
  if (text === undefined || !mayHoldExpression(text)) return undefined
  const parts = splitText(text).parts.flatMap((part) => (typeof part === 'string' ? [] : [part.source]))
  return { source: text, reads: readsOf(parts, sources) }
}

/** Of text that is an expression as a whole, such as that of `$if`. */
export function originOf(source: string, sources: Sources): Origin {
  const parts = mayHoldExpression(source)
    ? splitText(source).parts.flatMap((part) => (typeof part === 'string' ? [] : [part.source]))
    : [source]
  return { source, reads: readsOf(parts, sources) }
}

function readsOf(parts: readonly string[], { scope, vars }: Sources): Read[] {
  const reads = new Map<string, Read>()
  const add = (read: Read): unknown => reads.set(read.name, read)
  for (const part of parts) {
    const result = compile(part, scope)
    if ('fault' in result) continue
    const { names, services, usesEach } = result.compiled
    for (const { root, name } of names) {
      const given = root === 'vars' ? scope.vars[name] : root === 'env' ? scope.env[name] : undefined
      // A secret stands sealed in what is shown.
      const value = given === undefined ? {} : { value: plain(given) }
      add({ name: `${root}.${name}`, ...value, ...(root === 'vars' ? vars.get(name) : {}) })
    }
    for (const { literal, index } of services) {
      const service = literal === undefined ? undefined : tryReadAddress(literal)
      add({
        name: `services[${literal === undefined ? index : JSON.stringify(literal)}]`,
        ...(service ? { service } : {}),
      })
    }
    if (usesEach) add({ name: 'each' })
  }
  return [...reads.values()]
}

/** The text that begins at a place. */
function textAt(values: readonly Value[], at: Place): string | undefined {
  for (const value of values) {
    if (value.type === 'scalar') {
      if (typeof value.value === 'string' && value.at.line === at.line && value.at.column === at.column)
        return value.value
      continue
    }
    if (value.type === 'expression') continue
    const inner = value.type === 'list' ? value.items : value.entries.map((entry) => entry.value)
    const found = textAt(inner, at)
    if (found !== undefined) return found
  }
  return undefined
}
