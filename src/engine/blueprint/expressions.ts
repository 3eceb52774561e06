/** Reads `${…}` in values, and evaluates those that waited for other services. */
import type { Address } from '../../base/address.ts'
import { isLater, joinLater, type Later } from '../../base/later.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { isSecret, joinText, type Text } from '../../base/secret.ts'
import type { Known } from './cel-values.ts'
import type { ExpressionPart, ExpressionValue, Reference, Scope, Value } from './declaration.ts'
import { compilePart, evaluatePart } from './expression-part.ts'
import { placeWithin } from './expression-places.ts'
import { mayHoldExpression, splitText } from './expression-text.ts'
import type { ServiceReadings } from './service-reading.ts'
import { unclosedProblem } from './unclosed-expression.ts'
import { asValue, kindOf } from './value.ts'

export type { ServiceReading, ServiceReadings } from './service-reading.ts'

export type Resolved =
  | { readonly state: 'known'; readonly value: Value }
  | { readonly state: 'later'; readonly waitsFor: readonly Address[] }
  | { readonly state: 'problem'; readonly problem: Problem }

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
      for (const entry of value.shadowed ?? []) readExpressions(entry.value, reader)
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
    reader.problems.push(unclosedProblem(text, unclosed, at, reader.lineAt?.(at)))
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

/** One expression alone keeps the type of its value; among text, each becomes text. */
function joinParts(
  known: readonly (string | Known)[],
  parts: readonly (string | ExpressionPart)[],
  at: Place,
): { readonly data: Known } | { readonly problem: Problem } {
  const [only] = known
  if (known.length === 1 && only !== undefined) return { data: only }
  const texts: (Text | Later)[] = []
  for (const [i, data] of known.entries()) {
    if (data === null || (typeof data === 'object' && !isSecret(data) && !isText(data))) {
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
    texts.push(isSecret(data) || isLater(data) ? data : String(data))
  }
  const sure = texts.filter((one): one is Text => !isLater(one))
  return { data: sure.length < texts.length ? joinLater(texts) : joinText(sure, '') }
}

/** Known only later, but then text or what becomes text. */
const isText = (data: Known): boolean => isLater(data) && data.type !== 'list' && data.type !== 'map'

const NO_SERVICES: ServiceReadings = new Map()
