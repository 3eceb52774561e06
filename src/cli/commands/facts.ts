import { Args } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { oneNode } from '../nodes.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'
import { factsView } from '../views/facts.ts'

/** `ays facts NODE`: what a node is. */
export default class FactsCommand extends AysCommand {
  static override summary = 'Ask a node what it is: system, processors, memory, addresses, disks, claims.'
  static override args = { node: Args.string({ description: 'Address or name of the node.', required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags }
  static override examples = ['<%= config.bin %> facts n1', '<%= config.bin %> facts node/local --json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(FactsCommand)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const node = await oneNode(workspace, args.node)
      const facts = await workspace.facts(node)
      this.show(
        flags,
        () => ({ format: 1, node, facts }),
        (terminal) => factsView(node, facts, terminal),
      )
      return 0
    })
  }
}
