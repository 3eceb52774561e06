/** Reads `${…}` in values, and evaluates those that waited for other services. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { isSecret, joinText, type Text } from '../../base/secret.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type CelFault, type Compiled, compile, evaluate, type Known, type NameRead } from './cel.ts'
import type { ExpressionPart, ExpressionValue, Reference, Scope, Value } from './declaration.ts'
import { mayHoldExpression, splitText } from './expression-text.ts'
import { asValue, kindOf } from './value.ts'

/** What an expression may read of another service. A key is sought in its outputs, then in its data. */
export interface ServiceReading {
  readonly name: string
  readonly data: JsonObject
  /** undefined while they are known only after apply. */
  readonly outputs: JsonObject | undefined
}

export type Resolved =
  | { readonly state: 'known'; readonly value: Value }
  | { readonly state: 'later'; readonly waitsFor: readonly Address[] }
  | { readonly state: 'problem'; readonly problem: Problem }

/** Services by address; a Map fits. */
export type ServiceReadings = Pick<ReadonlyMap<Address, ServiceReading>, 'get' | 'keys'>

/** Where an expression stands in a file: what reports about it need. */
export interface Reader {
  readonly scope: Scope
  readonly problems: Problem[]
  /** The whole line of a place, for showing it as it should be quoted. */
  readonly lineAt?: (at: Place) => string | undefined
}

/**
 * A value with its expressions evaluated. Those that read services stay expressions, with what they refer to.
 * After a mistake (noted in `problems`) the value is null there.
 */
export function readExpressions(value: Value, reader: Reader): Value {
  switch (value.type) {
    case 'expression':
      return value
    case 'list': {
      const items = value.items.map((item) => readExpressions(item, reader))
      return items.every((item, i) => item === value.items[i]) ? value : { ...value, items }
    }
    case 'map': {
      const entries = value.entries.map((entry) => {
        const inner = readExpressions(entry.value, reader)
        return inner === entry.value ? entry : { ...entry, value: inner }
      })
      return entries.every((entry, i) => entry === value.entries[i]) ? value : { ...value, entries }
    }
    case 'scalar':
      return typeof value.value === 'string' && mayHoldExpression(value.value)
        ? readText(value.value, value.at, reader)
        : value
  }
}

/** Evaluates an expression that waited for services. */
export function resolveExpression(value: ExpressionValue, services: ServiceReadings): Resolved {
  const known: (string | Known)[] = []
  const waitsFor = new Set<Address>()
  for (const part of value.parts) {
    if (typeof part === 'string') {
      known.push(part)
      continue
    }
    const result = evaluatePart(part, value.scope, services)
    switch (result.state) {
      case 'later':
        for (const one of result.waitsFor) waitsFor.add(one)
        break
      case 'problem':
        return result
      case 'known':
        known.push(result.data)
        break
    }
  }
  if (waitsFor.size > 0) return { state: 'later', waitsFor: [...waitsFor] }
  const joined = joinParts(known, value.parts, value.at)
  return 'problem' in joined
    ? { state: 'problem', problem: joined.problem }
    : { state: 'known', value: asValue(joined.data, value.at) }
}

/** Reads text that is CEL as a whole, without `${` (`$if: vars.size != "small"`). */
export function readBareExpression(text: string, at: Place, reader: Reader): Value {
  return readParts(text, [{ source: text, at }], at, reader)
}

function readText(text: string, at: Place, reader: Reader): Value {
  const nothing: Value = { type: 'scalar', value: null, at }
  const { parts, unclosed } = splitText(text)
  if (unclosed !== undefined) {
    reader.problems.push(unclosedProblem(text, unclosed, at, reader))
    return nothing
  }
  if (parts.every((part) => typeof part === 'string')) return { type: 'scalar', value: parts.join(''), at }
  const placed = parts.map((part): string | ExpressionPart =>
    typeof part === 'string' ? part : { source: part.source, at: placeWithin(at, text, part.start, part.end) },
  )
  return readParts(text, placed, at, reader)
}

function readParts(text: string, placed: readonly (string | ExpressionPart)[], at: Place, reader: Reader): Value {
  const nothing: Value = { type: 'scalar', value: null, at }
  const refersTo: Reference[] = []
  const known: (string | Known)[] = []
  let failed = false
  for (const part of placed) {
    if (typeof part === 'string') {
      known.push(part)
      continue
    }
    const compiled = compilePart(part, reader.scope)
    if ('problem' in compiled) {
      reader.problems.push(compiled.problem)
      failed = true
    } else if (compiled.refersTo.length > 0) {
      refersTo.push(...compiled.refersTo)
    } else {
      const result = evaluatePart(part, reader.scope, NO_SERVICES)
      if (result.state === 'known') known.push(result.data)
      else failed = true
      if (result.state === 'problem') reader.problems.push(result.problem)
    }
  }
  if (failed) return nothing
  if (refersTo.length > 0) return { type: 'expression', source: text, parts: placed, refersTo, scope: reader.scope, at }
  const joined = joinParts(known, placed, at)
  if ('data' in joined) return asValue(joined.data, at)
  reader.problems.push(joined.problem)
  return nothing
}

