/** Reads ays.yaml, the workspace's own file, by its schema: unknown keys are mistakes with a suggestion. */
import type { Static } from 'typebox'
import { tryReadDuration } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import { checkAgainst } from '../graph/schema.ts'
import type { WaveRule } from '../run/wave.ts'
import type { Entry, Value } from './declaration.ts'
import { readYaml, type SourceFile } from './read-yaml.ts'
import { problemsOf } from './schema-mistakes.ts'
import { findEntry, kindOf, tryDataOf, tryTextOf } from './value.ts'
import { type VarDeclaration, type VarType, valueAs } from './vars.ts'
import { type SecretSource, type WATCH_NEWS, workspaceSchema } from './workspace-schema.ts'

type Raw = Static<typeof workspaceSchema>

/** ays.yaml with defaults, durations in milliseconds. What is undefined is not given. */
export interface WorkspaceFile {
  readonly workspace: string | undefined
  /** Versions of ays that may be used: `>=1.2`. */
  readonly ays: string | undefined
  readonly vars: Readonly<Record<string, VarDeclaration>>
  /** Environment variables that expressions may read. */
  readonly env: readonly string[]
  readonly limits: {
    readonly parallel?: number
    readonly perNode?: number
    readonly timeoutMs?: number
    /** After how long a node takes back by itself a change that cut ays off. */
    readonly undoAfterMs?: number
  }
  /** In which order `apply` changes nodes. */
  readonly waves: readonly WaveRule[]
  readonly secrets: Readonly<Record<string, SecretSource>>
  /** A file encrypted with age that gives secrets by name, and where the identity that opens it comes from. */
  readonly secretsFile?: {
    readonly path: string
    readonly identity?: { readonly env: string } | { readonly file: string }
  }
  readonly retriesMs: readonly number[] | undefined
  readonly prune: boolean
  readonly watch: WatchSettings
  readonly templates: Readonly<Record<string, string>>
  /** Where a value stands: `limits.parallel`; '' is the file. */
  readonly places: Readonly<Record<string, Place>>
}

/** How `ays watch` goes about it. */
export interface WatchSettings {
  /** Which changes of the blueprints it applies by itself. */
  readonly apply: 'never' | 'safe' | 'all'
  /** How often each service is looked at. */
  readonly everyMs?: number
  /** How often the git branch is fetched; absent: never. */
  readonly gitMs?: number
  readonly hooks: readonly WatchHook[]
}

/** A webhook. */
export interface WatchHook {
  readonly url: string
  /** The name of the secret that signs what is sent. */
  readonly secret?: string
  /** What it is told of; absent: everything. */
  readonly on?: readonly WatchNews[]
}
export type WatchNews = (typeof WATCH_NEWS)[number]

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
  const faulty = new Set<string>()
  for (const { problem, key } of problemsOf(checkAgainst(workspaceSchema, data), root)) {
    problems.push(problem)
    faulty.add(key)
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

/** Names of the environment variables that give secrets, or open the file of them. */
export function secretVariables({ secrets, secretsFile }: Pick<WorkspaceFile, 'secrets' | 'secretsFile'>): string[] {
  const identity = secretsFile?.identity
  return [
    ...Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : [])),
    ...(identity && 'env' in identity ? [identity.env] : []),
  ]
}

function typed(
  raw: Raw,
  vars: Readonly<Record<string, VarDeclaration>>,
  places: Readonly<Record<string, Place>>,
): WorkspaceFile {
  const { timeout, undoAfter, ...limits } = raw.limits ?? {}
  return {
    workspace: raw.workspace,
    ays: raw.ays,
    vars,
    env: raw.env ?? [],
    limits: { ...limits, ...msOf('timeoutMs', timeout), ...msOf('undoAfterMs', undoAfter) },
    waves: (raw.waves ?? []).map(waveOf),
    ...secretsOf(raw.secrets),
    retriesMs: raw.retries === undefined ? undefined : waitsOf(raw.retries),
    prune: raw.prune ?? false,
    watch: watchOf(raw.watch),
    templates: raw.templates ?? {},
    places,
  }
}

function waveOf(raw: NonNullable<Raw['waves']>[number]): WaveRule {
  if (typeof raw !== 'object') return { nodes: waveSize(raw), targets: [], tags: [] }
  const { nodes, targets = [], tags = [], pause } = raw
  return { ...(nodes === undefined ? {} : { nodes: waveSize(nodes) }), targets, tags, ...msOf('pauseMs', pause) }
}

/** Checked by the schema. */
function waveSize(size: string | number): NonNullable<WaveRule['nodes']> {
  if (typeof size === 'number') return size
  return size === 'rest' ? 'rest' : { percent: Number.parseInt(size, 10) }
}

function secretsOf(raw: Raw['secrets']): Pick<WorkspaceFile, 'secrets' | 'secretsFile'> {
  const { file, identity, ...secrets } = raw ?? {}
  return {
    // All other keys are names, which the schema checked.
    secrets: secrets as Readonly<Record<string, SecretSource>>,
    ...(file === undefined ? {} : { secretsFile: { path: file, ...(identity ? { identity } : {}) } }),
  }
}

function watchOf({ apply = 'never', every, git = false, hooks = [] }: NonNullable<Raw['watch']> = {}): WatchSettings {
  const gitEvery = git === true ? '1m' : git === false ? undefined : git
  // No period at all would be to look all the time.
  const everyMs = every === undefined ? undefined : tryReadDuration(every)
  return { apply, ...(everyMs ? { everyMs } : {}), ...msOf('gitMs', gitEvery), hooks }
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
      const described = tryTextOf(findEntry(fields, 'description')?.value)
      const type = typeOf(tryTextOf(findEntry(fields, 'type')?.value), given)
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
