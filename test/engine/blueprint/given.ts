/** Small worlds for the tests of reading: scopes, and what of problems and values is compared. */
import { showPlace } from '../../../src/base/place.ts'
import type { Problem } from '../../../src/base/problem.ts'
import { isSecret, Secret, sealerOf } from '../../../src/base/secret.ts'
import type { Declaration, Scope, Value } from '../../../src/engine/blueprint/declaration.ts'
import { readBlueprint } from '../../../src/engine/blueprint/read-blueprint.ts'

const sealer = sealerOf(new Uint8Array(32).fill(7))

export const secretOf = (name: string, value: string): Secret => new Secret(`secrets.${name}`, value, sealer)

export function scopeOf(
  given: Partial<Scope> & { secrets?: Record<string, string>; files?: Record<string, string> } = {},
): Scope {
  const { secrets = {}, files = {}, ...rest } = given
  const held = new Map(Object.entries(secrets).map(([name, value]) => [name, secretOf(name, value)]))
  return {
    vars: {},
    env: {},
    secret: (name) => held.get(name),
    readFile: (path) => (files[path] === undefined ? { reason: 'no such file' } : { text: files[path] }),
    ...rest,
  }
}

/** One file, read. */
export function read(text: string, scope: Scope = scopeOf(), options: { legacy?: boolean } = {}) {
  const { blueprint, problems } = readBlueprint([{ path: 'main.yaml', text }], { scope, ...options })
  return { ...blueprint, problems, told: problems.map(tell) }
}

export const tell = (problem: Problem): string => `${problem.at ? `${showPlace(problem.at)} ` : ''}${problem.code}`

/** Plain data; secrets as `secret(value)`, expressions as `expression(addresses)`. */
export function dataOf(value: Value): unknown {
  switch (value.type) {
    case 'scalar':
      return isSecret(value.value) ? `secret(${value.value.reveal()})` : value.value
    case 'expression':
      return `expression(${value.refersTo.map((one) => one.address).join(',')})`
    case 'list':
      return value.items.map(dataOf)
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.key, dataOf(entry.value)]))
  }
}

export const fieldsOf = (declaration: Declaration | undefined): unknown =>
  declaration && Object.fromEntries(declaration.fields.map((entry) => [entry.key, dataOf(entry.value)]))
