/** Tests of blueprints as JUnit XML, which every CI reads. */

import { showPlace } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { TestResult, TestRun } from '../../blueprint-tests/run-tests.ts'
import { attributes, escaped } from './xml.ts'

/** A suite per file; a file with mistakes is a suite with one error. */
export function junitXml(run: TestRun): string {
  const files = [...new Set([...run.results.map((result) => result.file), ...run.problems.flatMap(fileOf)])]
  const suites = files.map((file) =>
    suiteXml(
      file,
      run.results.filter((result) => result.file === file),
      run.problems.filter((problem) => problem.at?.file === file),
    ),
  )
  const failures = run.results.filter((result) => result.state === 'failed').length
  const head = { name: 'ays', tests: run.results.length + run.problems.length, failures, errors: run.problems.length }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(head)}>\n${suites.join('')}</testsuites>\n`
}

const fileOf = (problem: Problem): string[] => (problem.at ? [problem.at.file] : [])

function suiteXml(file: string, results: readonly TestResult[], problems: readonly Problem[]): string {
  const head = {
    name: file,
    tests: results.length + problems.length,
    failures: results.filter((result) => result.state === 'failed').length,
    errors: problems.length,
    skipped: results.filter((result) => result.state === 'skipped').length,
    time: seconds(results.reduce((sum, result) => sum + result.ms, 0)),
  }
  const cases = [
    ...results.map((result) => caseXml(file, result)),
    ...problems.map(
      (problem) =>
        `    <testcase${attributes({ name: problem.code, classname: file, time: 0 })}>\n      <error${attributes({ message: problem.message, type: problem.code })}>${escaped(detail(problem))}</error>\n    </testcase>\n`,
    ),
  ]
  return `  <testsuite${attributes(head)}>\n${cases.join('')}  </testsuite>\n`
}

function caseXml(file: string, result: TestResult): string {
  const head = attributes({ name: result.name, classname: file, file, line: result.at.line, time: seconds(result.ms) })
  const inside = [
    ...(result.state === 'skipped' ? [`      <skipped${attributes({ message: result.reason ?? '' })}/>\n`] : []),
    ...result.failures.map(
      (failure) =>
        `      <failure${attributes({ message: failure.message, type: failure.code })}>${escaped(detail(failure))}</failure>\n`,
    ),
  ]
  return inside.length === 0 ? `    <testcase${head}/>\n` : `    <testcase${head}>\n${inside.join('')}    </testcase>\n`
}

/** A problem with its places and its way out, in lines. */
export function detail({ at, message, also = [], hint }: Problem): string {
  const lines = [
    `${at ? `${showPlace(at)}: ` : ''}${message}`,
    ...also.map((one) => `${showPlace(one.at)}: ${one.note}`),
    ...(hint ? [hint] : []),
  ]
  return lines.join('\n')
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)
