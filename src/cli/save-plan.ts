/** A plan that is only shown, and with `--out` written into a file instead of onto the nodes. */
import type { Plan } from '../engine/plan/plan.ts'
import type { ComparedPlan } from '../engine/plan/since.ts'
import type { Workspace } from '../workspace.ts'
import { writePlanFile } from './plan-file.ts'
import { placeInRepository } from './repository-place.ts'
import type { Terminal } from './terminal.ts'
import { isOpen } from './views/plan.ts'
import type { PlanFormat } from './views/plan-formats.ts'
import { planIn } from './views/plan-in.ts'
import { savedLine } from './views/saved-plan.ts'

export interface ShowPlanOptions {
  readonly out?: string
  readonly format: PlanFormat
  readonly since?: ComparedPlan
  readonly commands: boolean
  readonly terminal: Terminal
}

/** Gives the exit code of `plan`: 2 where there are changes. */
export async function showPlan(workspace: Workspace, plan: Plan, options: ShowPlanOptions): Promise<number> {
  const { out, format, since, commands, terminal } = options
  const saved = out === undefined ? undefined : await workspace.savePlan(plan)
  if (saved && out !== undefined) writePlanFile(out, saved)
  const text = await planIn(format, plan, {
    ...(saved ? { hash: saved.hash } : {}),
    ...(out === undefined ? {} : { artifact: out }),
    ...(since ? { since } : {}),
    notes: () => workspace.notes(plan),
    folder: placeInRepository(workspace.root),
    commands,
    terminal,
  })
  const line = saved && out !== undefined && format === 'text' ? `\n${savedLine(out, saved, terminal)}\n` : ''
  process.stdout.write(text + line)
  return isOpen(plan) ? 2 : 0
}
