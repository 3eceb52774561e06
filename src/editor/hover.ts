/** What there is to say of the word under the cursor. */
import { type Cursor, cursorAt, type Span } from './cursor.ts'
import { describeField, describeLink, describeService, describeTemplate, paragraphs } from './describe.ts'
import { wordInExpression } from './expression-word.ts'
import { type Known, servicesNamed, servicesOfName, tryFindService } from './known.ts'
import { blueprintLanguage, type Language, type Meaning } from './meaning.ts'
import { roots, topKeys } from './vocabulary.ts'

/** Markdown and where it belongs; undefined where there is nothing to say. */
export function hoverAt(
  text: string,
  offset: number,
  known: Known,
  language: Language = blueprintLanguage(known.templates),
): { markdown: string; span: Span } | undefined {
  const cursor = cursorAt(text, offset)
  if (!cursor) return undefined
  const markdown = cursor.expression
    ? ofExpression(cursor.expression, offset, known)
    : ofCursor(cursor, known, language)
  return markdown ? { markdown, span: cursor.span } : undefined
}

function ofCursor(cursor: Cursor, known: Known, language: Language): string | undefined {
  const { path, slot, word } = cursor
  if (slot === 'key') {
    if (path.length === 0 && Object.hasOwn(topKeys, word)) return paragraphs(`**${word}**`, topKeys[word])
    const meaning = language([...path, word])
    return meaning && describe(meaning)
  }
  const meaning = language(path)
  const services = meaning ? servicesMeant(meaning, word, known) : []
  if (services.length > 0) return services.map(describeService).join('\n\n')
  return meaning && meaning.type !== 'service' ? describe(meaning) : undefined
}

function describe(meaning: Meaning): string | undefined {
  switch (meaning.type) {
    case 'service':
      return meaning.template && describeTemplate(meaning.template)
    case 'steering':
    case 'action field':
      return describeField(meaning.key, meaning.schema, false)
    case 'link':
      return describeLink(meaning.key, meaning.link)
    case 'field':
      return describeField(meaning.path, meaning.schema, meaning.needed)
    case 'file':
    case 'actions':
      return undefined
  }
}

/** The services that a value names: that of a link, of an address, or of an action. */
export function servicesMeant(meaning: Meaning, word: string, known: Known) {
  switch (meaning.type) {
    case 'link':
      return servicesNamed(word, meaning.link, meaning.role, known.services)
    case 'steering':
      return meaning.key === '$after' ? [tryFindService(word, known.services)].filter((one) => one !== undefined) : []
    case 'action field':
      return meaning.key === 'service' ? servicesOfName(word, known.services) : []
    default:
      return []
  }
}

function ofExpression(expression: NonNullable<Cursor['expression']>, offset: number, known: Known): string | undefined {
  const word = wordInExpression(expression.source, offset - expression.start)
  switch (word?.type) {
    case 'service': {
      const service = tryFindService(word.address, known.services)
      return service && describeService(service)
    }
    case 'name': {
      const declared = word.root === 'vars' ? known.vars[word.name] : undefined
      const value = declared?.default === undefined ? '' : `, default \`${JSON.stringify(declared.default)}\``
      return declared && paragraphs(`**vars.${word.name}**: ${declared.type}${value}`, declared.description)
    }
    case 'root':
      return paragraphs(`**${word.root}**`, roots[word.root])
    case undefined:
      return undefined
  }
}
