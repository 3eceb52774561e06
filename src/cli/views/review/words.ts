/** Text of a review before it is Markdown or HTML: who writes it out escapes every part, so nothing of a blueprint gets a meaning. */

/** A name or a value of a blueprint or a node, or a word that stands out. Bare strings are prose. */
export type Word = string | { readonly code: string } | { readonly strong: string }
export type Words = readonly Word[]

export const code = (text: string): Word => ({ code: text })
export const strong = (text: string): Word => ({ strong: text })

/** `a`, `b` and 3 more. */
export function listed(names: readonly string[], most: number): Words {
  const shown = names.slice(0, most)
  const rest = names.length - shown.length
  const words = shown.flatMap((name, i): Word[] => (i === 0 ? [code(name)] : [', ', code(name)]))
  return rest > 0 ? [...words, ` and ${rest.toLocaleString('en')} more`] : words
}

/** Words with something between them. */
export const joined = (all: readonly Words[], between: string): Words =>
  all.flatMap((words, i) => (i === 0 ? words : [between, ...words]))

/** The same without marks. */
export const bare = (words: Words): string =>
  words.map((word) => (typeof word === 'string' ? word : 'code' in word ? word.code : word.strong)).join('')
