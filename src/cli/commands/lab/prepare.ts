import { Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { confirm } from '../../confirm.ts'
import { onInterrupt } from '../../interrupt.ts'
import { needRoot } from '../../lab-nodes.ts'
import { oneLine } from '../../views/plain-text.ts'

/** `ays lab prepare`: installs what lab nodes need. */
export default class LabPrepare extends AysCommand {
  static override summary = "Install what lab nodes need, through this machine's own apt."
  static override flags = { yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }) }
  static override examples = ['<%= config.bin %> lab prepare', '<%= config.bin %> lab prepare --yes']

  async run(): Promise<number> {
    const { flags } = await this.parse(LabPrepare)
    needRoot()
    const { LAB_DEBIAN_PACKAGES, labDoctor, prepareLab } = await import('../../../lab/doctor.ts')
    const missing = (await labDoctor()).filter((check) => check.needed && !check.ok)
    if (missing.length > 0 && !flags.yes) {
      await confirm(`Install what is missing of ${LAB_DEBIAN_PACKAGES.join(', ')}?`, this.terminal(flags))
    }
    const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
    try {
      const code = await prepareLab({
        onLine: (line) => process.stderr.write(`${oneLine(line)}\n`),
        signal: interrupt.signal,
      })
      const left = (await labDoctor()).filter((check) => check.needed && !check.ok)
      this.show(
        flags,
        () => ({ format: 1, code, missing: left }),
        () =>
          left.length === 0
            ? 'Lab nodes can be made here.'
            : `Still missing: ${left.map((check) => `${check.check} (${check.found})`).join(', ')}. \`ays lab doctor\` says more.`,
      )
      return Number(code !== 0 || left.length > 0)
    } finally {
      interrupt.stop()
    }
  }
}
