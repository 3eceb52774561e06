/** Reads ays.yaml, the workspace's own file, by its schema: unknown keys are mistakes with a suggestion. */
import { Ajv, type ErrorObject } from 'ajv'
import Type, { type Static } from 'typebox'
import { tryReadDuration } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Value } from './declaration.ts'
import { readYaml, type SourceFile } from './read-yaml.ts'
import { findEntry, kindOf, tryDataOf } from './value.ts'
import { type VarDeclaration, type VarType, valueAs } from './vars.ts'

const Duration = Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^\\s*\\d+\\s*[wdhms]?\\s*$' })], {
  description: 'a duration such as 5m, 1h or 30 (seconds)',
})
const Words = Type.Array(Type.String({ minLength: 1 }))
const Exactly = { additionalProperties: false }

/** The schema of ays.yaml. Its reference page is made from it. */
export const workspaceSchema = Type.Object(
  {
    workspace: Type.Optional(
      Type.String({
        pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
        description: 'a uuid, as `ays init` writes it',
      }),
    ),
    ays: Type.Optional(
      Type.String({
        pattern: '^\\s*(?:(?:[<>]=?|=|\\^|~)?\\s*\\d+(?:\\.\\d+){0,2}\\s*)+$',
        description: 'a range of versions such as ">=1.2 <2"',
      }),
    ),
    vars: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
        Type.Object(
          {
            type: Type.Optional(
              Type.Enum(['string', 'integer', 'number', 'boolean', 'list', 'map', 'text', 'int', 'float', 'bool']),
            ),
            default: Type.Optional(Type.Unknown()),
            description: Type.Optional(Type.String()),
          },
          Exactly,
        ),
        { ...Exactly, description: 'a map of names (letters, digits and _) to { type, default, description }' },
      ),
    ),
    env: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), {
        description: 'a list of names of environment variables',
      }),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          parallel: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1_000,
              description: 'a number of jobs at once over all nodes, 1 to 1000',
            }),
          ),
          perNode: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 100, description: 'a number of jobs at once on one node, 1 to 100' }),
          ),
          timeout: Type.Optional(Duration),
        },
        Exactly,
      ),
    ),
    waves: Type.Optional(
      Type.Array(
        Type.Object(
          { targets: Type.Optional(Words), tags: Type.Optional(Words), pause: Type.Optional(Duration) },
          Exactly,
        ),
        {
          description: 'a list of { targets, tags, pause }',
        },
      ),
    ),
    secrets: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
        Type.Union(
          [
            Type.Object({ env: Type.String({ minLength: 1 }) }, Exactly),
            Type.Object({ file: Type.String({ minLength: 1 }) }, Exactly),
          ],
          {
            description: 'where the secret comes from, { env: NAME } or { file: path }',
          },
        ),
        { ...Exactly, description: 'a map of names to { env: NAME } or { file: path }' },
      ),
    ),
    retries: Type.Optional(
      Type.Union(
        [
          Duration,
          Type.String({ pattern: '^\\s*\\d+\\s*[wdhms]?\\s*(?:,\\s*\\d+\\s*[wdhms]?\\s*)*$' }),
          Type.Array(Duration),
        ],
        { description: 'waits between attempts such as [1, 2, 4] or "5,10,15"; 0 for none' },
      ),
    ),
    prune: Type.Optional(Type.Boolean()),
    watch: Type.Optional(
      Type.Object(
        { apply: Type.Optional(Type.Enum(['never', 'safe', 'all'])), every: Type.Optional(Duration) },
        Exactly,
      ),
    ),
    templates: Type.Optional(
      Type.Record(Type.String(), Type.String({ description: 'a version' }), {
        description: 'a map of templates to the versions they are held at',
      }),
    ),
  },
  Exactly,
)

type Raw = Static<typeof workspaceSchema>

/** ays.yaml with defaults, durations in milliseconds. What is undefined is not given. */
export interface WorkspaceFile {
  readonly workspace: string | undefined
  /** Versions of ays that may be used: `>=1.2`. */
  readonly ays: string | undefined
  readonly vars: Readonly<Record<string, VarDeclaration>>
  /** Environment variables that expressions may read. */
  readonly env: readonly string[]
  readonly limits: { readonly parallel?: number; readonly perNode?: number; readonly timeoutMs?: number }
  readonly waves: readonly {
    readonly targets: readonly string[]
    readonly tags: readonly string[]
    readonly pauseMs?: number
  }[]
  readonly secrets: Readonly<Record<string, { readonly env: string } | { readonly file: string }>>
  readonly retriesMs: readonly number[] | undefined
  readonly prune: boolean
  readonly watch: { readonly apply: 'never' | 'safe' | 'all'; readonly everyMs?: number }
  readonly templates: Readonly<Record<string, string>>
  /** Where a value stands: `limits.parallel`; '' is the file. */
  readonly places: Readonly<Record<string, Place>>
}

