/** Reads a workspace's files: ays.yaml, vars, secrets, blueprints. Every mistake of every file, and nothing is contacted. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Address } from '../base/address.ts'
import { environmentVariable, keepFromChildren } from '../base/environment.ts'
import type { Problem } from '../base/problem.ts'
import { type Sealer, Secret } from '../base/secret.ts'
import type { Blueprint, Declaration, Scope } from '../engine/blueprint/declaration.ts'
import type { Sources as Origins } from '../engine/blueprint/origin.ts'
import { readBlueprint } from '../engine/blueprint/read-blueprint.ts'
import type { Condition } from '../engine/blueprint/read-service.ts'
import { varOrigins } from '../engine/blueprint/var-origins.ts'
import { readVars } from '../engine/blueprint/vars.ts'
import { meetsRange } from '../engine/blueprint/version-range.ts'
import { readWorkspaceFile, secretVariables, type WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import { readSource } from './read-source.ts'
import { type Secrets, secretsOf } from './secrets.ts'
import type { Simulation } from './simulation.ts'
import { SourceNotes } from './source-digests.ts'
import type { Sources } from './sources.ts'
import { VERSION } from './version.ts'

export interface ReadOptions {
  readonly root: string
  readonly environment: string
  readonly vars: Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly legacy: boolean
  readonly simulate?: Simulation | undefined
  readonly sources?: Sources | undefined
  /** What was opened before; absent: an age file is closed. */
  readonly secrets?: Secrets | undefined
}

/** ays.yaml alone: it says which state belongs to the workspace, and which variables hold secrets: these stay with ays. */
export function readSettings(
  root: string,
  sources?: Sources,
): { readonly file: WorkspaceFile; readonly problems: readonly Problem[] } {
  const path = join(root, 'ays.yaml')
  const source = isThere(path, sources)
    ? readSource(root, path, sources)
    : { file: { path: 'ays.yaml', text: '' }, problems: [] }
  const { workspace, problems } = readWorkspaceFile(source.file)
  keepFromChildren(secretVariables(workspace))
  return { file: workspace, problems: [...source.problems, ...problems, ...versionProblems(workspace)] }
}

function versionProblems({ ays, places }: WorkspaceFile): readonly Problem[] {
  if (ays === undefined || meetsRange(VERSION, ays)) return []
  return [
    {
      code: 'WORKSPACE_INVALID',
      message: `This workspace is for ays ${ays}, and this is ays ${VERSION}.`,
      at: places.ays,
      hint: 'Use a version of ays in that range, or widen the range.',
    },
  ]
}

export interface WorkspaceRead {
  readonly blueprint: Blueprint
  /** Services in files that a leading `_` disables: kept until --prune. */
  readonly disabled: ReadonlySet<Address>
  /** What decides which services there are, of files that are read and of disabled ones. */
  readonly conditions: readonly Condition[]
  /** What stands in files that a leading `_` disables. */
  readonly asleep: readonly Declaration[]
  /** What values came from. */
  readonly origins: () => Origins
  /** What was read; files of expressions are noted while the graph is linked. */
  readonly notes: SourceNotes
  readonly problems: readonly Problem[]
}

