import { Args } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { describeCommands } from '../completion/commands.ts'
import { scriptFor, shells } from '../completion/scripts.ts'

/** `ays completion SHELL`: prints the completion script. */
export default class Completion extends AysCommand {
  static override summary = 'Print the completion script of a shell.'
  static override description =
    'bash: ays completion bash > ~/.local/share/bash-completion/completions/ays\nzsh:  ays completion zsh > "$fpath[1]/_ays"\nfish: ays completion fish > ~/.config/fish/completions/ays.fish'
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', options: [...shells], required: true }),
  }
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish | source',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Completion)
    const script = scriptFor(args.shell, describeCommands(this.config.commands))
    this.show(
      flags,
      () => ({ format: 1, shell: args.shell, script }),
      () => script,
    )
    return 0
  }
}
