import { AysCommand } from '../command.ts'
import { commandsFlag, folderArg, planFlags, planOptions, workspaceFlags, workspaceOptions } from '../options.ts'
import { driftOf, driftView } from '../views/drift.ts'
import { planJson } from '../views/json.ts'

/** `ays drift`: what nobody asked for. */
export default class Drift extends AysCommand {
  static override summary = 'Show what changed on the nodes without the blueprints asking for it.'
  static override description = 'Exit code 0: no drift. 2: drift, or a node that could not be seen. 1: an error.'
  static override args = folderArg
  static override flags = { ...workspaceFlags, ...planFlags, ...commandsFlag }
  static override examples = ['<%= config.bin %> drift', '<%= config.bin %> drift --target "node/*" --json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Drift)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const drift = driftOf(await workspace.plan(planOptions(flags)))
      this.show(
        flags,
        () => planJson(drift),
        (terminal) => driftView(drift, { ...terminal, commands: flags.commands }),
      )
      return drift.services.length > 0 || drift.unreachable.length > 0 ? 2 : 0
    })
  }
}
