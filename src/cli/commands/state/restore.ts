import { Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { confirm } from '../../confirm.ts'
import { folderFlag } from '../../options.ts'
import { backupArg, stateFilesOf, stateFlags } from '../../state-files.ts'
import { contentOf } from '../../views/state.ts'

/** `ays state restore FILE`: a backup in the place of a state that is damaged or gone. */
export default class StateRestore extends AysCommand {
  static override summary = 'Put a backup in the place of the state. The state that stands there is kept beside it.'
  static override description =
    'The backup is verified first. It is refused while an ays is at work on the state, and where the key is another one. What was applied after the backup is not in it: the next plan looks at the nodes, and what it then shows as claimed or there already can be adopted with `ays import`. Runs and fences go on with higher numbers, so that nodes take no job for one of before.'
  static override args = backupArg
  static override flags = {
    ...stateFlags,
    ...folderFlag,
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  }
  static override examples = ['<%= config.bin %> state restore ~/backups/shop-2026-03-01.db']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(StateRestore)
    const state = stateFilesOf(flags.folder, flags)
    const content = contentOf(state.readBackup(args.file))
    if (!flags.yes)
      await confirm(`Put ${content} in the place of the state of ${state.environment}?`, this.terminal(flags))
    const { check, aside } = state.restore(args.file)
    this.show(
      flags,
      () => ({ format: 1, aside: aside ?? null, ...check }),
      () => `Restored: ${content}.${aside === undefined ? '' : ` What stood there is kept in ${aside}.`}`,
    )
    return 0
  }
}
