import { Args } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'

/** `ays complete KIND`: what a completion script asks for; one word a line, and never an error. */
export default class Complete extends AysCommand {
  static override summary = 'Addresses, nodes or templates of the workspace, for completion scripts.'
  static override hidden = true
  static override args = { kind: Args.string({ options: ['addresses', 'nodes', 'templates'], required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags }

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Complete)
    const words = await this.words(args.kind, workspaceOptions(flags.folder, flags)).catch(() => [])
    this.show(
      flags,
      () => words,
      () => words.join('\n'),
    )
    return 0
  }

  /** While somebody presses Tab, a broken blueprint offers nothing; `ays validate` says why. */
  private async words(kind: string, options: ReturnType<typeof workspaceOptions>): Promise<readonly string[]> {
    return await this.inWorkspace(options, async (workspace) => {
      if (kind === 'templates') return workspace.templates().map((template) => template.name)
      const declared = await workspace.validate().then(
        ({ graph }) => graph.order,
        () => [],
      )
      const all = [...new Set<string>([...declared, ...workspace.memory().services.keys()])].sort()
      return kind === 'nodes' ? all.filter((address) => address.startsWith('node/')) : all
    })
  }
}
