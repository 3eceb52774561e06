/** Every template that ships is shown in an example, and what examples promise of themselves is so. */
import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { problemLine } from '../../src/base/problem.ts'
import { findTestFiles } from '../../src/blueprint-tests/find-test-files.ts'
import { runTest } from '../../src/blueprint-tests/run-test.ts'
import { readTestFile } from '../../src/blueprint-tests/test-file.ts'
import { templates } from '../../src/templates/index.ts'
import { openWorkspace } from '../../src/workspace.ts'

const examples = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), 'examples')
const names = readdirSync(examples).sort()

/** In no example, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  dns_client: 'dnsclient in the spelling of AYS 8',
}

beforeAll(() => void vi.stubEnv('DNS_KEY', 'c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM='))
afterAll(() => void vi.unstubAllEnvs())

test('every template that ships stands in an example', async () => {
  const shown = new Set<string>()
  for (const name of names) for (const template of await templatesIn(join(examples, name))) shown.add(template)
  const missing = templates.map((template) => template.name).filter((name) => !shown.has(name))
  expect(missing.sort()).toEqual(Object.keys(elsewhere).sort())
})

describe.each(names)('examples/%s', (name) => {
  const folder = join(examples, name)
  const read = findTestFiles(folder).map((path) => readTestFile(folder, path))
  const tests = read.flatMap((file) => file.tests)

  test('has tests that can be read', () =>
    expect(read.flatMap(({ problems }) => problems.map(problemLine))).toEqual([]))
  test.each(tests.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const failures = await runTest(one, folder, new AbortController().signal)
    expect(failures.map(problemLine)).toEqual([])
  })
})

/** Templates of an example's services, those of its disabled blueprints included. */
async function templatesIn(folder: string): Promise<readonly string[]> {
  const disabled = readdirSync(join(folder, 'blueprints')).filter((file) => file.startsWith('_'))
  const vars: Record<string, string> = folder.endsWith('/catalogue') ? { machine: '10.0.0.7' } : {}
  const readings = [{ vars }, ...disabled.map((file) => ({ files: [join(folder, 'blueprints', file)] }))]
  const found = await Promise.all(
    readings.map(async (options) => {
      const workspace = await openWorkspace({ folder, ...options })
      try {
        return [...(await workspace.validate()).graph.services.values()].map((service) => service.template.name)
      } finally {
        await workspace.close()
      }
    }),
  )
  return found.flat()
}
