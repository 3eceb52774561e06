/** Templates without a SAL of their own, over simulated nodes: the tests are blueprints' tests, run as `ays test` does. */
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { problemLine } from '../../src/base/problem.ts'
import { findTestFiles } from '../../src/blueprint-tests/find-test-files.ts'
import { runTest } from '../../src/blueprint-tests/run-test.ts'
import { readTestFile } from '../../src/blueprint-tests/test-file.ts'

const root = join(resolve(fileURLToPath(import.meta.url), '..'), 'catalogue')

for (const path of findTestFiles(root)) {
  const { tests, problems } = readTestFile(root, path)
  test(`${relative(root, path)} is read`, () => expect(problems.map(problemLine)).toEqual([]))
  test.each(tests.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const failures = await runTest(one, root, new AbortController().signal)
    expect(failures.map(problemLine)).toEqual([])
  })
}
