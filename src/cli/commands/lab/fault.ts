import { Args, Flags } from '@oclif/core'
import type { LabFault } from '../../../lab/faults.ts'
import { AysCommand } from '../../command.ts'
import { labNodeNamed, labWork } from '../../lab-nodes.ts'
import { folderFlag, usage, workspaceFlags, workspaceOptions } from '../../options.ts'

const kinds: readonly LabFault[] = ['cut', 'loss', 'slow', 'freeze', 'crash']

/** oclif has checked the options already; this only gives the word its type. */
async function parse(word: string): Promise<LabFault> {
  const kind = kinds.find((one) => one === word)
  if (kind === undefined) throw usage(`There is no fault ${word}.`, `There are ${kinds.join(', ')}.`)
  return kind
}

/** `ays lab fault NODE KIND`: breaks a lab node. */
export default class LabFaultCommand extends AysCommand {
  static override summary = 'Break a lab node, to see what ays makes of it.'
  static override description =
    'cut: its cable is out. loss: a part of all frames is lost. slow: 1 Mbit/s. freeze: it stops and knows nothing of it. crash: its power goes; the next apply starts it.'
  static override args = {
    node: Args.string({ description: 'Name of the lab node.', required: true }),
    kind: Args.custom<LabFault>({ description: 'What breaks.', options: [...kinds], parse })({ required: true }),
  }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    loss: Flags.integer({
      description: 'Percent of frames that loss loses.',
      default: 30,
      min: 1,
      max: 100,
      helpValue: 'PERCENT',
    }),
  }
  static override examples = [
    '<%= config.bin %> lab fault n1 cut',
    '<%= config.bin %> lab fault n1 loss --loss 50',
    '<%= config.bin %> lab heal n1',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(LabFaultCommand)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const { slug } = await labNodeNamed(workspace, args.node)
      const { fault } = await import('../../../lab/faults.ts')
      await labWork(() => fault({ tag: workspace.identity.tag, slug }, args.kind, { lossPercent: flags.loss }))
      this.show(
        flags,
        () => ({ format: 1, node: slug, fault: args.kind }),
        () =>
          `${slug}: ${args.kind}. ${args.kind === 'crash' ? '`ays apply` starts it again.' : `\`ays lab heal ${slug}\` mends it.`}`,
      )
      return 0
    })
  }
}
