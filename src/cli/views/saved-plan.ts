/** What is told of a saved plan besides the plan. */
import type { ServicePlan } from '../../engine/plan/plan.ts'
import type { SavedPlan } from '../../engine/plan/plan-schema.ts'
import { paletteOf } from './paint.ts'
import { count, oneLine, shellLine } from './plain-text.ts'

interface Paints {
  readonly color: boolean
}

/** The hash, shortened: enough for people to compare. */
export const shortHash = (hash: string): string => hash.slice(0, 12)

/** `Saved as plan 3f2a… in plan.json. ays apply plan.json applies it and nothing else.` */
export function savedLine(file: string, { hash }: SavedPlan, { color }: Paints): string {
  const palette = paletteOf(color)
  return `${palette.bold(`Saved as plan ${shortHash(hash)} in ${oneLine(file)}.`)} \`ays apply ${shellLine([file])}\` applies it, and nothing else.`
}

/** `Plan 3f2a… of 2026-11-20 19:20 by anna@desk, commit 4b825dc (and changes), environment default`. */
export function savedTitle({ hash, made, environment }: SavedPlan, { color }: Paints): string {
  const palette = paletteOf(color)
  const when = made.at.slice(0, 16).replace('T', ' ')
  const commit = made.commit
    ? [`commit ${made.commit.id.slice(0, 12)}${made.commit.dirty ? ' and changes that are not in it' : ''}`]
    : []
  const parts = [`of ${oneLine(when)}`, `by ${oneLine(made.who)}`, ...commit, `environment ${oneLine(environment)}`]
  return `${palette.bold(`Plan ${shortHash(hash)}`)} ${palette.faint(parts.join(' · '))}`
}

/** What a new plan would do besides; empty without it. */
export function elsewhereLines(elsewhere: readonly ServicePlan[], { color }: Paints): string {
  if (elsewhere.length === 0) return ''
  const palette = paletteOf(color)
  const shown = elsewhere.slice(0, 20).map(({ address, action, why, node, tasks }) => {
    const where = node ? ` on ${node}` : ''
    const things = tasks.map((task) => oneLine(task.thing)).slice(0, 3)
    return `  ${address}${where} ${palette.faint([why, action, ...things].join(' · '))}`
  })
  const rest = elsewhere.length - shown.length
  return [
    palette.warn(
      `Not in this plan, and left alone: ${count(elsewhere.length, 'service')}. \`ays plan\` shows what is to do.`,
    ),
    ...shown,
    ...(rest > 0 ? [`  … and ${rest} more`] : []),
  ].join('\n')
}
