import { Args } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { labNodeNamed } from '../../lab-nodes.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../../options.ts'
import { safeLines } from '../../views/plain-text.ts'

/** `ays lab logs NODE`: what a lab node's first process said. */
export default class LabLogs extends AysCommand {
  static override summary = "Show what a lab node's first process said; the last 64 KiB."
  static override args = { node: Args.string({ description: 'Name of the lab node.', required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags }
  static override examples = ['<%= config.bin %> lab logs n1']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(LabLogs)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const { slug } = await labNodeNamed(workspace, args.node)
      const { readLabLog } = await import('../../../lab/lab.ts')
      const log = await readLabLog(workspace.identity.tag, slug)
      this.show(
        flags,
        () => ({ format: 1, node: slug, log }),
        () => safeLines(log).join('\n'),
      )
      return 0
    })
  }
}
