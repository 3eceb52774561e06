import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { checksView } from '../views/checks.ts'

/** `ays doctor`: is everything here that ays needs. */
export default class Doctor extends AysCommand {
  static override summary = 'Look for what ays needs on this machine, and say what is missing.'
  static override args = folderArg
  static override flags = workspaceFlags
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> lab doctor']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Doctor)
    const { checkMachine } = await import('../../doctor.ts')
    const { openWorkspace } = await import('../../workspace.ts')
    const checks = await checkMachine(() => openWorkspace(workspaceOptions(args.folder, flags)))
    this.show(
      flags,
      () => ({ format: 1, checks }),
      (terminal) => checksView(checks, terminal),
    )
    return Number(checks.some((check) => check.state === 'error'))
  }
}
