/** Commands exactly as they would run, for people who check before they trust. */
import { isSealed, isSecret, type Text } from '../../base/secret.ts'
import type { Command } from '../../engine/kind.ts'
import type { Palette } from './paint.ts'
import { octal, oneLine, safeLines, shellLine, showBytes } from './plain-text.ts'

/** Scripts that were shown, with the title of the command: the same text is shown once in a view. */
export type ShownScripts = Map<string, string>

/** The lines of one command: its title, what guards it, and what runs. Notes in `shown` the scripts that it showed. */
export function commandLines(command: Command, palette: Palette, shown: ShownScripts): string[] {
  const as = command.as && command.as !== 'root' ? ` as ${command.as}` : ''
  const view = { faint: palette.faint, shown, title: oneLine(command.title) }
  const guard = command.guard ? scriptLines('only if sh', command.guard, '', view) : []
  return [
    palette.faint(`# ${view.title}${as}`),
    ...guard,
    ...runLines(command.run, view).map((line, i) => (i === 0 ? palette.calm(line) : line)),
  ]
}

interface ScriptView {
  readonly faint: Palette['faint']
  readonly shown: ShownScripts
  readonly title: string
}

function runLines(run: Command['run'], view: ScriptView): string[] {
  if ('write' in run) {
    const size = isHidden(run.content) ? '‹secret›' : showBytes(Buffer.byteLength(run.content))
    return [`write ${shellLine([run.write])} (${octal(run.mode)} ${run.owner}:${run.group}, ${size})`]
  }
  if ('argv' in run) return [`$ ${shellLine(run.argv)}${stdinWords(run.stdin)}`]
  return scriptLines('$ sh', run, stdinWords(run.stdin), view)
}

/** The script as it is, line by line, after the arguments that it is given. */
function scriptLines(
  start: string,
  { script, args }: { readonly script: string; readonly args: readonly string[] },
  end: string,
  { faint, shown, title }: ScriptView,
): string[] {
  const lines = safeLines(script.replace(/^\n+|\s+$/g, ''))
  const given = args.length > 0 ? ` with ${shellLine(args)}` : ''
  if (lines.length === 1)
    return [`${start} -c ${shellLine([lines[0] ?? '', ...(args.length > 0 ? ['ays', ...args] : [])])}${end}`]
  const before = shown.get(script)
  if (before !== undefined) return [`${start} ‹script of "${before}" above›${given}${end}`]
  shown.set(script, title)
  return [`${start} ‹script›${given}${end}`, ...lines.map((line) => faint(`  | ${line}`))]
}

function stdinWords(stdin: Text | undefined): string {
  if (stdin === undefined) return ''
  return isHidden(stdin) ? ' ‹stdin: secret›' : ` ‹stdin: ${showBytes(Buffer.byteLength(stdin))}›`
}

/** A secret, also one that came back from JSON sealed. */
const isHidden = (text: unknown): text is Exclude<Text, string> => isSecret(text) || isSealed(text)
