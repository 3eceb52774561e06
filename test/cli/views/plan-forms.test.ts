import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { planIn } from '../../../src/cli/views/plan-in.ts'
import { problemsIn } from '../../../src/cli/views/problems-in.ts'
import { n1, planOf, servicePlan, taskPlan } from '../plan-literals.ts'

const at = { file: 'blueprints/my site.yaml', line: 7, column: 3, endLine: 7, endColumn: 9 }
const hostile = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
const plan = planOf(
  [
    servicePlan({
      name: 'data',
      action: 'remove',
      why: 'orphan',
      tasks: [taskPlan({ thing: 'directory:/srv', action: 'remove', effects: [{ kind: 'data-loss', what: '/srv' }] })],
    }),
    servicePlan({
      name: 'web',
      action: 'update',
      why: 'change',
      at,
      tasks: [
        taskPlan({
          thing: `unit:${hostile}`,
          node: n1,
          action: 'update',
          at,
          effects: [{ kind: 'restart', what: hostile }],
        }),
      ],
    }),
  ],
  { blocked: [{ code: 'DATA_LOSS', message: 'storage_engine/data would lose data: /srv.', hint: 'Use {braces}.' }] },
)

test('HTML loads nothing, runs only its own script, and shows text of others as text', async () => {
  const page = await planIn('html', plan)
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? ''
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain(`script-src 'sha256-${hash}'`)
  expect(page.split('<script').length).toBe(2)
  expect(page).not.toMatch(/<img|<link|<iframe|\s(?:src|href|style|on\w+)="/)
  expect(page.indexOf('Attention')).toBeLessThan(page.indexOf('Nodes'))
  expect(page).toContain('<svg')
})

test('SARIF has every risk and refusal at its line, told from the root of the repository', async () => {
  const log = JSON.parse(await planIn('sarif', plan, { folder: 'infra/web' }))
  expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'ays' } } }] })
  const [run] = log.runs
  for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
  const told = run.results.map((result: { ruleId: string; level: string; locations: readonly unknown[] }) => [
    result.ruleId,
    result.level,
    result.locations,
  ])
  const place = (uri: string, region: object) => [
    { physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region } },
  ]
  const nowhere = place('infra/web/ays.yaml', { startLine: 1, startColumn: 1 })
  const line = { startLine: 7, startColumn: 3, endLine: 7, endColumn: 9 }
  expect(told).toEqual([
    ['DATA_LOSS', 'error', nowhere],
    ['risk/data-loss', 'error', nowhere],
    ['risk/remove', 'error', nowhere],
    ['risk/restart', 'warning', place('infra/web/blueprints/my%20site.yaml', line)],
  ])
  // Braces stand for arguments in its messages, so they are doubled.
  expect(run.results[0].message.text).toBe('storage_engine/data would lose data: /srv. Use {{braces}}.')
})

test('mistakes of blueprints have the same forms', async () => {
  const problem = { code: 'FIELD_TYPE', message: 'port is text.', at } as const
  const log = JSON.parse(await problemsIn('sarif', [problem, { ...problem, severity: 'warning' }]))
  expect(log.runs[0].results.map((result: { level: string }) => result.level)).toEqual(['error', 'warning'])
  expect(await problemsIn('junit', [problem])).toContain('<failure message="port is text." type="FIELD_TYPE">')
  expect(await problemsIn('markdown', [problem])).toContain('**FIELD_TYPE** port is text.')
})

test('JUnit has a case per service, and fails what is refused', async () => {
  const xml = await planIn('junit', plan)
  expect(xml).toContain('tests="2" failures="1"')
  expect(xml).toMatch(
    /<testcase name="remove storage_engine\/data"[^>]*>\n {6}<failure message="storage_engine\/data would lose data: \/srv\." type="DATA_LOSS">/,
  )
  expect(xml).not.toContain('<script>')
})
