/** Runs the tests of a workspace, one after the other, and tells what became of each. */

import type { Clock } from '../base/clock.ts'
import { systemClock } from '../base/clock.ts'
import type { Place } from '../base/place.ts'
import type { Problem } from '../base/problem.ts'
import { findRoot } from '../workspace/locate.ts'
import { findTestFiles } from './find-test-files.ts'
import { runTest } from './run-test.ts'
import { type BlueprintTest, readTestFile } from './test-file.ts'

export interface TestOptions {
  /** Any folder in the workspace; it is sought upwards. */
  readonly folder: string
  /** Only tests in whose `file › name` this text stands, in upper or lower case. */
  readonly filter?: string
  readonly clock?: Clock
  /** Aborted: tests that did not begin are left out. */
  readonly signal?: AbortSignal
  readonly onResult?: (result: TestResult) => void
}

export interface TestResult {
  readonly file: string
  readonly name: string
  readonly at: Place
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly ms: number
  readonly failures: readonly Problem[]
  /** Why it was skipped. */
  readonly reason?: string
}

export interface TestRun {
  readonly root: string
  readonly results: readonly TestResult[]
  /** Mistakes of test files: their tests did not run. */
  readonly problems: readonly Problem[]
}

/** Never throws for a test's sake. Throws WORKSPACE_MISSING. */
export async function runTests(options: TestOptions): Promise<TestRun> {
  const { clock = systemClock, signal = new AbortController().signal, filter = '' } = options
  const root = findRoot(options.folder)
  const files = findTestFiles(root).map((path) => readTestFile(root, path))
  const tests = files
    .flatMap((file) => file.tests)
    .filter((test) => `${test.file} › ${test.name}`.toLowerCase().includes(filter.toLowerCase()))
  const results: TestResult[] = []
  for (const test of tests) {
    if (signal.aborted) break
    const result = await resultOf(test, root, clock, signal)
    results.push(result)
    options.onResult?.(result)
  }
  return { root, results, problems: files.flatMap((file) => file.problems) }
}

async function resultOf(test: BlueprintTest, root: string, clock: Clock, signal: AbortSignal): Promise<TestResult> {
  const { file, name, at, skip } = test
  if (skip !== undefined) return { file, name, at, state: 'skipped', ms: 0, failures: [], reason: skip }
  const began = clock.now()
  const failures = await runTest(test, root, signal)
  return { file, name, at, state: failures.length > 0 ? 'failed' : 'passed', ms: clock.now() - began, failures }
}
