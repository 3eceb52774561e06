/**
 * Text that others wrote, put into GitHub-flavoured Markdown so that it is shown as it is: no markup, no HTML, no link,
 * image or mention, no way out of a table cell or a fence. For the inside of a line: how a line begins is ours.
 */
import { oneLine } from '../plain-text.ts'

/** A name or a value, in which nothing is read; `html`: where Markdown is not read, such as `<summary>`. */
export function code(text: string, as: 'markdown' | 'html' = 'markdown'): string {
  const line = clipped(oneLine(text), 160)
  // Backticks where they can hold it: a pipe would end a cell, and a backslash before it hide its end.
  if (as === 'markdown' && /^(?!\s)[^`|\\]+(?<!\s)$/.test(line)) return `\`${line}\``
  return `<code>${references(line)}</code>`
}

/** Running text. GitHub looks for mentions, issues and links in it as it is shown: an invisible joint keeps it from them. */
export const escaped = (text: string): string =>
  references(clipped(oneLine(text), 600)).replace(
    /@|(?<!&)#(?=\w)|\bGH-(?=\d)|:(?=\/\/)|\bwww(?=\.)/gi,
    (found) => `${found}\u2060`,
  )

/** Lines that nothing in them can close: the fence is longer than any run of backticks. */
export function fence(text: string, language = 'text'): string {
  let longest = 2
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const ticks = '`'.repeat(longest + 1)
  return `${ticks}${language}\n${text}\n${ticks}`
}

/** What means something in Markdown or HTML, as character references: those are never read as markup. */
const references = (text: string): string =>
  text.replace(/[&<>"'`\\*[\]|~$]|(?<!\w)_|_(?!\w)/g, (c) => `&#${c.charCodeAt(0)};`)

const clipped = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
