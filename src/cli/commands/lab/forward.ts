import { once } from 'node:events'
import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { onInterrupt } from '../../interrupt.ts'
import { labNodeNamed } from '../../lab-nodes.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../../options.ts'

/** `ays lab forward NODE PORT`: a lab node's port on this machine. */
export default class LabForward extends AysCommand {
  static override summary = 'Open a port on 127.0.0.1 that leads to a port of a lab node, until Ctrl-C.'
  static override args = {
    node: Args.string({ description: 'Name of the lab node.', required: true }),
    port: Args.integer({ description: 'Port on the node.', required: true, min: 1, max: 65_535 }),
  }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    local: Flags.integer({
      description: 'Port here; default: any free one.',
      min: 0,
      max: 65_535,
      default: 0,
      helpValue: 'PORT',
    }),
  }
  static override examples = [
    '<%= config.bin %> lab forward n1 80',
    '<%= config.bin %> lab forward n1 6379 --local 6379',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(LabForward)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const { slug, address } = await labNodeNamed(workspace, args.node)
      const { forward } = await import('../../../lab/forward.ts')
      const interrupt = onInterrupt(() => undefined)
      const open = await forward(
        { tag: workspace.identity.tag, address, port: args.port, localPort: flags.local },
        interrupt.signal,
      )
      this.show(
        flags,
        () => ({ format: 1, node: slug, port: open.port }),
        () => `127.0.0.1:${open.port} leads to ${slug}:${args.port}. Ctrl-C ends it.`,
      )
      try {
        if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort')
        return 0
      } finally {
        interrupt.stop()
        await open.close()
      }
    })
  }
}
