import { Args } from '@oclif/core'
import { createWorkspace } from '../../new-workspace.ts'
import { AysCommand } from '../command.ts'

/** `ays init`: makes a workspace. */
export default class Init extends AysCommand {
  static override summary = 'Make a workspace: ays.yaml and a folder for blueprints.'
  static override args = { folder: Args.string({ description: 'Where; default: here.', default: '.' }) }
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init my-machines']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Init)
    const made = await createWorkspace(args.folder)
    this.show(
      flags,
      () => ({ format: 1, ...made }),
      () => {
        if (made.written.length === 0) return `${made.root} is a workspace already.`
        return [
          `Made a workspace in ${made.root}:`,
          ...made.written.map((file) => `  ${file}`),
          '',
          'Next: write blueprints/main.yaml, then `ays plan`. `ays templates` lists what can be declared.',
        ].join('\n')
      },
    )
    return 0
  }
}