/** Never throws; with mistakes, what does fit is still there, so that blueprints can be read and theirs be told too. */
export function readWorkspaceFile(file: SourceFile): {
  readonly workspace: WorkspaceFile
  readonly problems: readonly Problem[]
} {
  const read = readYaml(file)
  const problems = [...read.problems]
  const start: Place = { file: file.path, line: 1, column: 1 }
  const [first, second] = read.documents
  if (second)
    problems.push({ code: 'WORKSPACE_INVALID', message: 'ays.yaml holds one document, not several.', at: second.at })
  const empty = !first || (first.type === 'scalar' && first.value === null)
  const root: Value = empty ? { type: 'map', entries: [], at: first?.at ?? start } : first
  // A file of one's own holds no secrets.
  const data = (tryDataOf(root) ?? {}) as Json
  const validate = validator()
  const faulty = new Set<string>()
  if (!validate(data)) {
    for (const problem of problemsOf(validate.errors ?? [], root)) {
      problems.push(problem.problem)
      faulty.add(problem.key)
    }
  }
  const fitting = root.type === 'map' ? root.entries.filter((entry) => !faulty.has(entry.key)) : []
  // Checked above, but for the keys left out here.
  const raw = (
    root.type === 'map' ? Object.fromEntries(fitting.map((entry) => [entry.key, tryDataOf(entry.value)])) : {}
  ) as Raw
  const variables = readDeclarations(
    fitting.find((entry) => entry.key === 'vars'),
    problems,
  )
  return { workspace: typed(raw, variables, placesIn(root)), problems: sortProblems(problems) }
}

function typed(
  raw: Raw,
  vars: Readonly<Record<string, VarDeclaration>>,
  places: Readonly<Record<string, Place>>,
): WorkspaceFile {
  const { timeout, ...limits } = raw.limits ?? {}
  return {
    workspace: raw.workspace,
    ays: raw.ays,
    vars,
    env: raw.env ?? [],
    limits: { ...limits, ...msOf('timeoutMs', timeout) },
    waves: (raw.waves ?? []).map(({ targets = [], tags = [], pause }) => ({
      targets,
      tags,
      ...msOf('pauseMs', pause),
    })),
    secrets: raw.secrets ?? {},
    retriesMs: raw.retries === undefined ? undefined : waitsOf(raw.retries),
    prune: raw.prune ?? false,
    watch: { apply: raw.watch?.apply ?? 'never', ...msOf('everyMs', raw.watch?.every) },
    templates: raw.templates ?? {},
    places,
  }
}

function msOf<Key extends string>(key: Key, duration: string | number | undefined): { [K in Key]?: number } {
  const ms = duration === undefined ? undefined : tryReadDuration(duration)
  // A computed key widens to string; it is the one key that the type names.
  return (ms === undefined ? {} : { [key]: ms }) as { [K in Key]?: number }
}

function waitsOf(retries: NonNullable<Raw['retries']>): number[] {
  if (retries === 0 || retries === '0') return []
  const items = Array.isArray(retries) ? retries : String(retries).split(',')
  return items.map((one) => tryReadDuration(one) ?? 0)
}

function readDeclarations(vars: Entry | undefined, problems: Problem[]): Record<string, VarDeclaration> {
  const entries = vars?.value.type === 'map' ? vars.value.entries : []
  return Object.fromEntries(
    entries.map((entry) => {
      const fields = entry.value.type === 'map' ? entry.value.entries : []
      const given = findEntry(fields, 'default')?.value
      const described = textOf(findEntry(fields, 'description')?.value)
      const type = typeOf(textOf(findEntry(fields, 'type')?.value), given)
      const none = !given || (given.type === 'scalar' && given.value === null)
      const fallback = none ? undefined : valueAs(given, type)
      if (!none && fallback === undefined) {
        problems.push({
          code: 'WORKSPACE_INVALID',
          message: `The default of ${entry.key} is ${kindOf(given)}, and its type is ${type}.`,
          at: given.at,
        })
      }
      const declaration: VarDeclaration = {
        type,
        at: entry.keyAt,
        ...(described === undefined ? {} : { description: described }),
        // A default that does not fit is told once, not as missing besides.
        ...(none ? {} : { default: fallback ?? null }),
      }
      return [entry.key, declaration]
    }),
  )
}

function typeOf(named: string | undefined, given: Value | undefined): VarType {
  const type = named === undefined ? undefined : TYPES.get(named)
  if (type) return type
  if (!given || given.type === 'expression') return 'string'
  if (given.type !== 'scalar') return given.type
  if (typeof given.value === 'boolean') return 'boolean'
  return typeof given.value === 'number' ? (Number.isInteger(given.value) ? 'integer' : 'number') : 'string'
}

