/** Follows the git branch of a workspace with the person's own git: fetch, and forward only. */
import { execFile } from 'node:child_process'
import { environmentVariables } from '../base/environment.ts'
import type { Problem } from '../base/problem.ts'

export interface Fetched {
  /** Commits; equal when nothing came. */
  readonly from: string
  readonly to: string
}

const FETCH_MS = 60_000
const OUTPUT_BYTES_MAX = 1_048_576

/** Fetches the branch that this one follows, and goes forward to it. Local commits and changes are never touched. */
export async function fetchBranch(root: string, signal: AbortSignal): Promise<Fetched | { readonly problem: Problem }> {
  const git = (...args: string[]): Promise<string> => run(root, args, signal)
  try {
    const from = await git('rev-parse', 'HEAD')
    await git('fetch', '--quiet')
    await git('merge', '--ff-only', '--quiet', '@{upstream}')
    return { from, to: await git('rev-parse', 'HEAD') }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return {
      problem: {
        code: 'GIT_FAILED',
        message: `The git branch of ${root} could not be followed: ${said}`,
        hint: 'Run `git fetch` and `git merge --ff-only @{upstream}` there by hand.',
      },
    }
  }
}

/** git must not ask anything: nobody is there to answer. */
function run(root: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = { ...environmentVariables(), GIT_TERMINAL_PROMPT: '0', GIT_SSH_COMMAND: sshCommand() }
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['-C', root, ...args],
      { encoding: 'utf8', env, timeout: FETCH_MS, maxBuffer: OUTPUT_BYTES_MAX, signal },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout.trim())
        const said = stderr.trim().split('\n').slice(-3).join(' ').slice(-500)
        reject(new Error(said === '' ? `git ${args[0]} ended with ${error.code ?? error.signal}` : said))
      },
    )
  })
}

const sshCommand = (): string => environmentVariables().GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes'
