/** Who approved a saved plan, whose approval does not count, and what is still missing. */

import type { PlanDemands } from '../../engine/plan/plan.ts'
import type { SavedApproval } from '../../engine/plan/plan-schema.ts'
import { type DemandState, demandStates, type JudgedApproval } from '../../engine/policy/approvals.ts'
import { paletteOf } from './paint.ts'
import { oneLine } from './plain-text.ts'

interface Paints {
  readonly color: boolean
}

/** Empty where nobody approved and nobody has to. */
export function approvalsView(
  demands: PlanDemands | undefined,
  judged: readonly JudgedApproval[],
  { color }: Paints,
): string {
  const palette = paletteOf(color)
  const given = judged.map(({ approval, reason }) =>
    reason === undefined
      ? `${palette.good('approved')} by ${approvalWords(approval)}`
      : `${palette.bad('does not count:')} ${approvalWords(approval)}: ${oneLine(reason)}`,
  )
  const states = demandStates(demands, judged)
  const missing = states.filter((state) => state.missing > 0)
  const all = states.length > 0 && missing.length === 0 ? ['It has every approval that policy.yaml asks for.'] : []
  return [...given, ...missing.map((state) => palette.warn(missingWords(state))), ...all].join('\n')
}

/** Where no policy is at hand to check them with. */
export const uncheckedView = (approvals: readonly SavedApproval[], why: string): string =>
  [...approvals.map((one) => `approval by ${approvalWords(one)}`), `Not checked: ${why}.`].join('\n')

const approvalWords = ({ name, fingerprint, at }: SavedApproval): string =>
  `${oneLine(name)} (${oneLine(fingerprint)}, ${oneLine(at).slice(0, 16).replace('T', ' ')})`

const missingWords = ({ missing, open, risk }: DemandState): string =>
  `Still missing: ${missing} of ${open.map(oneLine).join(', ')}, asked for from ${risk} risk on.`
