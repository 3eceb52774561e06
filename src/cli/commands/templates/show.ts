import { Args } from '@oclif/core'
import { ProblemsError } from '../../../base/problem.ts'
import { didYouMean } from '../../../base/suggest.ts'
import { AysCommand } from '../../command.ts'
import { folderFlag, workspaceOptions } from '../../options.ts'
import { templatesHere } from '../../templates-here.ts'
import { templatePage } from '../../views/template-page.ts'

/** `ays templates show NAME`: the reference of one template. */
export default class TemplatesShow extends AysCommand {
  static override summary = 'Show the fields and links of a template.'
  static override args = { name: Args.string({ description: 'Name of the template.', required: true }) }
  static override flags = folderFlag
  static override examples = ['<%= config.bin %> templates show storage_engine']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(TemplatesShow)
    const templates = await templatesHere(workspaceOptions(flags.folder, {}))
    const template = templates.find((one) => one.name === args.name)
    if (!template) {
      const hint =
        didYouMean(
          args.name,
          templates.map((one) => one.name),
        ) ?? '`ays templates` lists them.'
      throw new ProblemsError([{ code: 'TEMPLATE_UNKNOWN', message: `There is no template ${args.name}.`, hint }])
    }
    const { name, summary, description, data, parent, consumes, unbuilt } = template
    this.show(
      flags,
      () => ({ format: 1, name, summary, description, unbuilt, schema: data, parent, consumes }),
      () => templatePage(template),
    )
    return 0
  }
}
