import { AysCommand } from '../command.ts'
import {
  asOfFlag,
  commandsFlag,
  folderArg,
  formatOf,
  outFlag,
  planFlags,
  planFormatFlags,
  planOptions,
  simulateFlag,
  undoFlag,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { mayWritePlan } from '../plan-file.ts'
import { readComparedPlan } from '../read-compared-plan.ts'
import { showPlan } from '../save-plan.ts'

/** `ays plan`: what apply would do. */
export default class Plan extends AysCommand {
  static override summary = 'Show what would change, on which node and why. Nothing is touched.'
  static override description =
    '--format markdown is a comment for a pull request, html a page to look through, sarif and junit are for CI.\n\nExit code 0: nothing to do. 2: there are changes. 1: an error, what --simulate found (no plan is saved then), or policy.yaml denies the changes (the plan is shown, and saved with --out, all the same).'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    ...planFlags,
    ...commandsFlag,
    ...undoFlag,
    ...simulateFlag,
    ...planFormatFlags,
    ...outFlag,
    ...asOfFlag,
  }
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan examples/quickstart --commands',
    '<%= config.bin %> plan --env prod --var size=big --target "web/*"',
    '<%= config.bin %> plan --out plan.json',
    '<%= config.bin %> plan --undo',
    '<%= config.bin %> plan --simulate --out plan.json',
    '<%= config.bin %> plan --as-of run:12',
    '<%= config.bin %> plan --out plan.json --format markdown --since last/plan.json > comment.md',
    '<%= config.bin %> plan --format html > plan.html',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Plan)
    const { out } = flags
    if (out !== undefined) mayWritePlan(out)
    const since = flags.since === undefined ? {} : { since: readComparedPlan(flags.since) }
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const plan = await workspace.plan(planOptions(flags))
      return await showPlan(workspace, plan, {
        ...(out === undefined ? {} : { out }),
        ...since,
        format: formatOf(flags),
        commands: flags.commands,
        undo: flags.undo,
        simulate: flags.simulate,
        terminal: this.terminal(flags),
      })
    })
  }
}
