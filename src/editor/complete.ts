/** What may be written at the cursor. */
import { expressionWords } from './complete-expression.ts'
import { keysIn } from './complete-keys.ts'
import { valuesOf } from './complete-values.ts'
import type { Completion } from './completion.ts'
import { type Cursor, cursorAt, type Span } from './cursor.ts'
import type { Known } from './known.ts'
import { blueprintLanguage, type Language, type Meaning } from './meaning.ts'

/** The completions and the text that they take the place of. */
export function completionsAt(
  text: string,
  offset: number,
  known: Known,
  language: Language = blueprintLanguage(known.templates),
): { readonly span: Span; readonly items: readonly Completion[] } {
  const none = { span: { start: offset, end: offset }, items: [] }
  const cursor = cursorAt(text, offset)
  if (!cursor) return none
  const meaning = language(cursor.path)
  const bare = meaning?.type === 'steering' && meaning.key === '$if' && cursor.slot !== 'key'
  if (cursor.expression || bare) {
    const before = cursor.expression?.before ?? text.slice(cursor.span.start, offset)
    return {
      span: { start: offset - (/[A-Za-z0-9_.!/-]*$/.exec(afterDot(before))?.[0].length ?? 0), end: offset },
      items: expressionWords(before, known),
    }
  }
  if (!meaning) return none
  const colon = cursor.slot === 'key' ? '' : ': '
  const span = spanOf(cursor, meaning, offset)
  if (!span) return none
  if (cursor.slot === 'key') return { span, items: keysIn(meaning, cursor, known, colon) }
  const values = valuesOf(meaning, known)
  if (cursor.slot === 'value') {
    const items = text.charAt(span.start - 1) === ':' ? values.map(behindColon) : values
    return { span, items }
  }
  return { span, items: values.length > 0 ? values : keysIn(meaning, cursor, known, colon) }
}

/** A value needs a space between the colon and itself. */
const behindColon = (item: Completion): Completion => ({ ...item, insert: ` ${item.insert ?? item.label}` })

/** The word at the cursor; of `template__name` the template alone, and nothing once the name is begun. */
function spanOf({ span, word }: Cursor, meaning: Meaning, offset: number): Span | undefined {
  const whole = { start: Math.min(span.start, offset), end: Math.max(span.end, offset) }
  const name = meaning.type === 'file' ? word.indexOf('__') : -1
  if (name < 0) return whole
  const end = span.start + name + 2
  return offset <= end ? { ...whole, end } : undefined
}

/** Behind the last dot, unless it stands in brackets: `vars.si` is completed from `si`. */
const afterDot = (before: string): string =>
  /\[\s*["'][^"'\]]*$/.test(before) ? before : before.slice(before.lastIndexOf('.') + 1)
