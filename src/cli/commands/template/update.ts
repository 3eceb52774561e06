import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { onInterrupt } from '../../interrupt.ts'
import { folderFlag } from '../../options.ts'
import { shelvedJson, shelvedView } from '../../views/shelf.ts'

/** `ays template update [NAME]…`: the same sources again. */
export default class TemplateUpdate extends AysCommand {
  static override summary =
    'Fetch templates of others again from where they came, or where ays.yaml says, and pin what is there now.'
  static override description =
    'Where `templates:` of ays.yaml holds one at a source or version, that is fetched, also for the first time; others come from the source and ref of ays.lock.yaml.'
  static override strict = false
  static override args = {
    name: Args.string({
      description: 'Names of templates; default: all of others, here or named in ays.yaml.',
      required: false,
    }),
  }
  static override flags = {
    ...folderFlag,
    force: Flags.boolean({ description: 'Also replace what was changed by hand.' }),
  }
  static override examples = ['<%= config.bin %> template update', '<%= config.bin %> template update web --force']

  async run(): Promise<number> {
    const { argv, flags } = await this.parse(TemplateUpdate)
    const { updateTemplates } = await import('../../../pins/shelf.ts')
    const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
    try {
      const done = await updateTemplates(argv.map(String), {
        folder: flags.folder ?? '.',
        force: flags.force,
        signal: interrupt.signal,
      })
      this.show(
        flags,
        () => shelvedJson(done),
        (terminal) => shelvedView(done, terminal),
      )
      return 0
    } finally {
      interrupt.stop()
    }
  }
}