type PartResult =
  | { readonly state: 'known'; readonly data: Known }
  | { readonly state: 'later'; readonly waitsFor: readonly Address[] }
  | { readonly state: 'problem'; readonly problem: Problem }

function evaluatePart(part: ExpressionPart, scope: Scope, services: ServiceReadings): PartResult {
  const compiled = compilePart(part, scope)
  if ('problem' in compiled) return { state: 'problem', problem: compiled.problem }
  const readings: Record<string, Known> = {}
  const open: Address[] = []
  for (const { index, address, at } of compiled.indexed) {
    const service = services.get(address)
    if (!service) {
      const hint = didYouMean(address, services.keys())
      const problem: Problem = {
        code: 'LINK_UNKNOWN',
        message: `This expression reads ${address}, which no blueprint declares.`,
        at,
        ...(hint ? { hint } : {}),
      }
      return { state: 'problem', problem }
    }
    if (!service.outputs) open.push(address)
    const outputs = service.outputs ?? {}
    readings[index] = {
      ...service.data,
      ...outputs,
      name: service.name,
      address,
      data: service.data,
      ...(service.outputs ? { outputs } : {}),
    }
  }
  const result = evaluate(compiled.compiled, scope, readings)
  if ('value' in result) return { state: 'known', data: result.value }
  if (result.fault.missingKey && open.length > 0) return { state: 'later', waitsFor: open }
  return { state: 'problem', problem: problemOf(part, result.fault, scope) }
}

interface CompiledPart {
  readonly compiled: Compiled
  readonly refersTo: readonly Reference[]
  /** The texts in the brackets of `services[…]`, with the addresses that they mean. */
  readonly indexed: readonly { readonly index: string; readonly address: Address; readonly at: Place }[]
}

/** Compiles, and checks every name it reads, so that no mistake hides in a branch that is not taken. */
function compilePart(part: ExpressionPart, scope: Scope): CompiledPart | { readonly problem: Problem } {
  const result = compile(part.source)
  if ('fault' in result) return { problem: problemOf(part, result.fault, scope) }
  const { compiled } = result
  if (compiled.usesEach && !scope.each) {
    return {
      problem: {
        code: 'EXPRESSION',
        message: `\${${part.source}} uses each, which is known only under $each.`,
        at: part.at,
      },
    }
  }
  for (const name of compiled.names) {
    const problem = checkName(name, part, scope)
    if (problem) return { problem }
  }
  const indexed: { index: string; address: Address; at: Place }[] = []
  for (const read of compiled.services) {
    const at = placeInPart(part, read.start, read.end)
    const text = read.literal ?? indexText(read.index, scope)
    const address = text === undefined ? undefined : tryReadAddress(text)
    if (text === undefined || address === undefined) {
      const given = text === undefined ? `[${read.index}]` : `"${text}"`
      return {
        problem: {
          code: 'EXPRESSION',
          message: `services takes an address, and ${given} is none.`,
          at,
          hint: 'Write services["role/name"].',
        },
      }
    }
    indexed.push({ index: text, address, at })
  }
  return { compiled, refersTo: indexed.map(({ address, at }) => ({ address, at })), indexed }
}

/** An address that is itself computed, such as `"node!n" + string(each.key)`. */
function indexText(source: string, scope: Scope): string | undefined {
  const result = compile(source)
  if ('fault' in result || result.compiled.services.length > 0) return undefined
  const value = evaluate(result.compiled, scope)
  return 'value' in value && typeof value.value === 'string' ? value.value : undefined
}

function checkName({ root, name, start, end }: NameRead, part: ExpressionPart, scope: Scope): Problem | undefined {
  const at = placeInPart(part, start, end)
  switch (root) {
    case 'vars': {
      if (Object.hasOwn(scope.vars, name)) return undefined
      const hint = didYouMean(name, Object.keys(scope.vars)) ?? 'Declare it under vars: in ays.yaml.'
      return { code: 'VAR_UNKNOWN', message: `vars.${name} is not declared.`, at, hint }
    }
    case 'env': {
      if (!Object.hasOwn(scope.env, name)) {
        const hint = didYouMean(name, Object.keys(scope.env)) ?? 'Add the name to env: in ays.yaml.'
        return {
          code: 'EXPRESSION',
          message: `env.${name} is not one of the environment variables that the workspace allows.`,
          at,
          hint,
        }
      }
      if (scope.env[name] !== undefined) return undefined
      return {
        code: 'EXPRESSION',
        message: `env.${name} is not set in the environment.`,
        at,
        hint: `Set ${name} before running ays.`,
      }
    }
    case 'secrets':
      if (scope.secret(name)) return undefined
      return { code: 'SECRET_MISSING', message: `secrets.${name} is given by no source of the workspace.`, at }
  }
}

