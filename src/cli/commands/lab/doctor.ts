import { AysCommand } from '../../command.ts'
import { checksView } from '../../views/checks.ts'

/** `ays lab doctor`: can this machine carry lab nodes. */
export default class LabDoctor extends AysCommand {
  static override summary = 'Look for what lab nodes need on this machine.'
  static override examples = ['<%= config.bin %> lab doctor']

  async run(): Promise<number> {
    const { flags } = await this.parse(LabDoctor)
    const { labDoctor } = await import('../../../lab/doctor.ts')
    const checks = await labDoctor()
    this.show(
      flags,
      () => ({ format: 1, checks }),
      (terminal) =>
        checksView(
          checks.map(({ check, ok, found, how, needed }) => ({
            name: check,
            state: ok ? 'ok' : needed ? 'error' : 'warning',
            what: found,
            ...(how === '' ? {} : { hint: how }),
          })),
          terminal,
        ),
    )
    return Number(checks.some((check) => check.needed && !check.ok))
  }
}
