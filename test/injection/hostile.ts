/** Texts that mean something to shells, unit files, option parsers and terminals. Equal seeds give equal texts. */
import fc from 'fast-check'

/** Where one of them ran as a command, a file of the canary's name stands. */
export function hostileTexts(canary: string, options: { readonly seed: number; readonly more: number }): string[] {
  const touch = `touch ${canary} .`
  const pieces = [
    `$(${touch})`,
    `\`${touch}\``,
    `; ${touch};`,
    `&& ${touch} &`,
    `| ${touch} |`,
    `' ; ${touch} ; '`,
    `" ; ${touch} ; "`,
    `\n${touch}\n`,
    `\r\n${touch}`,
    `\nExecStartPre=/bin/${touch}\n`,
    `> ${canary} <`,
    '-rf',
    '--help',
    '%s%n%%i',
    '\\',
    '\\n\\x41\\',
    '\u202egnirts \u2066',
    'é 😀 漢\u2028',
    '*?[a-z]~{a,b}!#',
    '\t',
    ' ',
    '\u0000',
    '\u001b[2J',
    '${IFS}$HOME$1',
    "$'\\x41'",
    '/../../',
    ':',
    ',',
    '=',
  ]
  const mixed = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 4 })), {
    minLength: 2,
    maxLength: 6,
  })
  const more = fc.sample(
    mixed.map((parts) => parts.join('')),
    { seed: options.seed, numRuns: options.more },
  )
  return [...pieces, ...more, 'x'.repeat(20_000)]
}

/** The seed of this run: AYS_SEED, or another one each time. It is printed with what fails. */
export const seedOfRun = (): number => Number(process.env.AYS_SEED ?? Date.now() % 1_000_000)
