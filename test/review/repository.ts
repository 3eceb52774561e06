/** A git repository with a workspace, made for one test. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Repository {
  readonly root: string
  git(...words: string[]): string
  /** Writes files (`undefined` takes one away, `{ link }` makes a symbolic link) and commits all; gives the commit. */
  commit(files: Readonly<Record<string, string | undefined | { readonly link: string }>>): string
}

export function repositoryIn(folder: string): Repository {
  const root = mkdtempSync(join(folder, 'repository-'))
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  git('init', '-q', '-b', 'main')
  return {
    root,
    git,
    commit: (files) => {
      for (const [file, text] of Object.entries(files)) {
        const path = join(root, file)
        rmSync(path, { force: true })
        mkdirSync(dirname(path), { recursive: true })
        if (typeof text === 'string') writeFileSync(path, text)
        else if (text) symlinkSync(text.link, path)
      }
      git('add', '-A')
      git('commit', '-qm', 'change', '--allow-empty')
      return git('rev-parse', 'HEAD')
    },
  }
}
