import { AysCommand } from '../../command.ts'
import { folderArg } from '../../options.ts'
import { stateFilesOf, stateFlags } from '../../state-files.ts'
import { showJson } from '../../views/json.ts'

/** `ays state export`: what is remembered, as JSON without secrets. */
export default class StateExport extends AysCommand {
  static override summary =
    'Print what is remembered as JSON, without secrets: services, things, nodes, choices, runs, events.'
  static override description =
    'docs/state.md says what is in it. It is for other programs to read and cannot be put back: `ays state backup` makes what can.'
  static override args = folderArg
  static override flags = stateFlags
  static override examples = ['<%= config.bin %> state export > state.json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(StateExport)
    process.stdout.write(`${showJson(stateFilesOf(args.folder, flags).export())}\n`)
    return 0
  }
}
