import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import {
  folderFlag,
  planOptions,
  readAddressArg,
  refreshFlag,
  selectFlags,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { whyJson, whyView } from '../views/why.ts'

/** `ays why ADDRESS`: the chain from a line of a blueprint to what is done. */
export default class Why extends AysCommand {
  static override summary = 'Say why a service changes, or why it is as it is.'
  static override description =
    'From top to bottom: the line of a blueprint, the value and what its expressions read, the links, and what is done.'
  static override args = { address: Args.string({ description: 'role/name', required: true }) }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    thing: Flags.string({ description: 'Only this thing of it, such as file:/etc/motd.', helpValue: 'THING' }),
    ...selectFlags,
    ...refreshFlag,
  }
  static override examples = [
    '<%= config.bin %> why file/motd',
    '<%= config.bin %> why storage_engine/cache --thing file:/etc/ays/cache.conf',
    '<%= config.bin %> why node/n1 --no-refresh --json',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Why)
    const address = readAddressArg(args.address)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const thing = flags.thing === undefined ? {} : { thing: flags.thing }
      const why = await workspace.why(address, { ...planOptions(flags), ...thing })
      this.show(
        flags,
        () => whyJson(why),
        (terminal) => whyView(why, terminal),
      )
      return 0
    })
  }
}
