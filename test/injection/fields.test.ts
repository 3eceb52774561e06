import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { templates } from '../../src/templates/index.ts'
import { type Declared, sorted, withText } from './blueprint.ts'
import { hostileTexts, seedOfRun } from './hostile.ts'
import { type StringField, stringFieldsOf } from './string-fields.ts'
import { needed, ways } from './ways.ts'

const fields = stringFieldsOf(templates)
const seed = seedOfRun()
const CANARY = 'ays-canary'
const texts = hostileTexts(CANARY, { seed, more: 30 })

/** Nothing that a shell, a unit file or an option parser takes for more than a word. */
const PLAIN = /^(?!-)[\p{L}\p{M}\p{N}.:@%,=_+/ -]*$/u

const always: readonly Declared[] = [
  { key: 'node.sim__always', data: {} },
  { key: 'dnsclient__always', data: { addr: 'ns.example.org' } },
]
const onNode = new Set(templates.filter(({ parent }) => parent?.to.includes('node')).map(({ name }) => name))

test('every string field of every template has its way, and no way is without a field', () => {
  expect(Object.keys(ways).sort()).toEqual(fields.map(({ name }) => name).sort())
})

const of = (...which: readonly string[]): (readonly [string, StringField])[] =>
  fields.filter(({ name }) => which.includes(ways[name]?.[0] ?? '')).map((field) => [field.name, field] as const)

/** One service a text; a `$` is no letter of a name, so the index is. */
function declared(field: StringField, given: readonly string[]): Declared[] {
  const base = { ...(onNode.has(field.template) ? { parent: 'always' } : {}), ...needed[field.template] }
  // Each redis has a port of its own.
  const port = (i: number) => (field.template === 'redis' ? { port: 7_000 + i } : {})
  return given.map((text, i) => ({
    key: `${field.template}__x${i}`,
    data: withText({ ...base, ...port(i) }, field.path, text),
  }))
}

describe(`with hostile texts (AYS_SEED=${seed})`, () => {
  test.each(of('refused'))('%s takes its own form and nothing else', (name, field) => {
    const sample = ways[name]?.[1] ?? ''
    const around = texts.flatMap((text) => [text, sample + text, text + sample, `${sample} ${text}`])
    const hostile = around.filter((text) => !PLAIN.test(text.trim()))
    const { refused } = sorted(always, declared(field, [sample, ...hostile]))
    expect(refused.has(`${field.template}__x0`) && !name.endsWith('sshAddr')).toBe(false)
    expect(hostile.filter((_, i) => !refused.has(`${field.template}__x${i + 1}`))).toEqual([])
  })

  test.each(of('noted'))('%s reaches no node', (_, field) => {
    const { accepted, wanted } = sorted(always, declared(field, texts))
    expect(accepted.length).toBeGreaterThan(texts.length / 2)
    expect(inspect(wanted, { depth: Number.POSITIVE_INFINITY, maxStringLength: null })).not.toContain(CANARY)
  })

  test.each(of('unbuilt'))('%s is refused with its template', (_, field) => {
    const services = declared(field, texts.slice(0, 3))
    expect([
      ...sorted([...always, { key: 'os__always', data: { node: 'always' } }], services).refused.keys(),
    ]).toHaveLength(services.length)
  })
})
