import { Args } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { folderFlag, usage, workspaceFlags, workspaceOptions } from '../../options.ts'
import { runJson } from '../../views/json.ts'
import { runView } from '../../views/runs.ts'

/** `ays runs show N`: one run and its jobs. */
export default class RunsShow extends AysCommand {
  static override summary = 'Show one run: its jobs, and what failed with the last lines of its output.'
  static override args = { run: Args.integer({ description: 'Number of the run.', required: true, min: 1 }) }
  static override flags = { ...folderFlag, ...workspaceFlags }
  static override examples = ['<%= config.bin %> runs show 12']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(RunsShow)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const found = workspace.run(args.run)
      if (!found) throw usage(`There is no run ${args.run}.`, '`ays runs` lists them.')
      this.show(
        flags,
        () => ({ format: 1, ...Object(runJson(found.run, found.jobs)) }),
        (terminal) => runView(found.run, found.jobs, terminal),
      )
      return 0
    })
  }
}
