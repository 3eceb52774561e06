/** What a head that is not trusted does not decide: it is taken from the base, and a reader is told what was not followed. */
import { canonical } from '../base/json.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import { isSame, type Revision } from './revision.ts'

/** Which parts of ays.yaml open, read or run something. */
const GUARDED = ['secrets', 'secretsFile', 'env', 'templates'] as const

/** The head's ays.yaml with the guarded parts of the base. */
export const settingsOfBase =
  ({ secrets, secretsFile, env, templates }: WorkspaceFile) =>
  ({ secretsFile: _, ...given }: WorkspaceFile): WorkspaceFile => ({
    ...given,
    secrets,
    env,
    templates,
    ...(secretsFile ? { secretsFile } : {}),
  })

/** One sentence for each change of the head that was not followed. */
export async function notFollowed(of: {
  readonly base: Revision
  readonly head: Revision
  /** Folders of templates that differ. */
  readonly templates: readonly string[]
  readonly settings: WorkspaceFile
  readonly given: WorkspaceFile
}): Promise<readonly string[]> {
  const { base, head, settings, given } = of
  const parts = GUARDED.filter((part) => canonical(settings[part] ?? null) !== canonical(given[part] ?? null))
  const keys = [...new Set(parts.map((part) => (part === 'secretsFile' ? 'secrets' : part)))]
  const policy = (await isSame(base, head, 'policy.yaml')) ? [] : ['policy.yaml']
  return [...of.templates, ...keys.map((key) => `${key}: of ays.yaml`), ...policy].map(
    (what) => `${what} differs in the head, which is not trusted: that of ${base.name} counts.`,
  )
}

/** Files of the workspace's data that are none: symbolic links and submodules. */
export const skippedNotes = ({ name, skipped }: Revision): readonly string[] =>
  skipped
    .filter((path) =>
      /^(?:ays\.yaml|ays\.lock\.yaml|policy\.yaml|(?:blueprints|vars|templates|actorTemplates)(?:\/.*)?)$/s.test(path),
    )
    .map((path) => `${JSON.stringify(path)} in ${name} is no regular file and was not read.`)
