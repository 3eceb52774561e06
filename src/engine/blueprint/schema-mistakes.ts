/** Turns complaints of a schema about data into problems at the places of the data. */
import type { ErrorObject } from 'ajv'
import type { Code } from '../../base/codes.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Value } from './declaration.ts'
import { findEntry, kindOf, tryDataOf } from './value.ts'

/** The file that is judged: how it is called in messages, and the code of its mistakes. */
export interface Judged {
  readonly name: string
  readonly code: Code
}

const WORKSPACE: Judged = { name: 'ays.yaml', code: 'WORKSPACE_INVALID' }

/** One problem per value: of a union's several complaints the outermost is told, in the words of its description. */
export function problemsOf(
  errors: readonly ErrorObject[],
  root: Value,
  judged: Judged = WORKSPACE,
): { problem: Problem; key: string }[] {
  const unions = errors.filter((one) => one.keyword === 'anyOf').map((one) => one.instancePath)
  const inUnion = (one: ErrorObject): boolean =>
    one.keyword !== 'anyOf' &&
    unions.some((path) => one.instancePath === path || one.instancePath.startsWith(`${path}/`))
  const seen = new Set<string>()
  return errors.flatMap((error) => {
    if (inUnion(error)) return []
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const extra = typeof error.params.additionalProperty === 'string' ? error.params.additionalProperty : undefined
    const id = `${error.instancePath} ${extra ?? ''}`
    if (seen.has(id)) return []
    seen.add(id)
    const { value, entry } = seek(root, extra === undefined ? path : [...path, extra])
    const name = [...path, ...(extra === undefined ? [] : [extra])].join('.')
    const key = path[0] ?? extra ?? ''
    const schema: unknown = error.parentSchema
    if (extra !== undefined)
      return [{ key, problem: unknownKey(extra, path, schema, entry?.keyAt ?? value.at, judged) }]
    const expected = describe(schema) ?? expectation(error)
    const problem: Problem = {
      code: judged.code,
      message:
        name === ''
          ? `${judged.name} is a map, not ${kindOf(value)}.`
          : `${name} takes ${expected}, not ${kindOf(value)}.`,
      at: value.at,
    }
    const allowed = Array.isArray(error.params.allowedValues) ? error.params.allowedValues.map(String) : []
    const hint = allowed.length > 0 ? didYouMean(String(tryDataOf(value)), allowed) : undefined
    return [{ key, problem: hint ? { ...problem, hint } : problem }]
  })
}

function unknownKey(key: string, path: readonly string[], schema: unknown, at: Place, judged: Judged): Problem {
  const properties = isRecord(schema) && isRecord(schema.properties) ? Object.keys(schema.properties) : []
  const where = path.length === 0 ? judged.name : path.join('.')
  if (properties.length === 0) {
    return {
      code: judged.code,
      message: `"${key}" cannot be a name under ${where}.`,
      at,
      hint: 'Use letters, digits and _, not beginning with a digit.',
    }
  }
  return {
    code: judged.code,
    message: `${where} has no ${key}.`,
    at,
    hint: didYouMean(key, properties) ?? `It has ${properties.join(', ')}.`,
  }
}

function describe(schema: unknown): string | undefined {
  return isRecord(schema) && typeof schema.description === 'string' ? schema.description : undefined
}

function expectation(error: ErrorObject): string {
  if (Array.isArray(error.params.allowedValues)) return `one of ${error.params.allowedValues.join(', ')}`
  switch (error.params.type) {
    case 'object':
      return 'a map'
    case 'array':
      return 'a list'
    case 'string':
      return 'text'
    case 'boolean':
      return 'true or false'
    default:
      return error.message ?? 'something else'
  }
}

/** The value at a path, and its entry where it is one of a map; the nearest above where the path ends early. */
function seek(root: Value, path: readonly string[]): { value: Value; entry?: Entry } {
  let value = root
  let entry: Entry | undefined
  for (const step of path) {
    const next: Entry | Value | undefined =
      value.type === 'map'
        ? findEntry(value.entries, step)
        : value.type === 'list'
          ? value.items[Number(step)]
          : undefined
    if (!next) break
    entry = 'key' in next ? next : undefined
    value = 'key' in next ? next.value : next
  }
  return entry ? { value, entry } : { value }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
