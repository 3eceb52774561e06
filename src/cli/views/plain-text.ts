/** Text of nodes and people, made safe for a terminal: what could move the cursor is shown instead of obeyed. */

/** One line: control characters, direction marks and line breaks are written out. */
export function oneLine(text: string): string {
  if (!controls.test(text)) return text
  return text.replace(everyControl, (c) => named[c] ?? `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)
}

/** The lines of a text, each safe; the empty one after a last line break is no line. */
export function safeLines(text: string): string[] {
  const lines = text.split('\n').map((line) => oneLine(line.replace(/\t/g, '    ').replace(/\r$/, '')))
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** A word as a shell reads it back: bare where that is safe, else in single quotes. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** An argv as one line that can be pasted. Control characters are shown as `$'\n'` would write them. */
export function shellLine(argv: readonly string[]): string {
  return argv
    .map((word) =>
      controls.test(word) ? `$'${oneLine(word.replaceAll('\\', '\\\\')).replaceAll("'", "\\'")}'` : shellQuote(word),
    )
    .join(' ')
}

/** `0640`. */
export const octal = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`

/** `123 bytes`, `1.5 MB`. */
export function showBytes(bytes: number): string {
  if (bytes < 10_000) return `${bytes} byte${bytes === 1 ? '' : 's'}`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  const step = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** step).toFixed(1)} ${units[step - 1]}`
}

/** `1 file`, `2 files`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/
const everyControl = new RegExp(controls, 'g')
const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }
