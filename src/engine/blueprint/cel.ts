/** Compiles and evaluates CEL over what blueprints may read; whatever touched a secret comes out as one. */
import { type ASTNode, TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import { sameData } from '../../base/json.ts'
import { holdsPlaceholder, Later, typeOfValue } from '../../base/later.ts'
import { ProblemsError } from '../../base/problem.ts'
import { limitSteps, MATCHES, matches, withinLimits } from './cel-limits.ts'
import { type Found, type NameRead, type ServiceRead, visit } from './cel-reads.ts'
import { type Known, openGate, Refused } from './cel-values.ts'
import type { Scope } from './declaration.ts'

export interface Compiled {
  readonly source: string
  readonly names: readonly NameRead[]
  readonly services: readonly ServiceRead[]
  readonly fields: readonly string[]
  readonly usesEach: boolean
  /** What it gives, as far as that is known before: `bool`, `list<string>`, `dyn`. */
  readonly type: string
  /** Its tree, node by node. */
  readonly nodes: readonly ASTNode[]
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
  /** It mixes what does not go together, whatever the values are. */
  readonly mistyped?: boolean
}

export type CelResult = { readonly value: Known } | { readonly fault: CelFault }

/** Reads an expression and finds what it refers to, without evaluating it. What it may read is told by the scope. */
export function compile(source: string, { own }: Pick<Scope, 'own'>): Outcome {
  const cache = own ? caches.own : caches.plain
  const known = cache.get(source)
  if (known) return known
  const result = compileIn(source, own ? ownEnvironment : environment)
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(source, result)
  return result
}

export type Outcome = { readonly compiled: Compiled } | { readonly fault: CelFault }

/**
 * Evaluates. `services` holds what each `services[…]` of the expression gives, by the text in its brackets.
 * A mistake is a fault; only what the data of a composed service throws (ProblemsError) goes on. What read a value that
 * is known only after apply is known only then, and has the type that its stand-ins give.
 */
export function evaluate(compiled: Compiled, scope: Scope, services: Readonly<Record<string, Known>> = {}): CelResult {
  const first = evaluateOnce(compiled, scope, services, 0)
  return first.laters.length === 0 ? first.result : laterOf(first, evaluateOnce(compiled, scope, services, 1))
}

interface Evaluated {
  readonly result: CelResult
  readonly laters: readonly Later[]
}

function laterOf(first: Evaluated, second: Evaluated): CelResult {
  const laters = [...first.laters, ...second.laters]
  const results = [first.result, second.result]
  const mistyped = results.find((one) => 'fault' in one && one.fault.mistyped)
  if (mistyped && laters.every(({ type }) => type !== 'any')) return mistyped
  const sources = laters.flatMap((one) => one.sources)
  const [a, b] = results.map((one) => ('value' in one ? one.value : undefined))
  // Faults of a stand-in say nothing of the value: it may be a number where the stand-in is none.
  if (a === undefined || b === undefined || a instanceof Later || b instanceof Later)
    return { value: new Later('any', sources) }
  const types = [typeOfValue(a), typeOfValue(b)]
  const type = types[0] === types[1] && types[0] !== undefined ? types[0] : 'any'
  // A text made of a number, or of the length of one, tells nothing of where it comes from.
  const isBare = typeof a === 'string' && !holdsPlaceholder(a)
  return { value: sameData(a, b) || isBare ? new Later(type, sources) : new Later(type, sources, [a, b]) }
}

function evaluateOnce(
  compiled: Compiled,
  scope: Scope,
  services: Readonly<Record<string, Known>>,
  variant: 0 | 1,
): Evaluated {
  const gate = openGate(variant)
  const secrets = compiled.names.flatMap((one) =>
    one.root === 'secrets' ? [[one.name, scope.secret(one.name)] as const] : [],
  )
  fileReader = (path) => scope.readFile(path)
  try {
    const result = withinLimits(() =>
      compiled.run({
        vars: gate.enter(scope.vars),
        env: gate.enter(scope.env),
        secrets: gate.enter(Object.fromEntries(secrets)),
        each: gate.enter(scope.each ?? {}),
        services: gate.enter(services),
        ...(scope.own
          ? Object.fromEntries(Object.entries(scope.own).map(([name, value]) => [name, gate.enter(value)]))
          : {}),
      }),
    )
    return { result: { value: gate.leave(result, compiled.source) }, laters: gate.laters() }
  } catch (error) {
    const thrown = error instanceof Error && error.cause instanceof ProblemsError ? error.cause : error
    if (thrown instanceof ProblemsError) throw thrown
    const fault = faultOf(error)
    // A reason may quote a value; that of a secret is never shown.
    const told = gate.touched()
      ? { ...fault, reason: 'it cannot be evaluated; the reason may quote a secret, so it is not shown' }
      : fault
    return { result: { fault: told }, laters: gate.laters() }
  } finally {
    fileReader = undefined
  }
}

/** The same for another language than that of blueprints: its variables, types and functions are those of `known`. */
export function compileIn(source: string, known: Environment): Outcome {
  try {
    const parsed = known.parse(source)
    const found: Found = { names: [], services: [], fields: [], usesEach: false, nodes: [] }
    const fault = visit(parsed.ast, source, found)
    if (fault) return { fault }
    const checked = parsed.check()
    if (!checked.valid && checked.error) return { fault: faultOf(checked.error) }
    limitSteps(found.nodes)
    const { names, services, fields, usesEach, nodes } = found
    const type = checked.type ?? 'dyn'
    return {
      compiled: { source, names, services, fields, usesEach, type, nodes, run: (world) => parsed({ ...world }) },
    }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

/** What went wrong while an expression was read or evaluated. */
export function faultOf(error: unknown): CelFault {
  if (error instanceof Refused) return { reason: error.message }
  if (error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError) {
    if (error.cause instanceof Refused) return { reason: error.cause.message }
    const unknownName = error.code === 'unknown_variable' ? /: (.+)$/.exec(error.summary)?.[1] : undefined
    return {
      reason: lowerFirst(error.summary),
      ...(error.range ? { start: error.range.start, end: error.range.end } : {}),
      ...(unknownName === undefined ? {} : { unknownName }),
      ...(error.code === 'no_such_key' ? { missingKey: true } : {}),
      ...(MISTYPED.has(error.code) ? { mistyped: true } : {}),
    }
  }
  return { reason: error instanceof Error ? lowerFirst(error.message) : 'it cannot be evaluated' }
}

const MISTYPED: ReadonlySet<string> = new Set([
  'no_such_overload',
  'no_matching_overload',
  'invalid_condition_type',
  'invalid_logical_operand',
])

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
const caches = { plain: new Map<string, Outcome>(), own: new Map<string, Outcome>() }
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
  .registerFunction(`string.${MATCHES}(string): bool`, matches, { async: false })
/** Within the template of a composition. */
const ownEnvironment = environment
  .clone()
  .registerVariable('data', 'dyn')
  .registerVariable('name', 'dyn')
  .registerVariable('parent', 'dyn')
  .registerVariable('links', 'dyn')
