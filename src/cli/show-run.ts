/** One run with its jobs, and its plan as it was shown while that is kept. */
import { planJson } from '../engine/plan/plan-json.ts'
import type { Workspace } from '../workspace.ts'
import { usage } from './options.ts'
import type { Terminal } from './terminal.ts'
import { runJson } from './views/json.ts'
import { planView } from './views/plan.ts'
import { runView } from './views/runs.ts'

/** For data and for people. Throws USAGE for a run that is not there. */
export function shownRun(
  workspace: Workspace,
  id: number,
  { commands }: { readonly commands: boolean },
): { json(): unknown; human(terminal: Terminal): string } {
  const found = workspace.run(id)
  if (!found) throw usage(`There is no run ${id}.`, '`ays history` lists them.')
  const { run, jobs, plan } = found
  return {
    json: () => ({ format: 1, ...Object(runJson(run, jobs)), plan: plan ? planJson(plan) : null }),
    human: (terminal) => {
      const shown = plan ? planView(plan, { ...terminal, commands }) : 'Its plan is not kept.'
      return `${runView(run, jobs, terminal)}\n\n${shown}`
    },
  }
}
