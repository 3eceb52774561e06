import { existsSync } from 'node:fs'
import { Args } from '@oclif/core'
import { findRoot } from '../../workspace/locate.ts'
import { applyPlan } from '../apply-plan.ts'
import { applySaved, openOptions } from '../apply-saved.ts'
import { AysCommand } from '../command.ts'
import {
  applyFlags,
  asOfFlag,
  commandsFlag,
  folderFlag,
  planFlags,
  planOptions,
  usage,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { isFile, readPlanFile } from '../plan-file.ts'

/** `ays apply`: make it so. */
export default class Apply extends AysCommand {
  static override summary = 'Show the plan, ask, and make it so.'
  static override description =
    'Ctrl-C once: nothing new starts and what runs is finished. Twice: what runs on the nodes is ended. The next apply looks first and goes on.\n\nWith a file that `ays plan --out` wrote, exactly that plan is applied: it is made again and compared, and refused as PLAN_STALE where something that it touches or relies on has moved. What else there is to do is told and left alone. The workspace is then the one of -C, or the nearest upwards from here.\n\nExit code 0: everything is as declared. 1: not.'
  static override args = {
    folder: Args.string({
      description: 'Folder of the workspace (default: the nearest upwards from here), or a saved plan.',
      required: false,
    }),
  }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    ...planFlags,
    ...applyFlags,
    ...commandsFlag,
    ...asOfFlag,
  }
  static override examples = [
    '<%= config.bin %> apply',
    '<%= config.bin %> apply examples/quickstart --yes',
    '<%= config.bin %> apply plan.json',
    '<%= config.bin %> apply --as-of run:12',
    '<%= config.bin %> apply --target storage_engine/cache --parallel 4',
    '<%= config.bin %> apply --yes --allow data-loss=nas/home',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Apply)
    const how = { ...flags, json: flags.json, terminal: this.terminal(flags) }
    if (args.folder?.endsWith('.json') && !existsSync(args.folder))
      throw usage(`There is no plan ${args.folder}.`, '`ays plan --out FILE` writes one.')
    if (isFile(args.folder)) {
      if (flags['as-of'] !== undefined) throw usage('A saved plan has its own blueprints: leave --as-of out.')
      const read = readPlanFile(args.folder)
      const options = openOptions(read, findRoot(flags.folder ?? '.'), flags)
      return await this.inWorkspace(options, (workspace) => applySaved(workspace, read, how))
    }
    if (args.folder !== undefined && flags.folder !== undefined)
      throw usage(`The folder is given twice: ${args.folder} and -C ${flags.folder}.`, 'Leave one of them out.')
    return await this.inWorkspace(workspaceOptions(args.folder ?? flags.folder, flags), async (workspace) =>
      applyPlan(workspace, await workspace.plan(planOptions(flags)), {
        ...how,
        question: (changes) => `Apply ${changes === '1 change' ? 'this change' : `these ${changes}`}?`,
        done: 'Applied',
      }),
    )
  }
}
