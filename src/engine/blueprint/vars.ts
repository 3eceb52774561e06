/** The variables of a workspace: declared in ays.yaml, valued by its defaults, `vars/<environment>.yaml` and `--var`. */
import type { Json } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Value } from './declaration.ts'
import { readYaml, type SourceFile } from './read-yaml.ts'
import { kindOf, tryDataOf } from './value.ts'

export type VarType = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'map'

export interface VarDeclaration {
  readonly type: VarType
  readonly default?: Json
  readonly description?: string
  /** Its name in ays.yaml. */
  readonly at: Place
}

export interface VarSources {
  readonly declared: Readonly<Record<string, VarDeclaration>>
  /** `vars/<environment>.yaml`, where there is one. */
  readonly environment?: SourceFile | undefined
  /** `--var k=v`. */
  readonly given?: Readonly<Record<string, string>>
}

/**
 * Every declared variable has a value; one that is missing is null, and a problem. Later sources win: default, file,
 * command line. `unread` is true when the file is no YAML, so that what it would give is not called missing.
 */
export function readVars({ declared, environment, given = {} }: VarSources): {
  readonly vars: Readonly<Record<string, Json>>
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const values = new Map<string, Json>()
  for (const [name, one] of Object.entries(declared)) if (one.default !== undefined) values.set(name, one.default)
  const file = environment ? readVarsFile(environment, problems) : { entries: [], broken: false }
  for (const entry of file.entries) {
    const declaration = ownOf(declared, entry.key)
    if (!declaration) {
      problems.push(unknown(entry.key, declared, entry.keyAt))
      continue
    }
    const value = valueAs(entry.value, declaration.type)
    if (value === undefined) problems.push(misfit(entry.key, declaration, kindOf(entry.value), entry.value.at))
    else values.set(entry.key, value)
  }
  const refused = new Set<string>()
  for (const [name, text] of Object.entries(given)) {
    const declaration = ownOf(declared, name)
    if (!declaration) {
      problems.push(unknown(name, declared, undefined))
      continue
    }
    const value = convert(text, declaration.type)
    if (value !== undefined) {
      values.set(name, value)
      continue
    }
    refused.add(name)
    problems.push(misfit(name, declaration, `"${text}" (from --var)`, undefined))
  }
  for (const [name, { at }] of Object.entries(declared)) {
    if (values.has(name)) continue
    if (!file.broken && !refused.has(name) && !file.entries.some((entry) => entry.key === name)) {
      const where = environment ? environment.path : 'vars/ENVIRONMENT.yaml'
      problems.push({
        code: 'VAR_MISSING',
        message: `The variable ${name} has neither a default nor a value.`,
        at,
        hint: `Give it a default here, a value in ${where}, or --var ${name}=….`,
      })
    }
    values.set(name, null)
  }
  return { vars: Object.fromEntries(values), problems: sortProblems(problems) }
}

/** The value as the type has it; undefined when it does not fit. */
export function valueAs(value: Value, type: VarType): Json | undefined {
  const data = tryDataOf(value)
  switch (type) {
    case 'string':
      return typeof data === 'string' ? data : undefined
    case 'integer':
      return typeof data === 'number' && Number.isInteger(data) ? data : undefined
    case 'number':
      return typeof data === 'number' ? data : undefined
    case 'boolean':
      return typeof data === 'boolean' ? data : undefined
    case 'list':
    case 'map':
      // What is read of a file holds no secrets.
      return value.type === type && data !== undefined ? (data as Json) : undefined
  }
}

/** The text of `--var k=v` as a value: text is taken as it is, all else is read as YAML. */
function convert(text: string, type: VarType): Json | undefined {
  if (type === 'string') return text
  const { documents, problems } = readYaml({ path: '--var', text })
  const [value] = documents
  return value && documents.length === 1 && problems.length === 0 ? valueAs(value, type) : undefined
}

function readVarsFile(file: SourceFile, problems: Problem[]): { entries: readonly Entry[]; broken: boolean } {
  const read = readYaml(file)
  problems.push(...read.problems)
  return {
    broken: read.broken,
    entries: read.documents.flatMap((root) => {
      if (root.type === 'map') return root.entries
      if (root.type !== 'scalar' || root.value !== null) {
        problems.push({
          code: 'FIELD_TYPE',
          message: `A file of variables is a map of names to values, not ${kindOf(root)}.`,
          at: root.at,
        })
      }
      return []
    }),
  }
}

function unknown(name: string, declared: Readonly<Record<string, VarDeclaration>>, at: Place | undefined): Problem {
  return {
    code: 'VAR_UNKNOWN',
    message: `The variable ${name}${at ? '' : ' (from --var)'} is not declared.`,
    ...(at ? { at } : {}),
    hint: didYouMean(name, Object.keys(declared)) ?? 'Declare it under vars: in ays.yaml.',
  }
}

function misfit(name: string, declaration: VarDeclaration, found: string, at: Place | undefined): Problem {
  return {
    code: 'FIELD_TYPE',
    message: `The variable ${name} is declared as ${declaration.type}, and ${found} is none.`,
    ...(at ? { at, also: [{ at: declaration.at, note: 'declared here' }] } : { at: declaration.at }),
  }
}

const ownOf = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
