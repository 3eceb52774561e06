import { Args } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { labNodeNamed, labWork } from '../../lab-nodes.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../../options.ts'

/** `ays lab heal NODE`: mends the faults of a lab node. */
export default class LabHeal extends AysCommand {
  static override summary = 'Mend all faults of a lab node but a crash; that is drift, and apply starts it.'
  static override args = { node: Args.string({ description: 'Name of the lab node.', required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags }
  static override examples = ['<%= config.bin %> lab heal n1']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(LabHeal)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const { slug, faults } = await labNodeNamed(workspace, args.node)
      const { heal } = await import('../../../lab/faults.ts')
      await labWork(() => heal({ tag: workspace.identity.tag, slug }))
      this.show(
        flags,
        () => ({ format: 1, node: slug, healed: faults }),
        () => `${slug}: ${faults.length > 0 ? `mended ${faults.join(', ')}` : 'nothing was broken'}.`,
      )
      return 0
    })
  }
}
