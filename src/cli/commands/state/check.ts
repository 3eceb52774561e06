import { ProblemsError } from '../../../base/problem.ts'
import { AysCommand } from '../../command.ts'
import { folderArg } from '../../options.ts'
import { stateFilesOf, stateFlags } from '../../state-files.ts'
import { stateCheckView } from '../../views/state.ts'

/** `ays state check`: everything that can be verified of the state. */
export default class StateCheckCommand extends AysCommand {
  static override summary =
    'Verify the state: its pages, the chain of its commits up to the head, the digest of every row.'
  static override description =
    'Nothing is written, and a state that is too damaged to be opened is checked as well. The exit code is 0 when it is as it was written, and 1 when it is not: `ays state restore` puts a backup in its place, `ays state recover` builds a lost one anew.'
  static override args = folderArg
  static override flags = stateFlags
  static override examples = ['<%= config.bin %> state check', '<%= config.bin %> state check --env prod --json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(StateCheckCommand)
    const check = stateFilesOf(args.folder, flags).check()
    const sound = check.problems.length === 0
    if (!sound && !flags.json) throw new ProblemsError(check.problems)
    this.show(
      flags,
      () => ({ format: 1, sound, ...check }),
      () => stateCheckView(check),
    )
    return sound ? 0 : 1
  }
}
