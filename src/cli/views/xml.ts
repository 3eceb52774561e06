/** XML text, for the forms that want it. */

/** ` name="value"` each. */
export const attributes = (all: Readonly<Record<string, string | number>>): string =>
  Object.entries(all)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')

/** XML has no way at all to hold most control characters and halves of pairs: they are left out. */
export const escaped = (text: string): string =>
  [...text]
    .filter((c) => isXmlCharacter(c.codePointAt(0) ?? 0))
    .map((c) => entities[c] ?? c)
    .join('')

const isXmlCharacter = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 32 && code < 0xd800) ||
  (code >= 0xe000 && code !== 0xfffe && code !== 0xffff)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
}
