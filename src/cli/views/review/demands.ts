/** What policy.yaml asks of people for a plan: whose approval it needs, and who should look at it. */
import type { Plan } from '../../../engine/plan/plan.ts'
import { code, listed, strong, type Words } from './words.ts'

/** One line each; nothing where nobody is asked. */
export function demandLines({ demands }: Pick<Plan, 'demands'>, file = 'FILE'): readonly Words[] {
  if (!demands) return []
  const approvals = demands.approvals.map(({ risk, count, keys }): Words => {
    const what = count === 1 ? 'an approval' : `${count} approvals`
    const from = risk === 'high' ? 'high risk' : `${risk} risk or higher`
    return ['Needs ', strong(what), ' by ', ...listed(keys, 10), ` (${from}): `, code(`ays approve ${file} --key KEY`)]
  })
  const names = demands.reviewers
  const reviewers: readonly Words[] = names.length > 0 ? [['Reviewers: ', ...listed(names, 20)]] : []
  return [...approvals, ...reviewers]
}
