// Absolute paths and modes, checked once where tasks are made.
import { ProblemsError } from '../../base/problem.ts'

/** The path without a slash at its end. Throws `FIELD_TYPE` unless it is absolute and plain: no `..`, no line breaks. */
export function checkedPath(path: string): string {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path
  if (/^\/(?!\/)\P{Cc}*$/u.test(plain) && !/\/(?:\.{0,2}\/|\.{1,2}$)/.test(plain) && plain !== '/') return plain
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: `${JSON.stringify(path)} is not a path that ays can manage.`,
      hint: 'Give an absolute path below /, without "..", "//" and line breaks.',
    },
  ])
}

/** Throws `FIELD_TYPE` unless a link can hold this target: not empty, no control characters. */
export function checkedTarget(target: string): void {
  if (target !== '' && !/\p{Cc}/u.test(target)) return
  throw new ProblemsError([
    { code: 'FIELD_TYPE', message: `${JSON.stringify(target)} is nothing that a symlink can point to.` },
  ])
}

/** Throws `FIELD_TYPE` unless chown reads these as one owner and one group, by name or by number. */
export function checkedOwners(owner: string, group: string): void {
  for (const name of [owner, group]) {
    if (/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}\$?$/.test(name)) continue
    throw new ProblemsError([
      {
        code: 'FIELD_TYPE',
        message: `${JSON.stringify(name)} is not a name for a user or group.`,
        hint: 'Give the name of an account, or its number.',
      },
    ])
  }
}

/** `0644`, as people write modes. Throws `FIELD_TYPE` when it is none. */
export function modeText(mode: number): string {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode.toString(8).padStart(4, '0')
  throw new ProblemsError([{ code: 'FIELD_TYPE', message: `${mode} is not a file mode.`, hint: 'Write it as 0o644.' }])
}

/** The folders above a path, nearest first, but for those that every node has. */
export function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let parent = above(path); !everywhere.has(parent); parent = above(parent)) parents.push(parent)
  return parents
}

const above = (path: string): string => path.slice(0, path.lastIndexOf('/'))

const everywhere = new Set(['', '/etc', '/home', '/root', '/run', '/tmp', '/usr', '/usr/bin', '/var', '/var/lib'])
