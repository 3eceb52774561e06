/** What became of tests of blueprints: a line each, the frames of what failed, and the sum. */

import { plain } from '../../base/json.ts'
import type { TestResult, TestRun } from '../../blueprint-tests/run-tests.ts'
import { drawProblem, type SourceLine } from './frame.ts'
import { problemJson } from './json.ts'
import { type Palette, paletteOf } from './paint.ts'
import { oneLine } from './plain-text.ts'

export interface TestsViewOptions {
  readonly color: boolean
  readonly width: number
  readonly sourceLine: SourceLine
}

export function testsView(run: TestRun, options: TestsViewOptions): string {
  const palette = paletteOf(options.color)
  const files = [...new Set(run.results.map((result) => result.file))]
  const parts = files.map((file) =>
    [
      palette.faint(oneLine(file)),
      ...run.results.filter((result) => result.file === file).map((result) => resultLines(result, palette, options)),
    ].join('\n'),
  )
  const broken = run.problems.map((problem) => drawProblem(problem, options.sourceLine, options))
  return [...parts, ...broken, palette.bold(testsSum(run))].join('\n\n')
}

function resultLines({ name, state, ms, failures, reason }: TestResult, palette: Palette, options: TestsViewOptions) {
  const [sign, paint] = signs[state]
  const said = state === 'skipped' ? `skipped: ${oneLine(reason ?? '')}` : `${Math.round(ms)} ms`
  const line = `  ${palette[paint](sign)} ${oneLine(name)} ${palette.faint(`· ${said}`)}`
  const frames = failures.map((failure) => indented(drawProblem(failure, options.sourceLine, options)))
  return [line, ...frames].join('\n\n') + (frames.length > 0 ? '\n' : '')
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n')

const signs: Record<TestResult['state'], readonly [string, keyof Palette]> = {
  passed: ['✔', 'good'],
  failed: ['✘', 'bad'],
  skipped: ['·', 'faint'],
}

/** `3 passed, 1 failed, 0 skipped`, and how many files could not be read. */
export function testsSum(run: TestRun): string {
  const many = (state: TestResult['state']): number => run.results.filter((result) => result.state === state).length
  const broken = new Set(run.problems.map((problem) => problem.at?.file)).size
  const files = broken === 0 ? '' : `, ${broken} ${broken === 1 ? 'file' : 'files'} with mistakes`
  return `${many('passed')} passed, ${many('failed')} failed, ${many('skipped')} skipped${files}`
}

export const testsJson = (run: TestRun): unknown =>
  plain({
    format: 1,
    passed: isPassed(run),
    results: run.results.map(({ failures, at, ...result }) => ({
      ...result,
      line: at.line,
      failures: failures.map(problemJson),
    })),
    problems: run.problems.map(problemJson),
  })

/** Something ran or was skipped by its own word, and nothing failed. */
export const isPassed = (run: TestRun): boolean =>
  run.problems.length === 0 && run.results.length > 0 && run.results.every((result) => result.state !== 'failed')
