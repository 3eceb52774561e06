import { AysCommand } from '../../command.ts'
import { folderFlag } from '../../options.ts'
import { backupArg, stateFilesOf, stateFlags } from '../../state-files.ts'
import { contentOf } from '../../views/state.ts'

/** `ays state backup FILE`: a consistent copy, also while an apply runs. */
export default class StateBackup extends AysCommand {
  static override summary = 'Copy the state into one file, also while an apply runs, and verify the copy.'
  static override description =
    'The file holds the state as it was at one instant. The key that seals secrets goes into FILE.key beside it: keep that one as a secret. Both are readable for you alone, and nothing is written over.'
  static override args = backupArg
  static override flags = { ...stateFlags, ...folderFlag }
  static override examples = ['<%= config.bin %> state backup ~/backups/shop-2026-03-01.db']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(StateBackup)
    const check = stateFilesOf(flags.folder, flags).backup(args.file)
    this.show(
      flags,
      () => ({ format: 1, key: `${check.file}.key`, ...check }),
      () =>
        `Wrote ${check.file} (${contentOf(check)}) and verified it. Its key is in ${check.file}.key: keep it secret.`,
    )
    return 0
  }
}
