import { Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { needRoot } from '../../lab-nodes.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../../options.ts'
import { labsView } from '../../views/lab.ts'

/** `ays lab list`: the lab nodes that are here. */
export default class LabList extends AysCommand {
  static override summary = 'List the lab nodes of this workspace, or of all on this machine.'
  static override args = folderArg
  static override flags = { ...workspaceFlags, all: Flags.boolean({ description: 'Those of every workspace.' }) }
  static override examples = ['<%= config.bin %> lab list', '<%= config.bin %> lab list --all']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(LabList)
    needRoot()
    const { listLabNodes, listLabs } = await import('../../../lab/lab.ts')
    const tags = flags.all
      ? await listLabs()
      : [await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => workspace.identity.tag)]
    const labs = await Promise.all(tags.map(async (tag) => ({ tag, nodes: await listLabNodes(tag) })))
    this.show(
      flags,
      () => ({ format: 1, labs }),
      (terminal) => labsView(labs, terminal),
    )
    return 0
  }
}
