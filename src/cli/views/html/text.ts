/** Words as HTML. Every part is escaped; nothing of a blueprint or a node becomes markup. */
import { oneLine } from '../plain-text.ts'
import type { Word, Words } from '../review/words.ts'

export const html = (words: Words): string => words.map(wordHtml).join('')

/** Lines in a block that keeps them; in a diff each by its sign. */
export const block = (lines: readonly string[], kind: 'diff' | 'commands'): string =>
  `<pre class="${kind}">${lines.map((line) => lineHtml(line, kind)).join('\n')}</pre>`

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

function wordHtml(word: Word): string {
  if (typeof word === 'string') return escaped(oneLine(word))
  return 'code' in word ? `<code>${escaped(oneLine(word.code))}</code>` : `<b>${escaped(oneLine(word.strong))}</b>`
}

function lineHtml(line: string, kind: 'diff' | 'commands'): string {
  const safe = escaped(line)
  const sign = kind === 'diff' ? signs[line[0] ?? ''] : line.startsWith('#') ? 'note' : undefined
  return sign === undefined ? safe : `<span class="${sign}">${safe}</span>`
}

const signs: Readonly<Record<string, string>> = { '+': 'plus', '-': 'minus', '!': 'change', '@': 'note' }
