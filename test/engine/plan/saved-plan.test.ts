import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ProblemsError } from '../../../src/base/problem.ts'
import type { SavedPlan } from '../../../src/engine/plan/plan-schema.ts'
import { readSavedPlan, sealPlan } from '../../../src/engine/plan/saved-plan.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const text = readFileSync(join(root, 'test/golden/saved/format-1.json'), 'utf8')
const saved = JSON.parse(text) as SavedPlan

describe('a saved plan', () => {
  test('is the same however its JSON is laid out', () => {
    const compact = JSON.stringify(Object.fromEntries(Object.entries(saved).reverse()))
    expect(readSavedPlan(compact, 'plan.json').saved.hash).toBe(saved.hash)
  })

  test('has the hash of what it holds for: not of who made it, when, and with which ays', () => {
    const { hash: _, format: __, ...rest } = saved
    expect(sealPlan({ ...rest, ays: '9.9.9', made: { at: 'later', who: 'bert', run: 12 } }).hash).toBe(saved.hash)
    expect(sealPlan({ ...rest, state: { tag: 'ffffffff' } }).hash).not.toBe(saved.hash)
    expect(sealPlan({ ...rest, relies: { 'node/n': ['file:/etc/x'] } }).hash).not.toBe(saved.hash)
    expect(sealPlan({ ...rest, options: { ...rest.options, allow: ['data-loss'] } }).hash).not.toBe(saved.hash)
  })

  test.each<[string, string, string]>([
    ['a command that was changed by hand', text.replace('/etc/motd', '/etc/pass'), 'PLAN_DAMAGED'],
    ['a file that was cut off', text.slice(0, 2_000), 'PLAN_DAMAGED'],
    ['a list', '[]', 'PLAN_DAMAGED'],
    ['what plan --json prints', JSON.stringify(saved.plan), 'PLAN_DAMAGED'],
    ['a file without what it relies on', JSON.stringify({ ...saved, relies: undefined }), 'PLAN_DAMAGED'],
    ['an address with a line break', text.replace('"file/long"', '"file/lo\\nng"'), 'PLAN_DAMAGED'],
    ['one of a later format', JSON.stringify({ ...saved, format: 2 }), 'PLAN_NEWER'],
  ])('%s is refused', (_, damaged, code) => {
    expect(codeOf(() => readSavedPlan(damaged, 'plan.json'))).toBe(code)
  })
})

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems[0]?.code
    throw error
  }
}
