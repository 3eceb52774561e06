import { Args } from '@oclif/core'
import { applyPlan } from '../apply-plan.ts'
import { AysCommand } from '../command.ts'
import { applyFlags, commandsFlag, folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'

/** `ays import`: remember what is there already. */
export default class Import extends AysCommand {
  static override summary = 'Adopt services that are on their nodes already. Nothing on a node is changed.'
  static override args = {
    address: Args.string({ description: 'Addresses or globs; default: all that are declared.', required: false }),
  }
  static override strict = false
  static override flags = { ...folderFlag, ...workspaceFlags, ...applyFlags, ...commandsFlag }
  static override examples = ['<%= config.bin %> import', '<%= config.bin %> import storage_engine/cache "node/*"']

  async run(): Promise<number> {
    const { argv, flags } = await this.parse(Import)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) =>
      applyPlan(workspace, await workspace.planImport(argv.map(String)), {
        ...flags,
        json: flags.json,
        terminal: this.terminal(flags),
        question: (changes) => `Adopt what is there (${changes})?`,
        done: 'Adopted',
      }),
    )
  }
}
