import { expect, test } from 'vitest'
import { annotations } from '../../../src/cli/views/annotations.ts'
import { problemsMarkdown } from '../../../src/cli/views/problems-markdown.ts'

const range = { start: { line: 3, column: 7 }, end: { line: 3, column: 10 } }
const problem = { code: 'FIELD_TYPE', severity: 'error', message: 'port is text.', file: 'blueprints/main.yaml', range }

test('a problem stands at its line of the repository, not of the workspace', () => {
  expect(annotations([problem], 'infra/web')).toEqual([
    '::error file=infra/web/blueprints/main.yaml,line=3,endLine=3,col=7,endColumn=9,title=ays FIELD_TYPE::port is text.',
  ])
})

test('nothing that a blueprint says ends the command, begins another one, or adds to its properties', () => {
  const [line = ''] = annotations(
    [
      {
        ...problem,
        severity: 'warning',
        message: '100%\n::set-env name=X::y\r',
        hint: 'a: b, c',
        file: 'blueprints/a,line=9:\n.yaml',
      },
    ],
    '',
  )
  expect(line).toBe(
    '::warning file=blueprints/a%2Cline=9%3A%0A.yaml,line=3,endLine=3,col=7,endColumn=9,title=ays FIELD_TYPE::100%25%0A::set-env name=X::y%0D%0Aa: b, c',
  )
})

test('a problem without a place is no annotation', () => {
  expect(annotations([{ code: 'USAGE', severity: 'error', message: 'no' }], '')).toEqual([])
})

test('the list of mistakes counts them, tells their places, and stays short', () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ ...problem, message: `@team <b> ${i}` }))
  const markdown = problemsMarkdown([...many, { ...problem, severity: 'warning' }])
  expect(markdown).toContain('500 mistakes, 1 warning')
  expect(markdown).toContain('`blueprints/main.yaml:3:7` **FIELD_TYPE**')
  expect(markdown).toMatch(/and 441 more/)
  expect(markdown).not.toMatch(/@team|<b>/)
})
