/** Compiles and evaluates CEL over what blueprints may read; whatever touched a secret comes out as one. */
import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import { ProblemsError } from '../../base/problem.ts'
import { limitSteps, MATCHES, matches, withinLimits } from './cel-limits.ts'
import { type Found, type NameRead, type ServiceRead, visit } from './cel-reads.ts'
import { type Known, openGate, Refused } from './cel-values.ts'
import type { Scope } from './declaration.ts'

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

/** Reads an expression and finds what it refers to, without evaluating it. What it may read is told by the scope. */
export function compile(source: string, { own }: Pick<Scope, 'own'>): Outcome {
  const cache = own ? caches.own : caches.plain
  const known = cache.get(source)
  if (known) return known
  const result = compileNew(source, own ? ownEnvironment : environment)
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(source, result)
  return result
}

type Outcome = { readonly compiled: Compiled } | { readonly fault: CelFault }

/**
 * Evaluates. `services` holds what each `services[…]` of the expression gives, by the text in its brackets.
 * A mistake is a fault; only what the data of a composed service throws (ProblemsError) goes on.
 */
export function evaluate(compiled: Compiled, scope: Scope, services: Readonly<Record<string, Known>> = {}): CelResult {
  const gate = openGate()
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
    return { value: gate.leave(result) }
  } catch (error) {
    const thrown = error instanceof Error && error.cause instanceof ProblemsError ? error.cause : error
    if (thrown instanceof ProblemsError) throw thrown
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

function compileNew(source: string, known: Environment): Outcome {
  try {
    const parsed = known.parse(source)
    const found: Found = { names: [], services: [], usesEach: false, nodes: [] }
    const fault = visit(parsed.ast, source, found)
    if (fault) return { fault }
    const checked = parsed.check()
    if (!checked.valid && checked.error) return { fault: faultOf(checked.error) }
    limitSteps(found.nodes)
    const { names, services, usesEach } = found
    return { compiled: { source, names, services, usesEach, run: (world) => parsed({ ...world }) } }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

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
