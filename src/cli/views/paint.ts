/** The few colours of the views, by what they mean. */
import { Chalk } from 'chalk'
import type { Action } from '../../engine/plan/plan.ts'

export type Paint = (text: string) => string

export interface Palette {
  readonly good: Paint
  readonly bad: Paint
  readonly warn: Paint
  readonly calm: Paint
  readonly faint: Paint
  readonly bold: Paint
}

/** Colours that do nothing when `color` is false. Sixteen colours only: they follow the person's own theme. */
export function paletteOf(color: boolean): Palette {
  if (!color) return plainPalette
  const chalk = new Chalk({ level: 1 })
  // chalk joins all its arguments, and `lines.map(paint)` gives three.
  const one =
    (paint: Paint): Paint =>
    (text) =>
      paint(text)
  return {
    good: one(chalk.green),
    bad: one(chalk.red),
    warn: one(chalk.yellow),
    calm: one(chalk.cyan),
    faint: one(chalk.dim),
    bold: one(chalk.bold),
  }
}

const asIs: Paint = (text) => text
const plainPalette: Palette = { good: asIs, bad: asIs, warn: asIs, calm: asIs, faint: asIs, bold: asIs }

/** The sign that stands before a service in a plan, and its colour. */
export function signOf(action: Action): { readonly sign: string; readonly paint: keyof Palette } {
  switch (action) {
    case 'create':
      return { sign: '+', paint: 'good' }
    case 'update':
      return { sign: '~', paint: 'warn' }
    case 'replace':
      return { sign: '-/+', paint: 'bad' }
    case 'remove':
      return { sign: '-', paint: 'bad' }
    case 'adopt':
      return { sign: '=', paint: 'calm' }
    case 'act':
      return { sign: '!', paint: 'warn' }
    case 'unknown':
      return { sign: '?', paint: 'warn' }
    case 'none':
      return { sign: ' ', paint: 'faint' }
  }
}
