import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { folderFlag } from '../../options.ts'
import { shelvedJson, shelvedView } from '../../views/shelf.ts'

/** `ays template remove NAME…`: templates of others, away again. */
export default class TemplateRemove extends AysCommand {
  static override summary = 'Take templates of others away, with their pins.'
  static override strict = false
  static override args = { name: Args.string({ description: 'Names of templates.', required: true }) }
  static override flags = {
    ...folderFlag,
    force: Flags.boolean({ description: 'Also what was changed by hand.', exclusive: ['keep'] }),
    keep: Flags.boolean({ description: 'Leave the files: the template is your own from now on.' }),
  }
  static override examples = ['<%= config.bin %> template remove web', '<%= config.bin %> template remove web --keep']

  async run(): Promise<number> {
    const { argv, flags } = await this.parse(TemplateRemove)
    const { removeTemplates } = await import('../../../pins/shelf.ts')
    const done = removeTemplates(argv.map(String), {
      folder: flags.folder ?? '.',
      force: flags.force,
      keep: flags.keep,
    })
    this.show(
      flags,
      () => shelvedJson(done),
      (terminal) => shelvedView(done, terminal),
    )
    return 0
  }
}
