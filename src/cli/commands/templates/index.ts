import { AysCommand } from '../../command.ts'
import { folderArg, workspaceOptions } from '../../options.ts'
import { templatesHere } from '../../templates-here.ts'
import { sorted, templatesView } from '../../views/template-page.ts'

/** `ays templates`: what can be declared. */
export default class Templates extends AysCommand {
  static override summary = 'List the templates: what can be declared.'
  static override args = folderArg
  static override examples = ['<%= config.bin %> templates', '<%= config.bin %> templates show storage_engine']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Templates)
    const templates = await templatesHere(workspaceOptions(args.folder, {}))
    this.show(
      flags,
      () => ({
        format: 1,
        templates: sorted(templates).map(({ name, summary, unbuilt }) => ({
          name,
          summary,
          ...(unbuilt ? { unbuilt } : {}),
        })),
      }),
      (terminal) => templatesView(templates, terminal),
    )
    return 0
  }
}
