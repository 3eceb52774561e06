/** Approvals of saved plans: what is signed, who may sign, and what is still missing. */
import type { Problem } from '../../base/problem.ts'
import type { ApprovalDemand, PlanDemands } from '../plan/plan.ts'
import type { SavedApproval, SavedPlan } from '../plan/plan-schema.ts'
import type { Policy } from './policy.ts'

/** The namespace of the signatures: one that was made for something else is none of a plan. */
export const APPROVAL_NAMESPACE = 'ays-plan'

/** What a person signs: the hash of the whole saved plan, what it belongs to, and when. */
export const statementOf = (
  { workspace, environment, hash }: Pick<SavedPlan, 'workspace' | 'environment' | 'hash'>,
  at: string,
): string =>
  `${['ays plan approval 1', `workspace ${workspace}`, `environment ${environment}`, `plan ${hash}`, `at ${at}`].join('\n')}\n`

/** The people of a policy as `ssh-keygen -Y verify` takes them. */
export const allowedSigners = ({ keys }: Pick<Policy, 'keys'>): string =>
  [...keys.values()].map(({ name, line }) => `${name} namespaces="${APPROVAL_NAMESPACE}" ${line}\n`).join('')

/** One approval, checked; with a reason it does not count. */
export interface JudgedApproval {
  readonly approval: SavedApproval
  readonly reason?: string
}

/** A demand and who met it so far. */
export interface DemandState extends ApprovalDemand {
  readonly given: readonly string[]
  /** Those of its keys that have not approved yet. */
  readonly open: readonly string[]
  /** How many are still missing. */
  readonly missing: number
}

/** A key counts once, however often it signed; one approval may meet several demands. */
export function demandStates(
  demands: PlanDemands | undefined,
  judged: readonly JudgedApproval[],
): readonly DemandState[] {
  const names = new Set(judged.filter(({ reason }) => reason === undefined).map(({ approval }) => approval.name))
  return (demands?.approvals ?? []).map((demand) => {
    const given = demand.keys.filter((name) => names.has(name))
    const open = demand.keys.filter((name) => !names.has(name))
    return { ...demand, given, open, missing: Math.max(0, demand.count - given.length) }
  })
}

/** Why a saved plan may not be applied yet; nothing: it has what it needs. What does not count is told with it. */
export function approvalProblems(
  demands: PlanDemands | undefined,
  judged: readonly JudgedApproval[],
): readonly Problem[] {
  const missing = demandStates(demands, judged).filter((state) => state.missing > 0)
  if (missing.length === 0) return []
  return [
    ...missing.map(
      (state): Problem => ({
        code: 'APPROVAL_MISSING',
        message: `${demandWords(state)}, and has ${state.given.length === 0 ? 'none' : `${state.given.length} (${state.given.join(', ')})`}.`,
        hint: `\`ays approve FILE --key KEY\` gives one; ${orList(state.open)} may.`,
      }),
    ),
    ...judged.flatMap((one) => invalidApproval(one) ?? []),
  ]
}

/** Why a plan that was not saved may not be applied: there is nothing that could be approved. */
export const unsavedProblems = (demands: PlanDemands | undefined): readonly Problem[] =>
  demandStates(demands, []).map((state) => ({
    code: 'APPROVAL_MISSING',
    message: `${demandWords(state)}, and only a saved plan can be approved.`,
    hint: `Save it with --out FILE, let ${orList(state.open)} \`ays approve FILE --key KEY\`, then \`ays apply FILE\`.`,
  }))

/** undefined: it counts. */
export const invalidApproval = ({ approval, reason }: JudgedApproval): Problem | undefined =>
  reason === undefined
    ? undefined
    : { code: 'APPROVAL_INVALID', message: `The approval by ${approval.name} does not count: ${reason}.` }

const demandWords = ({ risk, count, keys }: ApprovalDemand): string =>
  `A plan of ${risk === 'high' ? 'high' : `${risk} or higher`} risk needs ${count === 1 ? 'an approval' : `${count} approvals`} by ${orList(keys)}`

const orList = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
