/** A revision opened as a workspace on paper: laid out in a folder of its own, with stand-ins for what it is not to read. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { environmentVariable } from '../base/environment.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import { createKey } from '../store/key.ts'
import type { Simulation } from '../workspace/simulation.ts'
import { openWorkspace, type Workspace, type WorkspaceOptions } from '../workspace.ts'
import { failed } from './git.ts'
import type { Revision } from './revision.ts'

/** Whose word counts for what runs or opens something. */
export type Trust = 'trusted' | 'untrusted'

export interface PaperOptions {
  readonly environment?: string
  readonly vars?: Readonly<Record<string, string>>
  readonly legacy?: boolean
  readonly trust: Trust
  /** What counts of ays.yaml; absent: all of it. */
  readonly settings?: (given: WorkspaceFile) => WorkspaceFile
}

/** What declares services, and the values they are given: data, whoever wrote it. */
export const isData = (path: string): boolean => path === 'ays.yaml' || /^(?:blueprints|vars)\/[^/]+$/.test(path)

/** What is or may be code, and what holds it to what it was: never taken from a head that is not trusted. */
export const isTemplate = (path: string): boolean =>
  path === 'ays.lock.yaml' || /^(?:templates|actorTemplates)\//.test(path)

/** What a plan is held against; like code, never taken from a head that is not trusted. */
const isPolicy = (path: string): boolean => path === 'policy.yaml'

/** Writes what a workspace is made of into a new folder: the data of one revision, the templates and the policy of one. */
export async function layOut(
  folder: string,
  of: { readonly data: Revision; readonly templates: Revision },
): Promise<void> {
  mkdirSync(join(folder, 'blueprints'), { recursive: true })
  await write(folder, of.data, isData)
  await write(folder, of.templates, (path) => isTemplate(path) || isPolicy(path))
}

async function write(folder: string, revision: Revision, wants: (path: string) => boolean): Promise<void> {
  const paths = [...revision.files.keys()].filter(wants)
  const bytes = paths.reduce((sum, path) => sum + (revision.files.get(path)?.bytes ?? 0), 0)
  if (paths.length > FILES_MAX || bytes > BYTES_MAX)
    throw failed(
      `The workspace in ${revision.name} has ${paths.length} files of ${bytes} bytes; at most ${FILES_MAX} files and ${BYTES_MAX} bytes are compared.`,
    )
  const contents = await revision.read(paths)
  for (const [i, path] of paths.entries()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), contents[i] ?? '', { flag: 'wx', mode: 0o600 })
  }
}

const FILES_MAX = 50_000
const BYTES_MAX = 256 * 1_048_576

/** Opens a folder. `state` is a folder that all workspaces to be compared share: they have one key, and so one seal. */
export async function openOnPaper(
  folder: string,
  state: string,
  revision: Revision,
  { trust, settings, ...options }: PaperOptions,
): Promise<Workspace> {
  createKey(join(state, options.environment ?? 'default'), new Uint8Array(32).fill(1))
  const simulate: Simulation = {
    folder: state,
    node: (node) => {
      throw new Error(`a comparison asks no node, not even ${node}`)
    },
    env: (name) => (trust === 'trusted' ? environmentVariable(name) : undefined) ?? `‹env.${name}›`,
    secret: (name) => `the secret ${name} on paper`,
    ...(revision.readFile ? { readFile: revision.readFile } : {}),
    ...(settings ? { settings } : {}),
  }
  const given: WorkspaceOptions = { folder, simulate, ...options }
  return await openWorkspace(given)
}
