/** Commands exactly as they would run, for people who check before they trust. */
import { isSealed, isSecret, type Text } from '../../base/secret.ts'
import type { Command } from '../../engine/kind.ts'
import type { Palette } from './paint.ts'
import { octal, oneLine, safeLines, shellLine, showBytes } from './plain-text.ts'

/** The lines of one command: its title, what guards it, and what runs. */
export function commandLines(command: Command, { faint, calm }: Palette): string[] {
  const as = command.as && command.as !== 'root' ? ` as ${command.as}` : ''
  const guard = command.guard ? scriptLines('only if', command.guard.script, command.guard.args, faint) : []
  return [
    faint(`# ${oneLine(command.title)}${as}`),
    ...guard,
    ...runLines(command.run, faint).map((line, i) => (i === 0 ? calm(line) : line)),
  ]
}

function runLines(run: Command['run'], faint: (text: string) => string): string[] {
  if ('write' in run) {
    const size = isHidden(run.content) ? '‹secret›' : showBytes(Buffer.byteLength(run.content))
    return [`write ${shellLine([run.write])} (${octal(run.mode)} ${run.owner}:${run.group}, ${size})`]
  }
  if ('argv' in run) return [`$ ${shellLine(run.argv)}${stdinWords(run.stdin)}`]
  return scriptLines('$ sh', run.script, run.args, faint, stdinWords(run.stdin))
}

/** The script as it is, line by line, after the arguments that it is given. */
function scriptLines(
  start: string,
  script: string,
  args: readonly string[],
  faint: (text: string) => string,
  end = '',
): string[] {
  const lines = safeLines(script.replace(/^\n+|\s+$/g, ''))
  const given = args.length > 0 ? ` with ${shellLine(args)}` : ''
  if (lines.length === 1 && args.length === 0)
    return [`${start} -c ${shellLine([lines[0] ?? ''])}${end}`.replace('only if -c ', 'only if ')]
  return [`${start} ‹script›${given}${end}`, ...lines.map((line) => faint(`  | ${line}`))]
}

function stdinWords(stdin: Text | undefined): string {
  if (stdin === undefined) return ''
  return isHidden(stdin) ? ' ‹stdin: secret›' : ` ‹stdin: ${showBytes(Buffer.byteLength(stdin))}›`
}

/** A secret, also one that came back from JSON sealed. */
const isHidden = (text: unknown): text is Exclude<Text, string> => isSecret(text) || isSealed(text)
