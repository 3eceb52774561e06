import { Args } from '@oclif/core'
import { tryReadAddress } from '../../base/address.ts'
import { plain } from '../../base/json.ts'
import { ProblemsError } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { AysCommand } from '../command.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'
import { validGraph } from '../valid-graph.ts'
import { serviceDetails, serviceView } from '../views/service.ts'

/** `ays show ADDRESS`: everything known of one service. */
export default class Show extends AysCommand {
  static override summary = 'Show what is declared and what is remembered of one service.'
  static override args = { address: Args.string({ description: 'role/name', required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags }
  static override examples = ['<%= config.bin %> show storage_engine/cache', '<%= config.bin %> show "node!n1" --json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Show)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const graph = await validGraph(workspace)
      const memory = workspace.memory()
      const address = tryReadAddress(args.address)
      const known = [...new Set([...graph.services.keys(), ...memory.services.keys()])]
      if (address === undefined || !known.includes(address)) {
        const hint = didYouMean(args.address, known)
        throw new ProblemsError([
          {
            code: 'TARGET_UNKNOWN',
            message: `No service ${args.address} is declared or remembered.`,
            ...(hint === undefined ? {} : { hint }),
          },
        ])
      }
      const details = serviceDetails(address, graph, memory)
      this.show(
        flags,
        () => ({ format: 1, ...Object(plain(details)) }),
        (terminal) => serviceView(details, terminal),
      )
      return 0
    })
  }
}
