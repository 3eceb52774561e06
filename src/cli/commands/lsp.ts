import { Flags } from '@oclif/core'
import { systemClock } from '../../base/clock.ts'
import { AysCommand } from '../command.ts'
import { workspaceFlags } from '../options.ts'

/** `ays lsp`: the language server, which editors start. */
export default class Lsp extends AysCommand {
  static override summary = 'Serve editors over standard input and output (Language Server Protocol).'
  static override description =
    'Completion, hover, go to definition, diagnostics of unsaved text and formatting, in every workspace that the editor has open. No node is contacted and no state is written.'
  static override flags = {
    env: workspaceFlags.env,
    legacy: workspaceFlags.legacy,
    stdio: Flags.boolean({ description: 'How it talks anyway; editors like to say so.' }),
  }
  static override examples = ['<%= config.bin %> lsp', '<%= config.bin %> lsp --env prod']

  async run(): Promise<number> {
    const { flags } = await this.parse(Lsp)
    const { serveLanguage } = await import('../../editor/language-server.ts')
    serveLanguage({
      environment: flags.env,
      legacy: flags.legacy,
      version: this.config.version,
      clock: systemClock,
      input: process.stdin,
      output: process.stdout,
    })
    return await new Promise<never>(() => {
      // The connection ends the process when the editor says exit or goes away.
    })
  }
}
