/** `--out`: a plan into a file instead of onto the nodes. */
import type { Plan } from '../engine/plan/plan.ts'
import type { Workspace } from '../workspace.ts'
import { writePlanFile } from './plan-file.ts'
import type { Terminal } from './terminal.ts'
import { planJson, showJson } from './views/json.ts'
import { isOpen, planView } from './views/plan.ts'
import { savedLine } from './views/saved-plan.ts'

/** Writes and shows it. Gives the exit code of `plan`. */
export async function savePlan(
  workspace: Workspace,
  plan: Plan,
  options: { readonly out: string; readonly json: boolean; readonly commands: boolean; readonly terminal: Terminal },
): Promise<number> {
  const { out, terminal } = options
  const saved = await workspace.savePlan(plan)
  writePlanFile(out, saved)
  if (options.json) process.stdout.write(`${showJson(planJson(plan))}\n`)
  else
    process.stdout.write(
      `${planView(plan, { ...terminal, commands: options.commands })}\n\n${savedLine(out, saved, terminal)}\n`,
    )
  return isOpen(plan) ? 2 : 0
}
