/** A plan that is only shown, and with `--out` written into a file instead of onto the nodes. */
import type { Plan } from '../engine/plan/plan.ts'
import type { ComparedPlan } from '../engine/plan/since.ts'
import type { Workspace } from '../workspace.ts'
import { writePlanFile } from './plan-file.ts'
import { placeInRepository } from './repository-place.ts'
import { sourceLineFrom } from './source-lines.ts'
import type { Terminal } from './terminal.ts'
import { isOpen } from './views/plan.ts'
import type { PlanFormat } from './views/plan-formats.ts'
import { planIn } from './views/plan-in.ts'
import { problemsView } from './views/problems.ts'
import { savedLine } from './views/saved-plan.ts'

export interface ShowPlanOptions {
  readonly out?: string
  readonly format: PlanFormat
  readonly since?: ComparedPlan
  readonly commands: boolean
  readonly terminal: Terminal
  /** The way back beside the plan. */
  readonly undo?: boolean
  /** First applied to copies of the nodes. */
  readonly simulate?: boolean
}

/** Gives the exit code of `plan`: 2 where there are changes, 1 where policy.yaml denies them or their simulation failed; of the latter nothing is saved. */
export async function showPlan(workspace: Workspace, plan: Plan, options: ShowPlanOptions): Promise<number> {
  const { format, since, commands, terminal, undo = false, simulate = false } = options
  const simulated = simulate ? await workspace.simulate(plan) : undefined
  const failed = simulated?.state === 'failed'
  const out = failed ? undefined : options.out
  const saved = out === undefined ? undefined : await workspace.savePlan(plan)
  if (saved && out !== undefined) writePlanFile(out, saved)
  const text = await planIn(format, plan, {
    ...(saved ? { hash: saved.hash } : {}),
    ...(out === undefined ? {} : { artifact: out }),
    ...(since ? { since } : {}),
    notes: () => workspace.notes(plan),
    folder: placeInRepository(workspace.root),
    commands,
    undo,
    simulated: simulate,
    terminal,
  })
  const line = saved && out !== undefined && format === 'text' ? `\n${savedLine(out, saved, terminal)}\n` : ''
  process.stdout.write(text + line)
  if (simulated && failed) {
    const notSaved = options.out === undefined ? '' : `\n${options.out} was not written.`
    const sourceLine = sourceLineFrom([workspace.root])
    process.stderr.write(`\n${problemsView(simulated.problems, { ...terminal, sourceLine })}${notSaved}\n`)
    return 1
  }
  if (plan.blocked.some(({ code }) => code === 'POLICY_DENIED')) return 1
  return isOpen(plan) ? 2 : 0
}
