import { Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { describeCommands } from '../completion/commands.ts'

/** `ays docs`: writes the pages that are made from the code. */
export default class Docs extends AysCommand {
  static override summary = 'Write docs/errors.md, docs/commands.md and docs/templates/ from the code.'
  static override hidden = true
  static override flags = { out: Flags.string({ description: 'Folder of the docs.', default: 'docs' }) }

  async run(): Promise<number> {
    const { flags } = await this.parse(Docs)
    const { writeDocs } = await import('../write-docs.ts')
    const written = await writeDocs(flags.out, describeCommands(this.config.commands))
    this.show(
      flags,
      () => ({ format: 1, written }),
      () => written.join('\n'),
    )
    return 0
  }
}
