/** Fetches the source of templates: a git repository through the person's own git and its keys, or a folder as it is. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { execa } from 'execa'
import { environmentVariables } from '../base/environment.ts'
import { ProblemsError } from '../base/problem.ts'
import { isUrl, type Source } from '../workspace/template-source.ts'

/** A source on this machine. `drop` takes away what was made for it. */
export interface Fetched {
  readonly folder: string
  /** How the source is called where it has no name of its own. */
  readonly name: string
  readonly commit: string | undefined
  drop(): void
}

/** Throws TEMPLATE_SOURCE with git's own words. A folder without a ref is taken as it stands, committed or not. */
export async function fetchSource(root: string, { source, ref }: Source, signal: AbortSignal): Promise<Fetched> {
  const folder = resolve(root, source)
  const isFolder = !isUrl(source) && existsSync(folder) && statSync(folder).isDirectory()
  if (!isFolder && !isUrl(source)) throw failed(`There is no folder ${source} in or beside the workspace.`)
  if (isFolder && ref === undefined && !isBare(folder))
    return { folder, name: basename(folder), commit: undefined, drop: () => {} }
  const made = mkdtempSync(join(tmpdir(), 'ays-template-'))
  const drop = (): void => rmSync(made, { recursive: true, force: true })
  try {
    const commit = await clone(isFolder ? folder : source, ref, made, signal)
    return { folder: made, name: basename(source).replace(/\.git$/, ''), commit, drop }
  } catch (error) {
    drop()
    throw error
  }
}

const isBare = (folder: string): boolean => existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))

/**
 * Gives the commit. The person's settings say who they are and how hosts are reached; nothing of theirs runs over what is
 * fetched: no hook, filter or submodule. What is written to files is what the repository holds, whatever line ends git is
 * told to make.
 */
async function clone(source: string, ref: string | undefined, into: string, signal: AbortSignal): Promise<string> {
  const options = { reject: false, cancelSignal: signal, stdin: 'inherit', timeout: GIT_MS, extendEnv: false } as const
  const git = async (...words: string[]): Promise<string> => {
    const run = await execa('git', [...SAFE, ...words], { ...options, env: ownEnvironment() })
    if (run.code === 'ENOENT') throw failed('git is not here: it fetches templates.', 'Install git.')
    if (run.exitCode === 0) return run.stdout
    const said = run.stderr.trim().split('\n').slice(-3).join(' ') || run.shortMessage || 'it ended'
    throw failed(`git could not fetch ${source}${ref === undefined ? '' : `#${ref}`}: ${said}`)
  }
  await git('clone', '--quiet', '--no-checkout', '--no-recurse-submodules', '--template=', '--', source, into)
  // Before what the repository itself says of its files.
  mkdirSync(join(into, '.git/info'), { recursive: true })
  writeFileSync(join(into, '.git/info/attributes'), '* -filter -text -ident -working-tree-encoding\n')
  const inClone = (...words: string[]): Promise<string> => git('-C', into, ...words)
  const commit = await commitOf(inClone, ref)
  await inClone('checkout', '--quiet', '--detach', commit)
  return commit
}

const SAFE = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
].flatMap((setting) => ['-c', setting])

/** Without what names another repository, as git's own hooks have it; and with the ways on which a source may come. */
function ownEnvironment(): Record<string, string> {
  const kept = Object.entries(environmentVariables()).filter(
    ([name, value]) => value !== undefined && !OF_ONE_REPOSITORY.has(name),
  )
  return {
    ...(Object.fromEntries(kept) as Record<string, string>), // the undefined ones are out
    GIT_ALLOW_PROTOCOL: 'file:https:ssh',
  }
}

/** Of `git rev-parse --local-env-vars`, those that are no settings. */
const OF_ONE_REPOSITORY = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
])

async function commitOf(git: (...words: string[]) => Promise<string>, ref: string | undefined): Promise<string> {
  if (ref === undefined) return (await git('rev-parse', '--verify', 'HEAD')).trim()
  const wrong: unknown[] = []
  for (const name of [`refs/remotes/origin/${ref}`, `refs/tags/${ref}`, ref]) {
    try {
      return (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)).trim()
    } catch (error) {
      wrong.push(error)
    }
  }
  throw failed(`The source has no branch, tag or commit ${ref}.`)
}

const GIT_MS = 300_000

function failed(message: string, hint?: string): ProblemsError {
  return new ProblemsError([{ code: 'TEMPLATE_SOURCE', message, ...(hint === undefined ? {} : { hint }) }])
}
