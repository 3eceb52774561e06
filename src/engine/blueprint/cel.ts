/** Compiles and evaluates CEL over what blueprints may read; whatever touched a secret comes out as one. */
import { type ASTNode, TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import type { Json } from '../../base/json.ts'
import { isSecret, type Secret } from '../../base/secret.ts'
import type { Scope } from './declaration.ts'

/** Plain data that may hold secrets at its leaves. */
export type Known = Json | Secret

/** A name that an expression reads of `vars`, `env` or `secrets`; offsets in its source. */
export interface NameRead {
  readonly root: 'vars' | 'env' | 'secrets'
  readonly name: string
  readonly start: number
  readonly end: number
}

/** `services[…]`: the source of what stands in the brackets, and its text when that is a literal. */
export interface ServiceRead {
  readonly index: string
  readonly literal?: string
  readonly start: number
  readonly end: number
}

export interface Compiled {
  readonly source: string
  readonly names: readonly NameRead[]
  readonly services: readonly ServiceRead[]
  readonly usesEach: boolean
  run(world: Readonly<Record<string, unknown>>): unknown
}

/** What is wrong with an expression; offsets in its source where they are known. */
export interface CelFault {
  readonly reason: string
  readonly start?: number
  readonly end?: number
  /** A name that stands for nothing. */
  readonly unknownName?: string
  /** A key that the value does not have: perhaps it is known only later. */
  readonly missingKey?: boolean
}

export type CelResult = { readonly value: Known } | { readonly fault: CelFault }

/** Reads an expression and finds what it refers to, without evaluating it. */
export function compile(source: string): { readonly compiled: Compiled } | { readonly fault: CelFault } {
  const known = cache.get(source)
  if (known) return known
  const result = compileNew(source)
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(source, result)
  return result
}

/**
 * Evaluates. `services` holds what each `services[…]` of the expression gives, by the text in its brackets.
 * Throws nothing: a mistake is a fault.
 */
export function evaluate(compiled: Compiled, scope: Scope, services: Readonly<Record<string, Known>> = {}): CelResult {
  const gate = openGate()
  const secrets = compiled.names.flatMap((one) =>
    one.root === 'secrets' ? [[one.name, scope.secret(one.name)] as const] : [],
  )
  fileReader = (path) => scope.readFile(path)
  try {
    const result: unknown = compiled.run({
      vars: gate.enter(scope.vars),
      env: gate.enter(scope.env),
      secrets: gate.enter(Object.fromEntries(secrets)),
      each: gate.enter(scope.each ?? {}),
      services: gate.enter(services),
    })
    return { value: gate.leave(result) }
  } catch (error) {
    const fault = faultOf(error)
    // A reason may quote a value; that of a secret is never shown.
    return {
      fault: gate.touched()
        ? { ...fault, reason: 'it cannot be evaluated; the reason may quote a secret, so it is not shown' }
        : fault,
    }
  } finally {
    fileReader = undefined
  }
}

function compileNew(source: string): { compiled: Compiled } | { fault: CelFault } {
  try {
    const parsed = environment.parse(source)
    const found: { names: NameRead[]; services: ServiceRead[]; usesEach: boolean } = {
      names: [],
      services: [],
      usesEach: false,
    }
    const fault = visit(parsed.ast, source, found)
    if (fault) return { fault }
    const checked = parsed.check()
    if (!checked.valid && checked.error) return { fault: faultOf(checked.error) }
    return { compiled: { source, ...found, run: (world) => parsed({ ...world }) } }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

/** Walks the tree for what it reads; a fault where a root stands in a way that cannot be followed. */
function visit(
  node: ASTNode,
  source: string,
  found: { names: NameRead[]; services: ServiceRead[]; usesEach: boolean },
): CelFault | undefined {
  const { start, end } = node
  if (node.op === 'id') {
    if (node.args === 'each') found.usesEach = true
    if (node.args === 'services')
      return { reason: 'services takes an address in brackets: services["role/name"]', start, end }
    if (node.args === 'secrets') return { reason: 'secrets takes a name: secrets.name', start, end }
    return undefined
  }
  if ((node.op === '.' || node.op === '[]') && node.args[0].op === 'id') {
    const root = node.args[0].args
    const inside = node.args[1]
    const name =
      typeof inside === 'string'
        ? inside
        : inside.op === 'value' && typeof inside.args === 'string'
          ? inside.args
          : undefined
    if (root === 'services' && typeof inside !== 'string') {
      found.services.push({
        index: source.slice(inside.start, inside.end),
        ...(name === undefined ? {} : { literal: name }),
        start,
        end,
      })
      return name === undefined ? visit(inside, source, found) : undefined
    }
    if ((root === 'vars' || root === 'env' || root === 'secrets') && name !== undefined) {
      found.names.push({ root, name, start, end })
      return undefined
    }
  }
  for (const child of childrenOf(node.args)) {
    const fault = visit(child, source, found)
    if (fault) return fault
  }
  return undefined
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  // The parser's nodes are the only objects with an operator among the arguments.
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

/** Lets values into an evaluation and out again, and notes which secrets were read meanwhile. */
function openGate() {
  const touched: Secret[] = []
  const originals = new Map<object, Known>()
  const enter = (value: unknown): unknown => {
    if (isSecret(value)) {
      touched.push(value)
      return value.reveal()
    }
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value !== 'object' || value === null) return value
    const inside: object = Array.isArray(value) ? [] : {}
    for (const [key, held] of Object.entries(value)) {
      if (held === undefined) continue
      let entered: { value: unknown } | undefined
      const get = (): unknown => {
        if (isSecret(held)) return enter(held)
        entered ??= { value: enter(held) }
        return entered.value
      }
      Object.defineProperty(inside, key, { get, enumerable: true, configurable: true })
    }
    // Whatever comes in is plain data with secrets at its leaves.
    originals.set(inside, value as Known)
    return inside
  }
  const leave = (value: unknown): Known => {
    const only = touched[0]
    if (only && value === only.reveal() && touched.every((one) => one === only)) return only
    return only ? seal(out(value), only) : out(value)
  }
  const out = (value: unknown): Known => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'bigint') {
      if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
        throw new Refused('it gives a number too large to be exact')
      return Number(value)
    }
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new Refused('it gives a number that is not finite')
      return value
    }
    if (typeof value === 'object') {
      const original = originals.get(value)
      if (original !== undefined) return original
      if (value instanceof Date) return value.toISOString()
      // Secrets at the leaves of a list or map are data here; Json does not name them.
      if (Array.isArray(value) || value instanceof Set) return [...value].map(out) as readonly Json[]
      const entries =
        value instanceof Map ? [...value.entries()] : value.constructor === Object ? Object.entries(value) : undefined
      if (entries) return Object.fromEntries(entries.map(([key, inner]) => [String(key), out(inner)])) as Json
    }
    throw new Refused(
      'it gives neither text, a number, true or false, a list nor a map; string(…) makes text of most things',
    )
  }
  return { enter, leave, touched: () => touched.length > 0 }
}

