import { AysCommand } from '../command.ts'
import {
  commandsFlag,
  folderArg,
  outFlag,
  planFlags,
  planOptions,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { mayWritePlan } from '../plan-file.ts'
import { savePlan } from '../save-plan.ts'
import { planJson } from '../views/json.ts'
import { isOpen, planView } from '../views/plan.ts'

/** `ays plan`: what apply would do. */
export default class Plan extends AysCommand {
  static override summary = 'Show what would change, on which node and why. Nothing is touched.'
  static override description = 'Exit code 0: nothing to do. 2: there are changes. 1: an error.'
  static override args = folderArg
  static override flags = { ...workspaceFlags, ...planFlags, ...commandsFlag, ...outFlag }
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan examples/quickstart --commands',
    '<%= config.bin %> plan --env prod --var size=big --target "web/*"',
    '<%= config.bin %> plan --out plan.json',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Plan)
    const { out } = flags
    if (out !== undefined) mayWritePlan(out)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const plan = await workspace.plan(planOptions(flags))
      if (out !== undefined)
        return await savePlan(workspace, plan, { ...flags, out, json: flags.json, terminal: this.terminal(flags) })
      this.show(
        flags,
        () => planJson(plan),
        (terminal) => planView(plan, { ...terminal, commands: flags.commands }),
      )
      return isOpen(plan) ? 2 : 0
    })
  }
}
