import { Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { runsJson } from '../views/json.ts'
import { runsView } from '../views/runs.ts'

/** `ays history`, and `ays runs`: what was applied, when, by whom and from what. */
export default class History extends AysCommand {
  static override summary = 'List what was applied, when, by whom and from which commit of git; the newest first.'
  static override description =
    '`ays show --run N` shows one with its plan, `ays plan --as-of run:N` what would bring it back. `ays runs` is the same.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    limit: Flags.integer({ description: 'At most so many.', default: 20, min: 1, helpValue: 'N' }),
  }
  static override examples = [
    '<%= config.bin %> history',
    '<%= config.bin %> history --limit 100 --json',
    '<%= config.bin %> show --run 12',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(History)
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
