import { AysCommand } from '../../command.ts'
import { folderArg } from '../../options.ts'
import { shelfJson, shelfView } from '../../views/shelf.ts'

/** `ays template list`: what is in templates/, and where it came from. */
export default class TemplateList extends AysCommand {
  static override summary = "List the workspace's own templates and those of others, and whether these are as pinned."
  static override description = 'Exit code 1: one is not as ays.lock.yaml pins it.'
  static override args = folderArg
  static override examples = ['<%= config.bin %> template list']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(TemplateList)
    const { listTemplates } = await import('../../../pins/shelf.ts')
    const shelf = listTemplates(args.folder ?? '.')
    this.show(
      flags,
      () => shelfJson(shelf),
      (terminal) => shelfView(shelf, terminal),
    )
    return shelf.pins.every((one) => one.state === 'as pinned') ? 0 : 1
  }
}
