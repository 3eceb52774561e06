/** `ays apply FILE`: a saved plan, made again, compared, and carried out where nothing of it moved. */
import { ProblemsError } from '../base/problem.ts'
import { openedFor } from '../workspace/opened-for.ts'
import type { PlannedAgain, Workspace, WorkspaceOptions } from '../workspace.ts'
import { type ApplyPlanOptions, applyPlan } from './apply-plan.ts'
import { usage } from './options.ts'
import type { readPlanFile } from './plan-file.ts'
import { planJson, showJson } from './views/json.ts'
import { changesIn } from './views/plan.ts'
import { elsewhereLines, savedTitle, shortHash } from './views/saved-plan.ts'

type Read = ReturnType<typeof readPlanFile>

/** Flags of `plan` whose values stand in the plan. */
const PLANNED = ['target', 'exclude', 'tag', 'replace', 'prune', 'allow', 'var', 'file', 'legacy'] as const

/** What the workspace of a saved plan is opened with. Throws USAGE for what would make another plan of it. */
export function openOptions({ saved }: Read, root: string, flags: Readonly<Record<string, unknown>>): WorkspaceOptions {
  const given = PLANNED.find((name) => flags[name] !== undefined && flags[name] !== false)
  if (given !== undefined || flags.refresh === false)
    throw usage(
      `--${given ?? 'no-refresh'} does not go with a saved plan.`,
      'The plan holds what it was made with. Make another plan to have another one.',
    )
  return {
    ...openedFor(saved, root),
    folder: root,
    ...(typeof flags.env === 'string' ? { environment: flags.env } : {}),
    ...(flags['accept-new-host-keys'] === true ? { acceptNewHostKeys: true } : {}),
  }
}

/** Gives the exit code. Throws PLAN_STALE, PLAN_FOREIGN. */
export async function applySaved(
  workspace: Workspace,
  { saved }: Read,
  options: Omit<ApplyPlanOptions, 'question' | 'done'>,
): Promise<number> {
  const { json, terminal } = options
  const { plan, moved, elsewhere } = await workspace.planSaved(saved)
  if (moved.length > 0) throw new ProblemsError(moved)
  if (!json)
    process.stdout.write(
      `${[savedTitle(saved, terminal), elsewhereLines(elsewhere, terminal)].filter((part) => part !== '').join('\n\n')}\n\n`,
    )
  if (changesIn(plan.counts) + plan.counts.unknown === 0) {
    await workspace.apply(plan)
    if (json)
      process.stdout.write(`${showJson({ format: 1, plan: planJson(plan), ...besides(elsewhere), result: null })}\n`)
    else process.stdout.write(`Nothing is left to do of plan ${shortHash(saved.hash)}: it is applied already.\n`)
    return 0
  }
  const destroys = saved.plan.kind === 'destroy'
  return await applyPlan(workspace, plan, {
    ...options,
    besides: besides(elsewhere),
    question: (changes) => (destroys ? `Remove all this (${changes})?` : `Apply this plan (${changes})?`),
    done: destroys ? 'Removed' : 'Applied',
  })
}

const besides = (elsewhere: PlannedAgain['elsewhere']) => ({
  elsewhere: elsewhere.map(({ address, action, why, node }) => ({ address, action, why, ...(node ? { node } : {}) })),
})
