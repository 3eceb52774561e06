/** Secret values of every form that people have, made from a seed. */
import { type Random, randomOf } from '../../src/base/random.ts'

/** The seed of a run: AYS_SEED, or one of now. Tests print it. */
export const plantedSeed = (): number => Number(process.env.AYS_SEED ?? Date.now() % 1_000_000_007)

/** All different, each of a form that its place in the list decides. */
export function plantedValues(seed: number, count: number): readonly string[] {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_none, i) => {
    const form = FORMS[i % FORMS.length]
    if (!form) throw new Error('no form')
    return form((alphabet, length) => wordOf(random, alphabet, length))
  })
}

type Word = (alphabet: string, length: number) => string

const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ'
const WORD = `${LETTERS}23456789`
const SHELL = '!#$%&*()[]{};|<>?~^@+=/,.:'
const BASE64 = `${WORD}01lIO+/`
const UNICODE = 'äöüßéñçøåπΩжшя漢字鍵密🔑🗝'

/** Every form holds at least 8 characters by chance; what is shorter cannot be told from text that happens to be the same. */
const FORMS: readonly ((word: Word) => string)[] = [
  (word) => word(WORD, 8),
  (word) => word(WORD, 16),
  (word) => word(LETTERS, 24),
  (word) => word(WORD, 200),
  (word) => `-${word(WORD, 18)}`,
  (word) => `--${word(LETTERS, 9)}=${word(WORD, 9)}`,
  (word) => `${word(WORD, 9)}$(${word(LETTERS, 8)})\`${word(LETTERS, 8)}\`;${word(SHELL, 12)}`,
  (word) => `'${word(WORD, 12)}"'\\"${word(WORD, 10)}\\`,
  (word) => word(SHELL, 24),
  (word) => `${word(UNICODE, 10)}${word(WORD, 10)}${word(UNICODE, 8)}`,
  (word) => `${word(BASE64, 42)}==`,
  (word) => `${word(LETTERS, 8)} ${word(LETTERS, 9)} ${word(LETTERS, 10)}`,
  (word) => `${word(WORD, 20)}\n${word(WORD, 24)}\n  ${word(WORD, 12)}: ${word(WORD, 10)}`,
  (word) => `-----BEGIN KEY-----\n${word(BASE64, 64)}\n${word(BASE64, 64)}\n-----END KEY-----`,
  (word) => `<b>&amp;${word(WORD, 12)}</b>|${word(WORD, 9)}|`,
  (word) => `{"${word(LETTERS, 8)}": "${word(WORD, 14)}", "n": [1]}`,
  (word) => `${word(WORD, 9)}: #${word(WORD, 9)} %${word('0123456789ABCDEF', 8)}`,
  (word) => ` ${word(WORD, 10)}\t${word(WORD, 10)} `,
  (word) => word('0123456789', 19),
  (word) => `postgres://u:${word(WORD, 14)}@db/x?${word(LETTERS, 10)}`,
]

function wordOf(random: Random, alphabet: string, length: number): string {
  const signs = [...alphabet]
  return Array.from({ length }, () => signs[Math.floor(random() * signs.length)]).join('')
}
