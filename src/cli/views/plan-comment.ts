/** A saved plan as a comment: what it is, what is new since the last one, and the text of the terminal. */
import type { Plan } from '../../engine/plan/plan.ts'
import type { SavedPlan } from '../../engine/plan/plan-schema.ts'
import { riskOf } from '../../engine/plan/risk.ts'
import type { SinceLast } from '../../review/comment/last-plan.ts'
import { code, fence } from './markdown/escape.ts'
import { paletteOf } from './paint.ts'
import { planView, summaryLine } from './plan.ts'
import { shortHash } from './saved-plan.ts'

export interface PlanCommentOptions {
  /** Absent: there was none, or it is not known. */
  readonly since?: SinceLast | undefined
}

export function planComment(saved: SavedPlan, plan: Plan, { since }: PlanCommentOptions): string {
  const parts = [
    `### ${summaryLine(plan, paletteOf(false))}`,
    `Plan ${code(shortHash(saved.hash))} · environment ${code(saved.environment)} · risk **${riskOf(plan)}**`,
    since ? sinceLine(since) : '',
    fence(planView(plan, { color: false, width: 120 })),
    `Applied exactly as it is here by ${code('ays apply plan.json')}, or refused when something of it moved.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Never folded: a reviewer who saw the last one reads this alone. */
export function sinceLine({ hash, same, added, gone, changed }: SinceLast): string {
  const before = `Since the last plan (${code(shortHash(hash))}): `
  if (same) return `${before}nothing changed.`
  const listed = (words: readonly string[]): string =>
    words.slice(0, LISTED_MAX).join(', ') + (words.length > LISTED_MAX ? ` and ${words.length - LISTED_MAX} more` : '')
  const parts = [
    ...(added.length > 0 ? [`new ${listed(added.map((one) => code(one)))}`] : []),
    ...(gone.length > 0 ? [`no longer ${listed(gone.map((one) => code(one)))}`] : []),
    ...(changed.length > 0
      ? [
          `otherwise ${listed(changed.map(({ address, from, to }) => `${code(address)}${from === to ? '' : ` (${from} → ${to})`}`))}`,
        ]
      : []),
  ]
  return `${before}${parts.join('; ')}.`
}

const LISTED_MAX = 8