const textOf = (value: Value | undefined): string | undefined =>
  value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined

const TYPES = new Map<string, VarType>([
  ['string', 'string'],
  ['text', 'string'],
  ['integer', 'integer'],
  ['int', 'integer'],
  ['number', 'number'],
  ['float', 'number'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['list', 'list'],
  ['map', 'map'],
])

/** One problem per value: of a union's several complaints the outermost is told, in the words of its description. */
function problemsOf(errors: readonly ErrorObject[], root: Value): { problem: Problem; key: string }[] {
  const unions = errors.filter((one) => one.keyword === 'anyOf').map((one) => one.instancePath)
  const inUnion = (one: ErrorObject): boolean =>
    one.keyword !== 'anyOf' &&
    unions.some((path) => one.instancePath === path || one.instancePath.startsWith(`${path}/`))
  const seen = new Set<string>()
  return errors.flatMap((error) => {
    if (inUnion(error)) return []
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const extra = typeof error.params.additionalProperty === 'string' ? error.params.additionalProperty : undefined
    const id = `${error.instancePath} ${extra ?? ''}`
    if (seen.has(id)) return []
    seen.add(id)
    const { value, entry } = seek(root, extra === undefined ? path : [...path, extra])
    const name = [...path, ...(extra === undefined ? [] : [extra])].join('.')
    const key = path[0] ?? extra ?? ''
    const schema: unknown = error.parentSchema
    if (extra !== undefined) return [{ key, problem: unknownKey(extra, path, schema, entry?.keyAt ?? value.at) }]
    const expected = describe(schema) ?? expectation(error)
    const problem: Problem = {
      code: 'WORKSPACE_INVALID',
      message:
        name === '' ? `ays.yaml is a map, not ${kindOf(value)}.` : `${name} takes ${expected}, not ${kindOf(value)}.`,
      at: value.at,
    }
    const allowed = Array.isArray(error.params.allowedValues) ? error.params.allowedValues.map(String) : []
    const hint = allowed.length > 0 ? didYouMean(String(tryDataOf(value)), allowed) : undefined
    return [{ key, problem: hint ? { ...problem, hint } : problem }]
  })
}

function unknownKey(key: string, path: readonly string[], schema: unknown, at: Place): Problem {
  const properties = isRecord(schema) && isRecord(schema.properties) ? Object.keys(schema.properties) : []
  const where = path.length === 0 ? 'ays.yaml' : path.join('.')
  if (properties.length === 0) {
    return {
      code: 'WORKSPACE_INVALID',
      message: `"${key}" cannot be a name under ${where}.`,
      at,
      hint: 'Use letters, digits and _, not beginning with a digit.',
    }
  }
  return {
    code: 'WORKSPACE_INVALID',
    message: `${where} has no ${key}.`,
    at,
    hint: didYouMean(key, properties) ?? `It has ${properties.join(', ')}.`,
  }
}

function describe(schema: unknown): string | undefined {
  return isRecord(schema) && typeof schema.description === 'string' ? schema.description : undefined
}

function expectation(error: ErrorObject): string {
  if (Array.isArray(error.params.allowedValues)) return `one of ${error.params.allowedValues.join(', ')}`
  switch (error.params.type) {
    case 'object':
      return 'a map'
    case 'array':
      return 'a list'
    case 'string':
      return 'text'
    case 'boolean':
      return 'true or false'
    default:
      return error.message ?? 'something else'
  }
}

/** The value at a path, and its entry where it is one of a map; the nearest above where the path ends early. */
function seek(root: Value, path: readonly string[]): { value: Value; entry?: Entry } {
  let value = root
  let entry: Entry | undefined
  for (const step of path) {
    const next: Entry | Value | undefined =
      value.type === 'map'
        ? findEntry(value.entries, step)
        : value.type === 'list'
          ? value.items[Number(step)]
          : undefined
    if (!next) break
    entry = 'key' in next ? next : undefined
    value = 'key' in next ? next.value : next
  }
  return entry ? { value, entry } : { value }
}

function placesIn(root: Value): Record<string, Place> {
  const places: Record<string, Place> = { '': root.at }
  const walk = (value: Value, path: string): void => {
    if (path !== '') places[path] = value.at
    if (value.type === 'map')
      for (const entry of value.entries) walk(entry.value, path === '' ? entry.key : `${path}.${entry.key}`)
    if (value.type === 'list') for (const [i, item] of value.items.entries()) walk(item, `${path}.${i}`)
  }
  walk(root, '')
  return places
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

let compiled: ReturnType<Ajv['compile']> | undefined
/** Compiled on first use: it costs as much as reading a small workspace. */
function validator(): ReturnType<Ajv['compile']> {
  compiled ??= new Ajv({ allErrors: true, strict: false, verbose: true }).compile(workspaceSchema)
  return compiled
}
