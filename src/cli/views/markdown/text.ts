/** Words as GitHub-flavoured Markdown, each part escaped by what it is. */
import type { Word, Words } from '../review/words.ts'
import { code, escaped, fence } from './escape.ts'

/** In a paragraph, a list or a table cell. */
export const markdown = (words: Words): string => words.map(wordMarkdown).join('')

/** Inside HTML that Markdown does not read, such as `<summary>`. */
export const inHtml = (words: Words): string => words.map(wordHtml).join('')

/** Lines in a fence. */
export const fenced = (lines: readonly string[], language: string): string => fence(lines.join('\n'), language)

/** Cells as a row of a table. */
export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function wordMarkdown(word: Word): string {
  if (typeof word === 'string') return escaped(word)
  return 'code' in word ? code(word.code) : `**${escaped(word.strong)}**`
}

function wordHtml(word: Word): string {
  if (typeof word === 'string') return escaped(word)
  return 'code' in word ? code(word.code, 'html') : `<b>${escaped(word.strong)}</b>`
}
