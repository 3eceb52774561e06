/** Fetches the source of templates: a git repository through the person's own git, or a folder as it is. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
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

/** Gives the commit. What is written to files is what the repository holds, whatever line ends git is told to make. */
async function clone(source: string, ref: string | undefined, into: string, signal: AbortSignal): Promise<string> {
  const git = async (...words: string[]): Promise<string> => {
    const run = await execa('git', words, {
      reject: false,
      cancelSignal: signal,
      stdin: 'inherit',
      timeout: GIT_MS,
      env: environmentVariables(),
      extendEnv: false,
    })
    if (run.code === 'ENOENT') throw failed('git is not here: it fetches templates.', 'Install git.')
    if (run.exitCode === 0) return run.stdout
    const said = run.stderr.trim().split('\n').slice(-3).join(' ') || run.shortMessage || 'it ended'
    throw failed(`git could not fetch ${source}${ref === undefined ? '' : `#${ref}`}: ${said}`)
  }
  await git('clone', '--quiet', '--no-checkout', '--no-recurse-submodules', '--', source, into)
  const inClone = (...words: string[]): Promise<string> => git('-C', into, '-c', 'core.autocrlf=false', ...words)
  const commit = await commitOf(inClone, ref)
  await inClone('checkout', '--quiet', '--detach', commit)
  return commit
}

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
