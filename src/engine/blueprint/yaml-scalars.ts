/**
 * What plain scalars mean: YAML 1.1 as PyYAML reads it (which AYS used), without base 60 (`22:22` stays text).
 * Dates stay text too, and so do numbers that a double cannot hold exactly, infinities and NaN: JSON has none of them.
 */
export function readPlainScalar(text: string): null | boolean | number | string {
  switch (text.charCodeAt(0)) {
    case 0x79:
    case 0x59: // y Y
    case 0x6e:
    case 0x4e: // n N
    case 0x74:
    case 0x54: // t T
    case 0x66:
    case 0x46: // f F
    case 0x6f:
    case 0x4f: // o O
    case 0x7e: {
      // ~
      if (text.length > 5) return text
      const word = WORDS.get(text)
      return word === undefined ? text : word
    }
    case 0x2b:
    case 0x2d:
    case 0x2e: // + - .
    case 0x30:
    case 0x31:
    case 0x32:
    case 0x33:
    case 0x34:
    case 0x35:
    case 0x36:
    case 0x37:
    case 0x38:
    case 0x39:
      return tryReadNumber(text) ?? text
    default:
      return text === '' ? null : text
  }
}

/** An integer or a float in one of YAML 1.1's forms; undefined when it is none, or not exact as a double. */
export function tryReadNumber(text: string): number | undefined {
  return tryReadInteger(text) ?? tryReadFloat(text)
}

export function tryReadInteger(text: string): number | undefined {
  const found = INTEGER.exec(text)
  if (!found) return undefined
  const [, sign, binary, hex, octal, decimal] = found
  const digits = (binary ?? hex ?? octal ?? decimal ?? '').replaceAll('_', '')
  if (digits === '') return undefined
  const size = Number.parseInt(digits, binary !== undefined ? 2 : hex !== undefined ? 16 : octal !== undefined ? 8 : 10)
  if (!Number.isSafeInteger(size)) return undefined
  return sign === '-' && size !== 0 ? -size : size
}

export function tryReadFloat(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? (value === 0 ? 0 : value) : undefined
}

export function tryReadBoolean(text: string): boolean | undefined {
  const word = WORDS.get(text)
  return typeof word === 'boolean' ? word : undefined
}

export const isNullWord = (text: string): boolean => text === '' || WORDS.get(text) === null

const INTEGER = /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0([0-7_]+)|(0|[1-9][0-9_]*))$/
const FLOAT = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/
const WORDS = new Map<string, null | boolean>(
  [
    ...['yes', 'on', 'true'].map((word) => [word, true] as const),
    ...['no', 'off', 'false'].map((word) => [word, false] as const),
    ['null', null] as const,
  ].flatMap(([word, value]) =>
    [word, word[0]?.toUpperCase() + word.slice(1), word.toUpperCase()].map((form) => [form, value] as const),
  ),
)
WORDS.set('~', null)
