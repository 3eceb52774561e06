/** Reads a `*.test.yaml` file into tests that know their places, with every mistake of the file. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Place } from '../base/place.ts'
import type { Problem } from '../base/problem.ts'
import type { Value } from '../engine/blueprint/declaration.ts'
import { readYaml, type SourceFile } from '../engine/blueprint/read-yaml.ts'
import { problemsOf } from '../engine/blueprint/schema-mistakes.ts'
import { tryDataOf } from '../engine/blueprint/value.ts'
import { checkAgainst } from '../engine/graph/schema.ts'
import { type Expect, type Given, testFileSchema } from './format.ts'

/** One test, with what its file gives to all of them. */
export interface BlueprintTest {
  /** Relative to the workspace. */
  readonly file: string
  readonly name: string
  /** Its name in the file. */
  readonly at: Place
  readonly given: Given
  readonly expect: Expect
  /** Why it does not run. */
  readonly skip?: string
  /** Blueprints that stand in the file itself. */
  readonly blueprint?: SourceFile
  readonly appliedBlueprint?: SourceFile
  /** The nearest place: of `expect`, `services`, `unit/web-0` …; that of the test where there is none. */
  place(...path: readonly string[]): Place
}

/** Never throws: a file that cannot be read or does not fit gives problems and no tests. */
export function readTestFile(root: string, path: string): { tests: readonly BlueprintTest[]; problems: Problem[] } {
  const file = relative(root, path)
  const start: Place = { file, line: 1, column: 1 }
  const invalid = (message: string, at: Place) => ({
    tests: [],
    problems: [{ code: 'TEST_INVALID', message, at } satisfies Problem],
  })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return invalid(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, start)
  }
  const { documents, problems } = readYaml({ path: file, text })
  const [first, second] = documents
  if (problems.length > 0) return { tests: [], problems: [...problems] }
  if (second) return invalid('A test file holds one document, not several.', second.at)
  const data = first && tryDataOf(first)
  if (!first || data === null) return invalid('The file holds no tests.', start)
  const errors = checkAgainst(testFileSchema, data)
  if (errors.length > 0)
    return {
      tests: [],
      problems: problemsOf(errors, first, { name: 'a test file', code: 'TEST_INVALID' }).map(({ problem }) => problem),
    }
  // Held against the schema above.
  const { given: common = {}, tests } = data as unknown as {
    given?: Given
    tests: Record<string, { given?: Given; expect: Expect; skip?: string }>
  }
  return {
    problems: [],
    tests: Object.entries(tests).map(([name, { given = {}, expect, skip }]) => {
      const inline = (...path: readonly string[]): SourceFile | undefined =>
        blueprintAt(seek(first, ['tests', name, 'given', ...path]), file, text) ??
        (hasOwnWorld(given, path) ? undefined : blueprintAt(seek(first, ['given', ...path]), file, text))
      const blueprint = inline('blueprint')
      const appliedBlueprint = inline('applied', 'blueprint')
      return {
        file,
        name,
        at: nearest(first, ['tests', name]),
        given: joined(common, given),
        expect,
        ...(skip === undefined ? {} : { skip }),
        ...(blueprint ? { blueprint } : {}),
        ...(appliedBlueprint ? { appliedBlueprint } : {}),
        place: (...path) => nearest(first, ['tests', name, ...path]),
      }
    }),
  }
}

/** What a test gives wins; maps of names are united. */
function joined(common: Given, own: Given): Given {
  return {
    ...common,
    ...own,
    vars: { ...common.vars, ...own.vars },
    env: { ...common.env, ...own.env },
    secrets: { ...common.secrets, ...own.secrets },
    nodes: { ...common.nodes, ...own.nodes },
  }
}

/** A test that names blueprint files of its own does not take the blueprint that its file gives to all. */
function hasOwnWorld(given: Given, path: readonly string[]): boolean {
  return path[0] === 'applied' ? given.applied !== undefined : given.files !== undefined
}

type Found = { readonly value: Value; readonly at: Place }

/** The value at a path of keys and indexes, with the place of its key; undefined when the path ends early. */
function seek(root: Value, path: readonly string[]): Found | undefined {
  let found: Found = { value: root, at: root.at }
  for (const step of path) {
    const { value } = found
    const entry = value.type === 'map' ? value.entries.find((one) => one.key === step) : undefined
    const item = value.type === 'list' ? value.items[Number(step)] : undefined
    if (entry) found = { value: entry.value, at: entry.keyAt }
    else if (item) found = { value: item, at: item.at }
    else return undefined
  }
  return found
}

function nearest(root: Value, path: readonly string[]): Place {
  for (let length = path.length; length > 0; length--) {
    const found = seek(root, path.slice(0, length))
    if (found) return found.at
  }
  return root.at
}

/** A blueprint that stands in a test file: the file with all else blanked out, so that its places are those of the file. */
function blueprintAt(found: Found | undefined, file: string, text: string): SourceFile | undefined {
  if (!found) return undefined
  const { at } = found.value
  if (found.value.type !== 'map') return { path: file, text: '' }
  const { line, column, endLine = line, endColumn } = at
  const lines = text.split('\n').slice(0, endLine)
  // Behind `{ … }` the rest of a line is not its own; a map in a block ends with its line.
  const isFlow = lines[line - 1]?.[column - 1] === '{'
  const kept = lines.map((one, i) => {
    if (i + 1 < line) return ''
    const whole = isFlow && i + 1 === endLine && endColumn !== undefined ? one.slice(0, endColumn - 1) : one
    return i + 1 === line ? ' '.repeat(column - 1) + whole.slice(column - 1) : whole
  })
  return { path: file, text: `${kept.join('\n')}\n` }
}
