/** What is published of plans: the schema fits every plan, and what was once saved can be read for good. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { planView } from '../../src/cli/views/plan.ts'
import { savedTitle } from '../../src/cli/views/saved-plan.ts'
import { planJson } from '../../src/engine/plan/plan-json.ts'
import { planOfJson } from '../../src/engine/plan/read-plan.ts'
import { readSavedPlan } from '../../src/engine/plan/saved-plan.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('docs/plan.schema.json', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const schema = JSON.parse(read('docs/plan.schema.json'))
  const fits = ajv.compile(schema)
  const isPlan = ajv.compile({ $ref: '#/$defs/plan', $defs: schema.$defs })
  const isSaved = ajv.compile({ $ref: '#/$defs/savedPlan', $defs: schema.$defs })

  // Beside the other golden plans, which their own test holds against what is planned; hashes are blanked there.
  const examples = readdirSync(join(root, 'test/golden')).filter((file) => file.endsWith('.json'))
  test.each(examples)('fits the plan in test/golden/%s', (file) => {
    const plan = JSON.parse(read(`test/golden/${file}`).replace('‹hash›', '0'.repeat(64)))
    expect(isPlan(plan), ajv.errorsText(isPlan.errors)).toBe(true)
    expect(fits(plan)).toBe(true)
    expect(planJson(planOfJson(plan))).toEqual(plan)
  })

  test('fits a saved plan, and more members than it names', () => {
    const saved = JSON.parse(read('test/golden/saved/format-1.json'))
    expect(isSaved(saved), ajv.errorsText(isSaved.errors)).toBe(true)
    expect(fits({ ...saved, later: true, plan: { ...saved.plan, later: [] } })).toBe(true)
  })

  test.each([
    ['a plan without services', { services: undefined }],
    ['an action that there is not', { services: [{ address: 'file/a', template: 'file', action: 'burn', why: 'new' }] }],
    ['another format', { format: 2 }],
  ])('does not fit %s', (_, part) => {
    const { plan } = JSON.parse(read('test/golden/saved/format-1.json'))
    expect(isPlan(JSON.parse(JSON.stringify({ ...plan, ...part })))).toBe(false)
  })
})

describe('a plan that an earlier ays saved', () => {
  const file = 'test/golden/saved/format-1.json'

  // The file is as it was written when the format was new, and stays so: a change that it cannot bear is a new format.
  test('is read, and shows what it showed', () => {
    const { saved, plan } = readSavedPlan(read(file), file)
    const view = `${savedTitle(saved, { color: false })}\n\n${planView(plan, { color: false, width: 120, commands: true })}\n`
    expect(view).toContain(`Plan ${saved.hash.slice(0, 12)}`)
    expect(view).toContain('‹secret›')
    expect(plan.services.map(({ address, action }) => `${address} ${action}`)).toEqual([
      'file/long create',
      'file/motd update',
      'file/secret update',
      'file/there unknown',
      'unit/web update',
      'storage_engine/cache remove',
      'unit/web act',
    ])
    expect([plan.blocked, plan.unreachable, plan.held, plan.renamed].map((list) => list.length)).toEqual([1, 1, 1, 1])
  })

  test('holds for what it held for', () => {
    const { saved } = readSavedPlan(read(file), file)
    expect(saved).toMatchObject({
      format: 1,
      workspace: '0f9a3c1e-7d52-4b8e-9c61-2a4f5d6b7c80',
      environment: 'default',
      made: { who: 'anna@desk', run: 2, commit: { dirty: false } },
      options: { vars: { greeting: 'hi' } },
      sources: { files: { 'files/long': expect.stringMatching(/^[0-9a-f]{64}$/) } },
    })
  })
})
