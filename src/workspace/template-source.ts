/** How people name where templates come from: a git repository or a folder, and after `#` a branch, tag or commit. */
import { relative, resolve } from 'node:path'
import { ProblemsError } from '../base/problem.ts'

/** What a person names: `https://…/templates.git#v1`, `git@host:them/templates`, `../shared/templates`. */
export interface Source {
  /** A git URL, or a folder relative to the workspace. */
  readonly source: string
  /** A branch, tag or commit; absent: the default branch, or a folder as it is. */
  readonly ref: string | undefined
}

/** Reads `source#ref`. */
export function readSourceText(text: string): Source {
  const at = text.lastIndexOf('#')
  const source = at < 0 ? text : text.slice(0, at)
  const ref = at < 0 ? undefined : text.slice(at + 1)
  if (source === '' || ref === '')
    throw new ProblemsError([
      { code: 'TEMPLATE_SOURCE', message: `"${text}" names no source.`, hint: 'Write it as URL, URL#tag or FOLDER.' },
    ])
  return { source, ref }
}

/** How a folder is written down: relative to the workspace, with `/`. */
export function sourceAsKept(root: string, here: string, source: string): string {
  if (isUrl(source)) return source
  const path = relative(root, resolve(here, source)).replaceAll('\\', '/')
  return path === '' ? '.' : path
}

/** `scheme://…` or scp's `user@host:path`. */
export const isUrl = (source: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[^/\s]+@[^/\s]+:/.test(source)
