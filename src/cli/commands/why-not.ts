import { Args } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { folderFlag, planFlags, planOptions, readAddressArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { whyNotJson, whyNotView } from '../views/why-not.ts'

/** `ays why-not ADDRESS`: what is in its way. */
export default class WhyNot extends AysCommand {
  static override summary = 'Say what blocks a service, or why there is none of that address, and what would lift it.'
  static override description = 'Exit code 0: nothing is in its way. 2: something is. 1: an error.'
  static override args = { address: Args.string({ description: 'role/name; it need not be declared', required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags, ...planFlags }
  static override examples = [
    '<%= config.bin %> why-not storage_engine/cache',
    '<%= config.bin %> why-not web/shop-3 --env prod',
    '<%= config.bin %> why-not web/shop --target "node/*" --json',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(WhyNot)
    const address = readAddressArg(args.address)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const found = await workspace.whyNot(address, planOptions(flags))
      this.show(
        flags,
        () => whyNotJson(found),
        (terminal) => whyNotView(found, terminal),
      )
      return found.blockers.length > 0 ? 2 : 0
    })
  }
}
