import { systemClock } from '../../base/clock.ts'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { statusJson } from '../views/json.ts'
import { statusView } from '../views/status.ts'

/** `ays status`: what stands and how it is. */
export default class Status extends AysCommand {
  static override summary = 'Ask the nodes, and show what stands and how it is.'
  static override args = folderArg
  static override flags = workspaceFlags
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --env prod --json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Status)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const { services } = await workspace.status()
      this.show(
        flags,
        () => statusJson(services),
        (terminal) => statusView(services, { ...terminal, now: systemClock.now() }),
      )
      return 0
    })
  }
}
