import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { showPlace } from '../../src/base/place.ts'
import { runTests, type TestRun } from '../../src/blueprint-tests/run-tests.ts'
import { readTestFile } from '../../src/blueprint-tests/test-file.ts'
import { junitXml } from '../../src/cli/views/junit.ts'
import { isPassed, testsJson, testsView } from '../../src/cli/views/tests.ts'

const examples = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), 'examples')
const folder = mkdtempSync(join(tmpdir(), 'ays-test-blueprint-tests-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const BLUEPRINT = `node__n1:
  host: 10.0.0.11
file__motd:
  node: n1
  path: /etc/motd
  content: \${vars.greeting}, \${env.WHO} \${secrets.word}
`
const SETTINGS = `vars: { greeting: { default: hello } }
env: [WHO]
secrets: { word: { env: NOWHERE_TO_BE_FOUND } }
`

/** A workspace of these files. */
function workspace(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(folder, 'workspace-'))
  const all = { 'ays.yaml': SETTINGS, 'blueprints/main.yaml': BLUEPRINT, ...files }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

/** The failures of the only test, as `place message`. */
async function failuresOf(body: string): Promise<readonly string[]> {
  const { results, problems } = await runTests({
    folder: workspace({ 'tests/a.test.yaml': `given: { env: { WHO: bob } }\ntests:\n  one:\n${body}` }),
  })
  expect(problems).toEqual([])
  return results.flatMap((result) => result.failures.map((one) => `${one.at && showPlace(one.at)} ${one.message}`))
}

test('the tests of the example pass, touch nothing real and leave nothing behind', async () => {
  const root = join(folder, 'fleet')
  cpSync(join(examples, 'fleet'), root, { recursive: true, filter: (file) => !file.endsWith('.ays') })
  const temporary = mkdtempSync(join(folder, 'tmp-'))
  vi.stubEnv('TMPDIR', temporary)
  const run = await runTests({ folder: root }).finally(() => vi.unstubAllEnvs())
  expect(run.results.flatMap((result) => result.failures)).toEqual([])
  expect(run.results.length).toBeGreaterThanOrEqual(5)
  expect(isPassed(run)).toBe(true)
  expect(existsSync(join(root, '.ays'))).toBe(false)
  expect(readdirSync(temporary)).toEqual([])
})

describe('what is given', () => {
  test('variables, environment and secrets of the test stand in the place of the real ones', async () => {
    expect(
      await failuresOf(`    given: { vars: { greeting: good day }, env: { WHO: anna }, secrets: { word: psst } }
    expect:
      services:
        file/motd: { fields: { content: 'good day, anna psst' } }
`),
    ).toEqual([])
  })

  test('a real node is simulated and never reached; what somebody did there since the last apply is drift', async () => {
    const given = (found: string) => `    given:
      applied: {}
      nodes:
        n1: { things: { file:/etc/motd: { found: ${found} } } }
`
    expect(
      await failuresOf(`${given('{ mode: "0600" }')}    expect:
      plan: { update: [file/motd: [file:/etc/motd]] }
      settles: true
`),
    ).toEqual([])
    expect(await failuresOf(`${given('{}')}    expect: { plan: nothing }\n`)).toEqual([])
  })

  test('a node that no blueprint declares is a mistake of the test, not a test that says nothing', async () => {
    expect(await failuresOf('    given: { nodes: { n11: { down: true } } }\n    expect: {}\n')).toEqual([
      expect.stringMatching(/^tests\/a\.test\.yaml:4:23 node\/n11 is given, and no blueprint declares it\./),
    ])
  })

  test('a thing of no known kind is a mistake of the test', async () => {
    const [failure] = await failuresOf(`    given: { nodes: { n1: { things: { "fil:/x": { found: {} } } } } }
    expect: {}
`)
    expect(failure).toMatch(/^tests\/a\.test\.yaml:4:\d+ fil:\/x does not say of what kind it is\./)
  })

  test('what was applied before is what the plan starts from', async () => {
    expect(
      await failuresOf(`    given: { vars: { greeting: bye }, applied: { vars: { greeting: hello } } }
    expect:
      plan: { update: [file/motd: ['file:/etc/*']], create: 0 }
      settles: true
`),
    ).toEqual([])
  })

  test('a rule of policy.yaml refuses at one time and not at another, and nobody has to approve', async () => {
    const run = await runTests({
      folder: workspace({
        'policy.yaml': `rules:
  - { name: hours, deny: now.hour >= 20, message: not at night }
  - { name: greeting, for: service, warn: service.action == "create", message: "a new \${service.role}" }
approvals: [{ risk: low }]
keys: { anna: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl }
`,
        'tests/a.test.yaml': `given: { env: { WHO: bob } }
tests:
  by day:
    given: { now: 2026-01-07T12:30:00Z }
    expect: { settles: true, warned: { code: POLICY_WARNED, says: a new file } }
  at night:
    given: { now: 2026-01-07T22:30:00+01:00 }
    expect: { refused: { code: POLICY_DENIED, at: policy.yaml:2, says: not at night } }
`,
      }),
    })
    expect(run.problems).toEqual([])
    expect(run.results.flatMap((result) => result.failures)).toEqual([])
    expect(run.results).toHaveLength(2)
  })

  test('a blueprint may stand in the test itself: its mistakes are told where they stand', async () => {
    const run = await runTests({
      folder: workspace({
        'tests/a.test.yaml': `tests:
  one:
    given:
      blueprint:
        node.sim__n1:
        file__a: { node: n1, path: /a, contnt: x }
    expect: {}
`,
      }),
    })
    const failure = run.results[0]?.failures.find((one) => one.message.includes('FIELD_UNKNOWN'))
    expect(failure?.also?.[0]?.at).toMatchObject({ file: 'tests/a.test.yaml', line: 6, column: 40 })
  })
})

describe('what is not as expected is told with the place in the test and what is there', () => {
  test.each([
    ['a service that is missing', 'services: { unit/web: exists }', /^tests\/a.test.yaml:4:\d+ There is no unit\/web/],
    ['a service that should not be', 'services: { file/motd: absent }', /No file\/motd is expected, and there is file/],
    ['a count', 'services: { node/*: 3 }', /node\/\*: 3 expected, 2 there: node\/local, node\/n1/],
    ['a field', 'services: { file/motd: { fields: { path: /etc/x } } }', /path is "\/etc\/motd", not "\/etc\/x"/],
    ['the node', 'services: { file/motd: { node: node/n2 } }', /node is "node\/n1", not "node\/n2"/],
    ['a secret field', 'services: { file/motd: { fields: { content: x } } }', /content is a secret, and not the one/],
    ['a plan that does something', 'plan: nothing', /do nothing, and it would create node\/n1, create file\/motd/],
    ['an action that is not planned', 'plan: { remove: [file/motd] }', /does not remove file\/motd. It would: none/],
    ['more than was named', 'plan: { create: [node/n1] }', /would create file\/motd as well/],
    [
      'another thing',
      'plan: { create: [node/*, file/motd: ["file:/x"]] }',
      /not change file:\/x, and it changes file:\/e/,
    ],
    ['a refusal that does not come', 'refused: LINK_UNKNOWN', /LINK_UNKNOWN is expected, and there is nothing/],
  ])('%s', async (_, expected, message) => {
    const failures = await failuresOf(`    expect: { ${expected} }\n`)
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatch(message)
    expect(failures[0]).toMatch(/^tests\/a\.test\.yaml:4:\d+ /)
  })

  test('a refusal that nobody expects is told with its own place besides', async () => {
    const run = await runTests({
      folder: workspace({
        'blueprints/main.yaml': 'file__a:\n  node: nobody\n  path: /a\n  content: x\n',
        'tests/a.test.yaml':
          'tests:\n  one:\n    expect: {}\n  two:\n    expect: { refused: { code: LINK_UNKNOWN, at: blueprints/main.yaml:2 } }\n',
      }),
    })
    expect(run.results.map((result) => result.state)).toEqual(['failed', 'passed'])
    expect(run.results[0]?.failures[0]).toMatchObject({
      at: { line: 2 },
      also: [{ at: { file: 'blueprints/main.yaml', line: 2 }, note: 'LINK_UNKNOWN' }],
    })
  })
})

describe('test files', () => {
  test('beside blueprints they are tests and no blueprints, and a filter takes some of them', async () => {
    const root = workspace({
      'blueprints/main.test.yaml':
        'given: { env: { WHO: bob } }\ntests:\n  beside:\n    expect: { services: { file/motd: exists } }\n',
      'tests/deep/er.test.yml': 'tests:\n  deep:\n    skip: not today\n    expect: {}\n',
    })
    const run = await runTests({ folder: root })
    expect(run.results.map(({ name, state }) => [name, state])).toEqual([
      ['beside', 'passed'],
      ['deep', 'skipped'],
    ])
    expect((await runTests({ folder: root, filter: 'BESIDE' })).results).toHaveLength(1)
  })

  test('a mistake of the file is told at its place, with a way out; other files run', async () => {
    const run = await runTests({
      folder: workspace({
        'tests/a.test.yaml': 'tests:\n  one:\n    expect: { service: {} }\n',
        'tests/b.test.yaml': 'tests:\n  one:\n    expect: { refused: EXPRESSION }\n',
      }),
    })
    expect(run.results).toHaveLength(1)
    expect(run.problems[0]).toMatchObject({ code: 'TEST_INVALID', at: { file: 'tests/a.test.yaml', line: 3 } })
    expect(run.problems[0]?.hint).toContain('services')
    expect(isPassed(run)).toBe(false)
  })
})

test('whatever stands in a test file, it is read or told, with a place', () => {
  const root = workspace({ 'tests/a.test.yaml': '' })
  const path = join(root, 'tests/a.test.yaml')
  const whole = readFileSync(join(examples, 'fleet/tests/fleet.test.yaml'), 'utf8')
  const cut = fc.tuple(
    fc.nat(whole.length),
    fc.nat(40),
    fc.oneof(fc.string(), fc.constantFrom('{', '- ', ': ', '\n  ')),
  )
  fc.assert(
    fc.property(cut, ([at, length, instead]) => {
      writeFileSync(path, whole.slice(0, at) + instead + whole.slice(at + length))
      const { tests, problems } = readTestFile(root, path)
      for (const one of problems) expect(one.at?.file).toBe('tests/a.test.yaml')
      for (const one of tests) expect(one.at.line).toBeGreaterThan(0)
      expect(tests.length + problems.length).toBeGreaterThan(0)
    }),
    { numRuns: 300 },
  )
})

describe('results for machines', () => {
  const at = { file: 'tests/a.test.yaml', line: 2, column: 3 }
  const run: TestRun = {
    root: '/w',
    results: [
      { file: at.file, name: 'good & <well>', at, state: 'passed', ms: 12, failures: [] },
      {
        file: at.file,
        name: 'bad',
        at,
        state: 'failed',
        ms: 3,
        failures: [{ code: 'TEST_FAILED', message: 'x is "1"\u0000, not 2.', at }],
      },
      { file: at.file, name: 'later', at, state: 'skipped', ms: 0, failures: [], reason: 'not today' },
    ],
    problems: [{ code: 'TEST_INVALID', message: 'no', at: { ...at, file: 'tests/b.test.yaml' } }],
  }

  test('JUnit XML counts, names places and escapes', () => {
    expect(junitXml(run)).toBe(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'junit.golden.xml'), 'utf8'))
  })

  test('JSON says whether all passed', () => {
    expect(testsJson(run)).toMatchObject({
      format: 1,
      passed: false,
      results: [{ line: 2 }, {}, { reason: 'not today' }],
    })
  })

  test('people get a line each, frames of what failed, and the sum', () => {
    const text = testsView(run, { color: false, width: 80, sourceLine: () => undefined })
    expect(text).toContain('✔ good & <well> · 12 ms')
    expect(text).toContain('error TEST_FAILED  tests/a.test.yaml:2:3')
    expect(text.split('\n').at(-1)).toBe('1 passed, 1 failed, 1 skipped, 1 file with mistakes')
  })
})
