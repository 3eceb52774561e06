// Names of accounts, and what their tools say when trying again may help.
import { ProblemsError } from '../../base/problem.ts'
import type { CommandResult } from '../../engine/kind.ts'

/** Throws `FIELD_TYPE` unless accounts can have this name. */
export function checkedName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(name)) return name
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: `${JSON.stringify(name)} is not a name for a user or group.`,
      hint: 'Use at most 32 of a-z, 0-9, "_", "-" and ".", beginning with a letter or "_".',
    },
  ])
}

/** Throws `FIELD_TYPE` when a text cannot stand in a field of /etc/passwd. */
export function checkedField(what: string, text: string | undefined): void {
  if (text === undefined || /^\/[^:\p{Cc}]*$/u.test(text)) return
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: `${JSON.stringify(text)} is not a ${what}.`,
      hint: 'Give an absolute path without ":".',
    },
  ])
}

/** Another program has the account files locked, or the user is still logged in. */
export const accountsBusy = (result: CommandResult): boolean =>
  /cannot lock|try again later|currently used by process/.test(result.stderr)

/** The tools rewrite whole files: one at a time. */
export const accountsLock = ['accounts']
