/** Which commit of git a workspace stands at, told by the person's own git. */
import { execFile } from 'node:child_process'
import { isAbsolute } from 'node:path'
import { environmentVariables } from '../base/environment.ts'
import type { GitCommit } from '../engine/plan/plan-schema.ts'
import { POLICY_FILE } from './policy-file.ts'
import type { SourceNotes } from './source-digests.ts'
import { TEMPLATE_FOLDERS } from './template-folders.ts'

/** Looks at these paths only for whether something is not as committed. undefined: no git, no repository, no commit yet. */
export async function tryGitCommit(root: string, paths: readonly string[]): Promise<GitCommit | undefined> {
  // Optional locks and file watchers are for people who work in the repository; a look leaves it as it is.
  const args = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', root]
  const said = await tryGit([...args, 'status', '--porcelain=v2', '--branch', '--untracked-files=all', '--', ...paths])
  const lines = said?.split('\n').filter((line) => line !== '') ?? []
  const id = lines.flatMap((line) => /^# branch\.oid ([0-9a-f]{40,64})$/.exec(line)?.[1] ?? [])[0]
  return id === undefined ? undefined : { id, dirty: lines.some((line) => !line.startsWith('#')) }
}

/** Where a change makes the sources differ from the commit: what was read, and the folders where more would be. */
export function gitPathsOf({ blueprints, vars, files }: SourceNotes): readonly string[] {
  const named = [blueprints, vars, files].flatMap((digests) => Object.keys(digests))
  const folders = ['ays.yaml', POLICY_FILE, 'vars', 'blueprints', ...TEMPLATE_FOLDERS]
  return [...new Set([...named, ...folders])].filter((path) => !isAbsolute(path) && !path.startsWith('..'))
}

const GIT_MS = 10_000
const OUTPUT_BYTES_MAX = 16 * 1_048_576

function tryGit(args: readonly string[]): Promise<string | undefined> {
  const env = { ...environmentVariables(), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
  return new Promise((resolve) => {
    execFile('git', args, { encoding: 'utf8', env, timeout: GIT_MS, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    )
  })
}

/** `<id>` or `<id> dirty`, as a commit is told to an ays that has the sources without their repository. */
export const showCommit = ({ id, dirty }: GitCommit): string => (dirty ? `${id} dirty` : id)

/** What `showCommit` gave; undefined for anything else. */
export function tryCommitOf(text: string | undefined): GitCommit | undefined {
  const found = /^([0-9a-f]{40,64})( dirty)?$/.exec(text ?? '')
  return found?.[1] === undefined ? undefined : { id: found[1], dirty: found[2] !== undefined }
}
