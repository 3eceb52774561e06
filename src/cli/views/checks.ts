/** What a doctor found: a line per check, and below it what to do. */
import { type Palette, paletteOf } from './paint.ts'
import { oneLine } from './plain-text.ts'

/** One thing that was looked at. */
export interface ShownCheck {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly what: string
  readonly hint?: string
}

export function checksView(checks: readonly ShownCheck[], { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  const width = Math.max(0, ...checks.map((check) => check.name.length))
  const lines = checks.flatMap(({ name, state, what, hint }) => {
    const [sign, paint] = signs[state]
    return [
      `${palette[paint](sign)} ${name.padEnd(width)}  ${oneLine(what)}`,
      ...(hint === undefined || state === 'ok' ? [] : [`  ${' '.repeat(width)}  ${palette.faint(oneLine(hint))}`]),
    ]
  })
  const wrong = checks.filter((check) => check.state === 'error').length
  return [
    ...lines,
    '',
    wrong === 0
      ? palette.bold('Everything that is needed is here.')
      : palette.bold(`${wrong} of ${checks.length} checks failed.`),
  ].join('\n')
}

const signs: Record<ShownCheck['state'], readonly [string, keyof Palette]> = {
  ok: ['✔', 'good'],
  warning: ['!', 'warn'],
  error: ['✘', 'bad'],
}