/** Every leaf made a secret. */
function seal(value: Known, by: Secret): Known {
  if (isSecret(value) || value === null) return value
  // As above: secrets stand at leaves.
  if (Array.isArray(value)) return value.map((one: Known) => seal(one, by)) as Json
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, seal(one ?? null, by)])) as Json
  return by.with(by.ref, String(value))
}

/** A result or a file that cannot be used. */
class Refused extends Error {}

function faultOf(error: unknown): CelFault {
  if (error instanceof Refused) return { reason: error.message }
  if (error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError) {
    if (error.cause instanceof Refused) return { reason: error.cause.message }
    const unknownName = error.code === 'unknown_variable' ? /: (.+)$/.exec(error.summary)?.[1] : undefined
    return {
      reason: lowerFirst(error.summary),
      ...(error.range ? { start: error.range.start, end: error.range.end } : {}),
      ...(unknownName === undefined ? {} : { unknownName }),
      ...(error.code === 'no_such_key' ? { missingKey: true } : {}),
    }
  }
  return { reason: error instanceof Error ? lowerFirst(error.message) : 'it cannot be evaluated' }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** What `file(…)` reads with, while an expression is evaluated (evaluation is synchronous). */
let fileReader: Scope['readFile'] | undefined

function readText(path: string): string {
  const read = fileReader?.(path)
  if (!read) throw new Refused('file(…) cannot be used here')
  if ('reason' in read) throw new Refused(`${path} cannot be read: ${read.reason}`)
  if (Buffer.byteLength(read.text) > FILE_BYTES_MAX)
    throw new Refused(`${path} is larger than 1 MB; a source: field takes it`)
  return read.text
}

const FILE_BYTES_MAX = 1_048_576
const CACHE_MAX = 10_000
const cache = new Map<string, { readonly compiled: Compiled } | { readonly fault: CelFault }>()
const environment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 5_000, maxDepth: 100 },
})
  .registerVariable('vars', 'dyn')
  .registerVariable('env', 'dyn')
  .registerVariable('secrets', 'dyn')
  .registerVariable('each', 'dyn')
  .registerVariable('services', 'dyn')
  .registerFunction('file(string): string', readText, { async: false })
