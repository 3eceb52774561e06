// Values as unit files hold them, so that each arrives as it was and none begins a line of its own.
import { ProblemsError } from '../../base/problem.ts'

/** One line that systemd takes as it stands: `%` is none of its specifiers, and a backslash at the end joins no line. */
export function unitLine(what: string, text: string): string {
  if (/\p{Cc}/u.test(text)) refuse(`${what} ${JSON.stringify(text)} holds line breaks or other control characters.`)
  return text.replaceAll('%', '%%').replace(/\\$/, '\\ ')
}

/** One word in quotes, for options that read several. Line breaks and tabs arrive; other control characters cannot. */
export function unitWord(what: string, text: string): string {
  // systemd passes over what it takes for no text, with a warning in its journal alone.
  if (/[^\P{Cc}\n\t]|\p{Noncharacter_Code_Point}|\p{Cs}/u.test(text))
    refuse(`${what} ${JSON.stringify(text)} holds characters that systemd does not take.`)
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('%', '%%')
  return `"${escaped}"`
}

/** The value of `Environment=` for one variable. Throws `FIELD_TYPE` when it is no variable. */
export function unitVariable(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    refuse(`${JSON.stringify(name)} is not a name for an environment variable.`)
  return unitWord(`the environment variable ${name}`, `${name}=${value}`)
}

function refuse(message: string): never {
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: message.replace(/^t/, 'T'),
      hint: 'A unit file is read line by line: give text of one line.',
    },
  ])
}
