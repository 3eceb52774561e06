import { applyPlan } from '../apply-plan.ts'
import { AysCommand } from '../command.ts'
import {
  applyFlags,
  commandsFlag,
  folderArg,
  planFlags,
  planOptions,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'

/** `ays apply`: make it so. */
export default class Apply extends AysCommand {
  static override summary = 'Show the plan, ask, and make it so.'
  static override description =
    'Ctrl-C once: nothing new starts and what runs is finished. Twice: what runs on the nodes is ended. The next apply looks first and goes on.\n\nExit code 0: everything is as declared. 1: not.'
  static override args = folderArg
  static override flags = { ...workspaceFlags, ...planFlags, ...applyFlags, ...commandsFlag }
  static override examples = [
    '<%= config.bin %> apply',
    '<%= config.bin %> apply examples/quickstart --yes',
    '<%= config.bin %> apply --target storage_engine/cache --parallel 4',
    '<%= config.bin %> apply --yes --allow data-loss=nas/home',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Apply)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) =>
      applyPlan(workspace, await workspace.plan(planOptions(flags)), {
        ...flags,
        json: flags.json,
        terminal: this.terminal(flags),
        question: (changes) => `Apply ${changes === '1 change' ? 'this change' : `these ${changes}`}?`,
        done: 'Applied',
      }),
    )
  }
}
