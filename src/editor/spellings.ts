/** The ways to write one name that the reader takes, as regular expressions. */

/** Other spellings of a field than its own, such as max.memory of maxMemory; undefined for a name of one part. */
export function tryOtherSpellings(field: string): string | undefined {
  if (!/^[A-Za-z0-9]*[a-z0-9][A-Z0-9]/.test(field)) return undefined
  const letters = [...field].map((letter, i) => {
    if (i === 0 || /[a-z]/.test(letter)) return escaped(letter)
    const small = letter.toLowerCase()
    return small === letter ? `[._]*${escaped(letter)}` : `(?:${letter}|[._]+[${letter}${small}])`
  })
  return `^(?!${escaped(field)}$)[._]*${letters.join('')}[._]*$`
}

/** Keys that declare a service of a template: `template__name`, also with 0-robot's name of the template. */
export function serviceKeys(template: string): string {
  const part = '(?:(?!__)[^/])+'
  return `^(?:${escaped(template)}|${part}/${part}/${part}/${escaped(template)}/${part})__${NAME}$`
}

/** Letters and digits, at least one, with `-`, `_` and `.` between and around. */
const NAME = '[-_.]*[\\p{L}\\p{N}][-_.\\p{L}\\p{N}]*'

const escaped = (text: string): string =>
  text
    .replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    .replaceAll('\\/', '/')
    .replaceAll('\\-', '-')
