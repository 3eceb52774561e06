import { Args } from '@oclif/core'
import { createTemplate } from '../../../new-template.ts'
import { AysCommand } from '../../command.ts'
import { folderFlag } from '../../options.ts'

/** `ays template new NAME`: a template of one's own to begin with. */
export default class TemplateNew extends AysCommand {
  static override summary = 'Make a template of your own: its code, its page, and a test that passes at once.'
  static override description =
    'It is TypeScript where Node reads that by itself (22.18 and newer), else JavaScript. A composition of other templates needs no code: a templates/NAME/template.yaml is one.'
  static override args = { name: Args.string({ description: 'Its name, such as web.static.', required: true }) }
  static override flags = folderFlag
  static override examples = ['<%= config.bin %> template new web', '<%= config.bin %> test --filter web']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(TemplateNew)
    const made = createTemplate(args.name, flags.folder ?? '.')
    this.show(
      flags,
      () => ({ format: 1, ...made }),
      () =>
        [
          `Made the template ${args.name} in ${made.root}:`,
          ...made.written.map((file) => `  ${file}`),
          '',
          `Next: \`ays test --filter ${args.name}\` runs its tests; \`ays templates show ${args.name}\` shows its page.`,
        ].join('\n'),
    )
    return 0
  }
}
