import { applyPlan } from '../apply-plan.ts'
import { AysCommand } from '../command.ts'
import {
  applyFlags,
  commandsFlag,
  folderArg,
  formatOf,
  outFlag,
  planFlags,
  planOptions,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { mayWritePlan } from '../plan-file.ts'
import { showPlan } from '../save-plan.ts'

/** `ays destroy`: take everything off again. */
export default class Destroy extends AysCommand {
  static override summary = 'Take what ays made off the nodes again: what depends on others first.'
  static override description =
    'Only what is remembered as made by ays goes; what was there before stays. Data goes only with --allow data-loss.'
  static override args = folderArg
  static override flags = { ...workspaceFlags, ...planFlags, ...applyFlags, ...commandsFlag, ...outFlag }
  static override examples = [
    '<%= config.bin %> destroy',
    '<%= config.bin %> destroy --target vm/web --yes',
    '<%= config.bin %> destroy --yes --allow data-loss',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Destroy)
    const { out } = flags
    if (out !== undefined) mayWritePlan(out)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const plan = await workspace.planDestroy(planOptions(flags))
      const how = { ...flags, json: flags.json, terminal: this.terminal(flags) }
      if (out !== undefined) return await showPlan(workspace, plan, { ...how, out, format: formatOf(flags) })
      return await applyPlan(workspace, plan, {
        ...how,
        question: (changes) => `Remove all this (${changes})?`,
        done: 'Removed',
      })
    })
  }
}
