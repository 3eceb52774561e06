import { Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { confirm } from '../../confirm.ts'
import { labWork, needRoot } from '../../lab-nodes.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../../options.ts'

/** `ays lab down`: takes the whole lab away. */
export default class LabDown extends AysCommand {
  static override summary = 'Take away all lab nodes of this workspace and their network, whatever state they are in.'
  static override description =
    'What ays remembers of them stays: the next plan finds them gone. `ays destroy` is the orderly way.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    all: Flags.boolean({ description: 'Those of every workspace on this machine.' }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  }
  static override examples = ['<%= config.bin %> lab down', '<%= config.bin %> lab down --all --yes']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(LabDown)
    needRoot()
    const { listLabs } = await import('../../../lab/lab.ts')
    const { labDown } = await import('../../../lab/down.ts')
    const tags = flags.all
      ? await listLabs()
      : [await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => workspace.identity.tag)]
    if (!flags.yes)
      await confirm(
        flags.all
          ? `Take away all labs of this machine (${tags.length})?`
          : 'Take away all lab nodes of this workspace?',
        this.terminal(flags),
      )
    const gone: { tag: string; things: readonly string[] }[] = []
    for (const tag of tags) gone.push({ tag, things: await labWork(() => labDown(tag)) })
    const words = gone.flatMap((one) => one.things)
    this.show(
      flags,
      () => ({ format: 1, gone }),
      () => (words.length > 0 ? `Gone: ${words.join(', ')}.` : 'There was nothing.'),
    )
    return 0
  }
}
