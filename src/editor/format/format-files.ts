/** Formats files in their places. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Problem, ProblemsError } from '../../base/problem.ts'
import { findRoot } from '../../workspace/locate.ts'
import { writeText } from '../write-text.ts'
import { formatYaml } from './format-yaml.ts'

export interface FormattedFile {
  /** As seen from the current folder. */
  readonly file: string
  /** `kept`: YAML in a layout that formatting does not follow. */
  readonly state: 'changed' | 'same' | 'kept' | 'broken'
}

/**
 * Formats files, and of folders the files of the workspace there; none: those of the nearest workspace. With `check`
 * nothing is written. A file that is no YAML is told and left alone. Throws WORKSPACE_MISSING and FILE_UNREADABLE
 * before anything is written, USAGE where a file cannot be.
 */
export function formatFiles(
  paths: readonly string[],
  options: { readonly write: boolean },
): { readonly files: readonly FormattedFile[]; readonly problems: readonly Problem[] } {
  const named = paths.length > 0 ? paths : [findRoot('.')]
  const files = [...new Set(named.flatMap((path) => (isFolder(path) ? filesOfWorkspace(findRoot(path)) : [path])))]
  const sources = files.map((path) => ({ path: shown(path), text: read(path) }))
  const problems: Problem[] = []
  const done = sources.map((source): FormattedFile => {
    const result = formatYaml(source)
    if (result.state === 'broken') {
      problems.push(...result.problems)
      return { file: source.path, state: 'broken' }
    }
    if (result.state === 'kept') return { file: source.path, state: 'kept' }
    if (result.text === source.text) return { file: source.path, state: 'same' }
    if (options.write) writeText(source.path, result.text)
    return { file: source.path, state: 'changed' }
  })
  return { files: done, problems }
}

/** ays.yaml, vars/ and blueprints/, disabled ones too; hidden files and editors' leftovers are none. */
function filesOfWorkspace(root: string): string[] {
  const inside = (folder: string, takes: (name: string) => boolean): string[] =>
    isFolder(join(root, folder))
      ? readdirSync(join(root, folder), { withFileTypes: true })
          .filter(({ name }) => !name.startsWith('.') && !name.endsWith('~') && takes(name))
          .map(({ name }) => join(root, folder, name))
          .filter((path) => statSync(path).isFile())
          .sort()
      : []
  const own = join(root, 'ays.yaml')
  return [
    ...(existsSync(own) ? [own] : []),
    ...inside('blueprints', () => true),
    ...inside('vars', (name) => /\.ya?ml$/.test(name)),
  ]
}

function read(path: string): string {
  try {
    const bytes = readFileSync(path)
    const text = bytes.toString('utf8')
    if (Buffer.from(text, 'utf8').equals(bytes)) return text
    throw new Error('it is not UTF-8 text')
  } catch (error) {
    const message = `${shown(path)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`
    throw new ProblemsError([{ code: 'FILE_UNREADABLE', message }])
  }
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()
const shown = (path: string): string => relative('.', path) || path
