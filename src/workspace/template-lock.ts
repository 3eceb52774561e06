/** `ays.lock.yaml`: which templates of others a workspace holds, and exactly what is in them. */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import type { Place } from '../base/place.ts'
import type { Problem } from '../base/problem.ts'
import { sha256 } from '../base/secret.ts'
import type { Value } from '../engine/blueprint/declaration.ts'
import { readYaml } from '../engine/blueprint/read-yaml.ts'
import { problemsOf } from '../engine/blueprint/schema-mistakes.ts'
import { tryDataOf } from '../engine/blueprint/value.ts'
import { checkAgainst } from '../engine/graph/schema.ts'
import { readSource } from './read-source.ts'

export const LOCK_FILE = 'ays.lock.yaml'

const pinSchema = Type.Object(
  {
    source: Type.String({ minLength: 1, description: 'a git URL or a folder' }),
    ref: Type.Optional(Type.String({ minLength: 1 })),
    folder: Type.String({ description: 'the folder in the source' }),
    commit: Type.Optional(Type.String({ pattern: '^[0-9a-f]{40,64}$', description: 'a commit' })),
    content: Type.String({ pattern: '^sha256-[0-9a-f]{64}$', description: 'sha256- and 64 hex digits' }),
  },
  { additionalProperties: false },
)
const lockSchema = Type.Object(
  { format: Type.Literal(1, { description: '1' }), templates: Type.Record(Type.String(), pinSchema) },
  { additionalProperties: false },
)

/** Where a template of others is from, and a digest of all its files. */
export type Pin = Static<typeof pinSchema>
export type Pins = ReadonlyMap<string, Pin>

/** A pinned template in `templates/<name>`, as it is now. */
export interface PinState {
  readonly name: string
  readonly pin: Pin
  readonly state: 'as pinned' | 'changed' | 'missing'
  /** Its name in the lock file. */
  readonly at: Place
}

/** Never throws. A lock file that cannot be read pins nothing, and that is a problem. */
export function readPins(root: string): { readonly pins: readonly PinState[]; readonly problems: readonly Problem[] } {
  const path = join(root, LOCK_FILE)
  if (!existsSync(path)) return { pins: [], problems: [] }
  const source = readSource(root, path, undefined)
  const { documents, problems } = readYaml(source.file)
  const [first] = documents
  const told = [...source.problems, ...problems]
  if (!first || told.length > 0) return { pins: [], problems: told }
  const data = tryDataOf(first)
  const errors = checkAgainst(lockSchema, data)
  const judged = { name: LOCK_FILE, code: 'TEMPLATE_PIN' } as const
  if (errors.length > 0) return { pins: [], problems: problemsOf(errors, first, judged).map((one) => one.problem) }
  const { templates } = data as unknown as Static<typeof lockSchema> // held against the schema above
  const pins = Object.entries(templates).map(([name, pin]): PinState => {
    const found = tryDigestFolder(join(root, 'templates', name))
    const state = found === undefined ? 'missing' : found === pin.content ? 'as pinned' : 'changed'
    return { name, pin, state, at: placeOf(first, name) }
  })
  return { pins, problems: [] }
}

function placeOf(root: Value, name: string): Place {
  const templates = root.type === 'map' ? root.entries.find((entry) => entry.key === 'templates')?.value : undefined
  const entry = templates?.type === 'map' ? templates.entries.find((one) => one.key === name) : undefined
  return entry?.keyAt ?? root.at
}

/** One problem per template that is not what was pinned. */
export function pinProblems(pins: readonly PinState[]): readonly Problem[] {
  return pins.flatMap(({ name, state, pin, at }): Problem[] => {
    if (state === 'as pinned') return []
    const from = `${pin.source}${pin.ref === undefined ? '' : `#${pin.ref}`}`
    const message =
      state === 'missing'
        ? `templates/${name} of ${from} is pinned, and is not there.`
        : `templates/${name} is no longer what was pinned of ${from}: somebody changed its files.`
    const hint =
      state === 'missing'
        ? `\`ays template update ${name}\` fetches it again.`
        : `\`ays template update ${name} --force\` fetches it again; \`ays template remove ${name} --keep\` makes it yours.`
    return [{ code: 'TEMPLATE_PIN', message, at, hint }]
  })
}

/** The text of a lock file: sorted by name, so that it reads well in reviews. */
export function showPins(pins: Pins): string {
  const entries = [...pins].sort(([a], [b]) => (a < b ? -1 : 1))
  const blocks = entries.map(([name, { source, ref, folder, commit, content }]) => {
    const fields = Object.entries({ source, ref, folder, commit, content })
    const lines = fields.flatMap(([key, value]) =>
      value === undefined ? [] : [`    ${key}: ${JSON.stringify(value)}\n`],
    )
    return `  ${JSON.stringify(name)}:\n${lines.join('')}`
  })
  const list = blocks.length === 0 ? ' {}\n' : `\n${blocks.join('')}`
  return `# Templates of others, exactly as they were fetched. Written by \`ays template\`; keep it with the workspace.\nformat: 1\ntemplates:${list}`
}

const FILES_MAX = 1_000
const BYTES_MAX = 16 * 1_048_576

/** Files of a template by their path in it, sorted. Throws an Error that says what is wrong with the folder. */
export function filesOf(folder: string): readonly string[] {
  const files: string[] = []
  let bytes = 0
  const walk = (inner: string): void => {
    for (const name of readdirSync(join(folder, inner)).sort()) {
      const path = inner === '' ? name : `${inner}/${name}`
      if (name === '.git') continue
      const stat = lstatSync(join(folder, path))
      if (stat.isDirectory()) walk(path)
      else if (stat.isFile()) {
        files.push(path)
        bytes += stat.size
        if (files.length > FILES_MAX) throw new Error(`more than ${FILES_MAX} files`)
        if (bytes > BYTES_MAX) throw new Error(`more than ${BYTES_MAX / 1_048_576} MiB`)
      } else throw new Error(`${path} is neither a file nor a folder`)
    }
  }
  walk('')
  return files.sort()
}

/** `sha256-…` of the sorted list of paths and digests. Throws like `filesOf`. */
export function digestFolder(folder: string): string {
  const lines = filesOf(folder).map((path) => `${sha256(readFileSync(join(folder, path)))} ${path}\n`)
  return `sha256-${sha256(lines.join(''))}`
}

/** undefined: there is no folder. A folder that cannot be digested is none that was pinned. */
function tryDigestFolder(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined
  try {
    return digestFolder(folder)
  } catch {
    return 'unreadable'
  }
}