/** The blueprints with the values of this environment. Paths in problems are relative to the root. */
export function readWorkspace(options: ReadOptions, settings: WorkspaceFile, sealer: Sealer): WorkspaceRead {
  const { root, environment, simulate, sources: from } = options
  const varsPath = join(root, 'vars', `${environment}.yaml`)
  const variables = isThere(varsPath, from) ? readSource(root, varsPath, from) : undefined
  const varSources = { declared: settings.vars, environment: variables?.file, given: options.vars }
  const { vars, problems: varProblems } = readVars(varSources)
  const notes = new SourceNotes()
  if (variables) notes.note('vars', variables.file.path, variables.file.text)
  const settingsPath = join(root, 'ays.yaml')
  if (isThere(settingsPath, from)) notes.note('vars', 'ays.yaml', readSource(root, settingsPath, from).file.text)
  const secrets = options.secrets ?? secretsOf({ root, settings, sealer })
  const scope: Scope = {
    vars,
    env: Object.fromEntries(settings.env.map((name) => [name, (simulate?.env ?? environmentVariable)(name)])),
    secret: (name) => (simulate ? simulatedSecret(simulate, settings, name, sealer) : secrets.secret(name)),
    missingSecret: (name) => secrets.missing(name),
    readFile: (path) => {
      const read = simulate?.readFile?.(path) ?? readTextFile(root, path, from)
      if ('text' in read) notes.note('files', path, read.text)
      return read
    },
  }
  const paths =
    options.files?.map((path) => resolve(path)) ?? blueprintPaths(root, (name) => !name.startsWith('_'), from)
  const sources = simulate?.blueprint
    ? [{ file: simulate.blueprint, problems: [] }]
    : paths.map((path) => readSource(root, path, from))
  const read = readBlueprint(
    sources.map((source) => source.file),
    { scope, legacy: options.legacy, ...(from ? { readYaml: from.readYaml } : {}) },
  )
  const asleep =
    options.files || simulate?.blueprint
      ? []
      : blueprintPaths(root, (name) => name.startsWith('_'), from).map((path) => readSource(root, path, from).file)
  const { blueprint: disabled, conditions } = readBlueprint(asleep, { scope, legacy: true })
  for (const { path, text } of [...sources.map((source) => source.file), ...asleep])
    notes.note('blueprints', path, text)
  return {
    blueprint: read.blueprint,
    disabled: new Set(disabled.declarations.map((one) => one.address)),
    conditions: [...read.conditions, ...conditions],
    asleep: disabled.declarations,
    origins: () => ({ files: sources.map(({ file }) => file), scope, vars: varOrigins(varSources) }),
    notes,
    problems: [
      ...(variables?.problems ?? []),
      ...varProblems,
      ...sources.flatMap((source) => source.problems),
      ...read.problems,
    ],
  }
}

/**
 * Regular files directly in blueprints/, any extension, sorted by name. Editors' leftovers and hidden files are none, nor are
 * tests of blueprints.
 */
function blueprintPaths(root: string, takes: (name: string) => boolean, sources: Sources | undefined): string[] {
  const folder = join(root, 'blueprints')
  const saved = existsSync(folder)
    ? readdirSync(folder).filter((name) => takes(name) && isBlueprint(name) && statSync(join(folder, name)).isFile())
    : []
  const unsaved = [...(sources?.unsaved.keys() ?? [])]
    .filter((path) => dirname(path) === folder)
    .map((path) => basename(path))
  const names = new Set([...saved, ...unsaved.filter((name) => takes(name) && isBlueprint(name))])
  return [...names].sort().map((name) => join(folder, name))
}

const isBlueprint = (name: string): boolean => !name.startsWith('.') && !name.endsWith('~') && !isTestFile(name)

/** `*.test.yaml`: a test of blueprints, which is no blueprint itself. */
export const isTestFile = (name: string): boolean => /\.test\.ya?ml$/.test(name)

const isThere = (path: string, sources: Sources | undefined): boolean =>
  sources?.unsaved.has(path) === true || existsSync(path)

function readTextFile(
  root: string,
  path: string,
  sources: Sources | undefined,
): { readonly text: string } | { readonly reason: string } {
  const full = resolve(root, path)
  if (isAbsolute(path) || relative(root, full).startsWith('..'))
    return { reason: `${path} is not inside the workspace` }
  const unsaved = sources?.unsaved.get(full)
  if (unsaved !== undefined) return { text: unsaved }
  try {
    const { size } = statSync(full)
    if (size > 1_048_576) return { reason: `${path} has ${size} bytes; at most 1 MiB is read` }
    return { text: readFileSync(full, 'utf8') }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

function simulatedSecret(
  simulate: Simulation,
  settings: WorkspaceFile,
  name: string,
  sealer: Sealer,
): Secret | undefined {
  const value = (settings.secrets[name] ?? settings.secretsFile) && simulate.secret(name)
  return value === undefined ? undefined : new Secret(`secrets.${name}`, value, sealer)
}
