import { Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../../options.ts'
import { runsJson } from '../../views/json.ts'
import { runsView } from '../../views/runs.ts'

/** `ays runs`: what was applied, and when. */
export default class Runs extends AysCommand {
  static override summary = 'List what was applied, when and by whom; the newest first.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    limit: Flags.integer({ description: 'At most so many.', default: 20, min: 1, helpValue: 'N' }),
  }
  static override examples = [
    '<%= config.bin %> runs',
    '<%= config.bin %> runs --limit 100 --json',
    '<%= config.bin %> runs show 12',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Runs)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const runs = workspace.runs(flags.limit)
      this.show(
        flags,
        () => runsJson(runs, workspace.holder()),
        (terminal) => runsView(runs, workspace.holder(), terminal),
      )
      return 0
    })
  }
}
