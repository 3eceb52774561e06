/** Where the thing under the cursor is declared. */
import type { Place } from '../base/place.ts'
import { cursorAt } from './cursor.ts'
import { wordInExpression } from './expression-word.ts'
import { servicesMeant } from './hover.ts'
import { type Known, tryFindService } from './known.ts'
import { blueprintLanguage } from './meaning.ts'

/** Several where a name may mean several services; none where nothing is declared. */
export function definitionsAt(text: string, offset: number, known: Known): readonly Place[] {
  const cursor = cursorAt(text, offset)
  if (!cursor || cursor.slot === 'key') return []
  if (cursor.expression) {
    const word = wordInExpression(cursor.expression.source, offset - cursor.expression.start)
    if (word?.type === 'name')
      return word.root === 'vars' ? [known.vars[word.name]?.at].filter((at) => at !== undefined) : []
    const service = word?.type === 'service' ? tryFindService(word.address, known.services) : undefined
    return service ? [service.at] : []
  }
  const meaning = blueprintLanguage(known.templates)(cursor.path)
  return meaning ? servicesMeant(meaning, cursor.word, known).map(({ at }) => at) : []
}
