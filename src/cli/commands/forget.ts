import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { confirm } from '../confirm.ts'
import { folderFlag, usage, workspaceFlags, workspaceOptions } from '../options.ts'
import { count } from '../views/plain-text.ts'

/** `ays forget`: leaves services on their nodes and no longer knows them. */
export default class Forget extends AysCommand {
  static override summary = 'Forget services: they stay on their nodes, and ays no longer knows them.'
  static override args = { address: Args.string({ description: 'Addresses or globs.', required: true }) }
  static override strict = false
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  }
  static override examples = [
    '<%= config.bin %> forget storage_engine/cache',
    '<%= config.bin %> forget "node/old-*" --yes',
  ]

  async run(): Promise<number> {
    const { argv, flags } = await this.parse(Forget)
    const addresses = argv.map(String)
    if (addresses.length === 0) throw usage('Which services? Name at least one address.')
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      if (!flags.yes)
        await confirm(`Forget ${addresses.join(', ')}, and leave on the nodes what is there?`, this.terminal(flags))
      const forgotten = await workspace.forget(addresses)
      this.show(
        flags,
        () => ({ format: 1, forgotten }),
        () => `Forgot ${count(forgotten.length, 'service')}${forgotten.length > 0 ? `: ${forgotten.join(', ')}` : ''}.`,
      )
      return 0
    })
  }
}
