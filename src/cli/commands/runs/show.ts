import { Args } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { commandsFlag, folderFlag, workspaceFlags, workspaceOptions } from '../../options.ts'
import { shownRun } from '../../show-run.ts'

/** `ays runs show N`: one run and its jobs. */
export default class RunsShow extends AysCommand {
  static override summary =
    'Show one run: its plan, its jobs, and what failed with the last lines of its output. `ays show --run N` is the same.'
  static override args = { run: Args.integer({ description: 'Number of the run.', required: true, min: 1 }) }
  static override flags = { ...folderFlag, ...workspaceFlags, ...commandsFlag }
  static override examples = ['<%= config.bin %> runs show 12']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(RunsShow)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const shown = shownRun(workspace, args.run, flags)
      this.show(flags, shown.json, shown.human)
      return 0
    })
  }
}
