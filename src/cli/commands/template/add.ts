import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { onInterrupt } from '../../interrupt.ts'
import { folderFlag } from '../../options.ts'
import { shelvedJson, shelvedView } from '../../views/shelf.ts'

/** `ays template add SOURCE`: templates of others, fetched and pinned. */
export default class TemplateAdd extends AysCommand {
  static override summary = 'Fetch templates of others into templates/ and pin them in ays.lock.yaml.'
  static override description =
    'The source is a git repository, fetched with your own git, or a folder. Its templates are the source itself, the folders in its templates/, or the folders directly in it. What is fetched is pinned by commit and by a digest of all files; from then on files that do not fit are refused. A template may be code, which runs with your rights: read it before you plan with it.'
  static override args = {
    source: Args.string({ description: 'Git URL or folder, and after # a branch, tag or commit.', required: true }),
  }
  static override flags = {
    ...folderFlag,
    only: Flags.string({
      description: 'This template of the source and no other. Repeat for more.',
      helpValue: 'NAME',
      multipleNonGreedy: true,
      multiple: true,
    }),
  }
  static override examples = [
    '<%= config.bin %> template add https://example.org/templates.git#v1.2',
    '<%= config.bin %> template add ../shared/templates --only web',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(TemplateAdd)
    const { addTemplates } = await import('../../../pins/shelf.ts')
    const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
    try {
      const done = await addTemplates(args.source, {
        folder: flags.folder ?? '.',
        here: '.',
        signal: interrupt.signal,
        ...(flags.only ? { names: flags.only } : {}),
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
