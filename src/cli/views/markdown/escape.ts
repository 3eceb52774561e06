/** Text that others wrote, put into markdown so that it is shown as it is: no link, mention, image, HTML or heading comes of it. */
import { oneLine } from '../plain-text.ts'

/** As a code span, also inside a table; `html`: as an element, where markdown is not read. */
export function code(text: string, as: 'markdown' | 'html' = 'markdown'): string {
  const line = oneLine(text)
  if (as === 'html') return `<code>${html(line)}</code>`
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const ticks = '`'.repeat(longest + 1)
  const room = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : ''
  return `${ticks}${room}${line.replaceAll('|', '\\|')}${room}${ticks}`
}

/** As running text. */
export const escaped = (text: string): string =>
  html(oneLine(text))
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    // A zero-width joiner: neither @name nor :emoji: nor a bare address is made of it.
    .replace(/@/g, '@\u200d')
    .replace(/:\/\//g, ':\u200d//')

/** A block of lines, as they are. */
export function fence(text: string, language = 'text'): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const ticks = '`'.repeat(longest + 1)
  return `${ticks}${language}\n${text}\n${ticks}`
}

const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