/** One expression alone keeps the type of its value; among text, each becomes text. */
function joinParts(
  known: readonly (string | Known)[],
  parts: readonly (string | ExpressionPart)[],
  at: Place,
): { readonly data: Known } | { readonly problem: Problem } {
  const [only] = known
  if (known.length === 1 && only !== undefined) return { data: only }
  const texts: Text[] = []
  for (const [i, data] of known.entries()) {
    if (data === null || (typeof data === 'object' && !isSecret(data))) {
      const part = parts[i]
      const shown = part === undefined || typeof part === 'string' ? '' : `\${${part.source}} `
      return {
        problem: {
          code: 'EXPRESSION',
          message: `${shown}gives ${kindOf(asValue(data, at))}, which cannot stand inside text.`,
          at: part === undefined || typeof part === 'string' ? at : part.at,
          hint: 'Let it stand alone as the whole value, or take a part of it.',
        },
      }
    }
    texts.push(isSecret(data) ? data : String(data))
  }
  return { data: joinText(texts, '') }
}

function problemOf(part: ExpressionPart, fault: CelFault, scope: Scope): Problem {
  const at = placeInPart(part, fault.start, fault.end)
  const name = fault.unknownName
  const hint =
    name === undefined
      ? undefined
      : Object.hasOwn(scope.vars, name)
        ? `Did you mean vars.${name}?`
        : (didYouMean(name, ROOTS) ?? `Expressions know ${ROOTS.join(', ')}.`)
  return { code: 'EXPRESSION', message: `\${${part.source}}: ${fault.reason}.`, at, ...(hint ? { hint } : {}) }
}

function unclosedProblem(text: string, start: number, at: Place, reader: Reader): Problem {
  const line = reader.lineAt?.(at)
  const cut = line !== undefined && isCut(line, at)
  const quoted = line === undefined ? undefined : quotedWhole(line, at, cut)
  return {
    code: 'EXPRESSION',
    message: cut ? 'This expression is cut off: " #" begins a comment in YAML.' : 'A ${ is never closed by a }.',
    at: placeWithin(at, text, start, text.length),
    hint: quoted ? `Write it as ${quoted}` : 'Close it with }, or write $${ for a literal ${.',
  }
}

/** Whether YAML ended a plain value at a comment. */
function isCut(line: string, at: Place): boolean {
  return (
    at.endLine === at.line &&
    at.endColumn !== undefined &&
    /^[ \t]+#/.test(line.slice(at.endColumn - 1)) &&
    !/^["']/.test(line.slice(at.column - 1))
  )
}

/** The line with its value quoted to the end; what is cut off belongs to it up to the last brace. */
function quotedWhole(line: string, at: Place, cut: boolean): string | undefined {
  if (at.endLine !== at.line || at.endColumn === undefined) return undefined
  const before = line.slice(0, at.column - 1).trimStart()
  const rest = line.slice(at.column - 1)
  const brace = rest.lastIndexOf('}')
  const value =
    cut && brace >= 0
      ? rest.slice(0, brace + 1)
      : `${rest.slice(0, at.endColumn - at.column).replace(/^(["'])(.*)\1$/s, '$2')}}`
  return `${before}'${value.replaceAll("'", "''")}'`
}

/** The place of a part of a scalar: exact where the text stands in the file as it is, else the whole scalar. */
function placeWithin(at: Place, text: string, start: number, end: number): Place {
  if (at.endLine !== at.line || at.endColumn === undefined) return at
  const quotes = at.endColumn - at.column - text.length
  if (quotes !== 0 && quotes !== 2) return at
  const column = at.column + quotes / 2
  return { file: at.file, line: at.line, column: column + start, endLine: at.line, endColumn: column + end }
}

function placeInPart(part: ExpressionPart, start: number | undefined, end: number | undefined): Place {
  const { at } = part
  if (at.endLine !== at.line || at.endColumn === undefined || start === undefined || end === undefined) return at
  const around = at.endColumn - at.column - part.source.length
  const before = BEFORE_SOURCE.get(around)
  if (before === undefined) return at
  const column = Math.min(at.column + before + start, at.endColumn - 1)
  return {
    file: at.file,
    line: at.line,
    column,
    endLine: at.line,
    endColumn: Math.max(column + 1, at.column + before + end),
  }
}

/** Characters before the source of an expression, by how many stand around it: none, quotes, `${` and `}`. */
const BEFORE_SOURCE = new Map([
  [0, 0],
  [2, 1],
  [3, 2],
])
const ROOTS = ['vars', 'env', 'secrets', 'each', 'services', 'file']
const NO_SERVICES: ServiceReadings = new Map()
