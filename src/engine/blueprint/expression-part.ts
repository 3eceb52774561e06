/** Checks and evaluates one `${…}`: every name that it reads, and the services that it refers to. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type CelFault, type Compiled, compile, evaluate } from './cel.ts'
import type { NameRead } from './cel-reads.ts'
import type { Known } from './cel-values.ts'
import type { ExpressionPart, PartResult, Reference, Scope, WaitingField } from './declaration.ts'
import { placeInPart } from './expression-places.ts'
import type { ServiceReadings } from './service-reading.ts'

/** The value of one expression, with what is known of services. */
export function evaluatePart(part: ExpressionPart, scope: Scope, services: ServiceReadings): PartResult {
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
    const own = {
      ...service.data,
      ...outputs,
      name: service.name,
      data: service.data,
      ...(service.outputs ? { outputs: under(outputs, service.facts) } : {}),
    }
    readings[index] = under(own, service.facts)
  }
  const own = withFields(scope, compiled.waiting, services)
  if ('state' in own) return own
  const result = evaluate(compiled.compiled, own, readings)
  if ('value' in result) return { state: 'known', data: result.value }
  if (result.fault.missingKey && open.length > 0) return { state: 'later', waitsFor: open }
  return { state: 'problem', problem: problemOf(part, result.fault, scope) }
}

/** The scope in which the fields that an expression reads are filled in; or what became of one that is not known. */
function withFields(
  scope: Scope,
  waiting: CompiledPart['waiting'],
  services: ServiceReadings,
): Scope | Exclude<PartResult, { state: 'known' }> {
  if (!scope.own || waiting.length === 0) return scope
  const data = Object.defineProperties({}, Object.getOwnPropertyDescriptors(scope.own.data))
  for (const { name, field } of waiting) {
    const result = field.resolve(services)
    if (result.state !== 'known') return result
    Object.defineProperty(data, name, { value: result.data, enumerable: true, configurable: true })
  }
  return { ...scope, own: { ...scope.own, data } }
}

/** With facts under what has other names. They stay getters, so that it is known who was read. */
function under(own: JsonObject, facts: JsonObject | undefined): JsonObject {
  if (!facts) return own
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(facts))
  return Object.defineProperties(
    { ...own },
    Object.fromEntries(descriptors.filter(([name]) => !Object.hasOwn(own, name))),
  )
}

export interface CompiledPart {
  readonly compiled: Compiled
  readonly refersTo: readonly Reference[]
  /** The texts in the brackets of `services[…]`, with the addresses that they mean. */
  /** Fields of the composed service that wait for others. */
  readonly waiting: readonly { readonly name: string; readonly field: WaitingField }[]
  readonly indexed: readonly { readonly index: string; readonly address: Address; readonly at: Place }[]
}

/** Compiles, and checks every name it reads, so that no mistake hides in a branch that is not taken. */
export function compilePart(part: ExpressionPart, scope: Scope): CompiledPart | { readonly problem: Problem } {
  const result = compile(part.source, scope)
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
  const waiting = [...new Set(compiled.fields)].flatMap((name) => {
    const field = scope.own?.waiting?.get(name)
    return field ? [{ name, field }] : []
  })
  const refersTo = [
    ...indexed.map(({ address, at }) => ({ address, at })),
    ...waiting.flatMap(({ field }) => field.refersTo),
  ]
  return { compiled, refersTo, waiting, indexed }
}

/** An address that is itself computed, such as `"node!n" + string(each.key)`. */
function indexText(source: string, scope: Scope): string | undefined {
  const result = compile(source, scope)
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
      return scope.secret(name) ? undefined : missingSecret(name, at, scope)
  }
}

function missingSecret(name: string, at: Place, scope: Scope): Problem {
  const why = scope.missingSecret?.(name)
  return {
    code: 'SECRET_MISSING',
    message: why ? `secrets.${name}: ${why.reason}.` : `secrets.${name} is given by no source of the workspace.`,
    at,
    hint: why?.hint ?? 'Add it under secrets: in ays.yaml.',
  }
}

function problemOf(part: ExpressionPart, fault: CelFault, scope: Scope): Problem {
  const at = placeInPart(part, fault.start, fault.end)
  const name = fault.unknownName
  const roots = scope.own ? [...ROOTS, ...Object.keys(scope.own)] : ROOTS
  const hint =
    name === undefined
      ? undefined
      : Object.hasOwn(scope.vars, name)
        ? `Did you mean vars.${name}?`
        : (didYouMean(name, roots) ?? `Expressions know ${roots.join(', ')}.`)
  return { code: 'EXPRESSION', message: `\${${part.source}}: ${fault.reason}.`, at, ...(hint ? { hint } : {}) }
}

const ROOTS = ['vars', 'env', 'secrets', 'each', 'services', 'file']
