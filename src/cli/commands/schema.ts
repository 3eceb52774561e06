import { Flags } from '@oclif/core'
import { isError } from '../../base/problem.ts'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'

/** `ays schema`: what editors need to know of this workspace's blueprints. */
export default class SchemaCommand extends AysCommand {
  static override summary = 'Print a JSON Schema of the blueprints: every template and field, and the names that exist.'
  static override description =
    `For yaml-language-server, put this on the first line of a blueprint, or the same into the editor's settings:
  # yaml-language-server: $schema=../.ays/schema.json
\`ays lsp\` needs no schema: it reads the blueprints themselves.`
  static override args = folderArg
  static override flags = {
    env: workspaceFlags.env,
    var: workspaceFlags.var,
    legacy: workspaceFlags.legacy,
    of: Flags.string({
      description: 'Of what.',
      options: ['blueprints', 'workspace'],
      default: 'blueprints',
      helpValue: '<blueprints|workspace>',
    }),
    out: Flags.string({ char: 'o', description: 'Write it to this file.', helpValue: 'FILE' }),
  }
  static override examples = [
    '<%= config.bin %> schema --out .ays/schema.json',
    '<%= config.bin %> schema --of workspace --out .ays/workspace-schema.json',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(SchemaCommand)
    const schema = flags.of === 'workspace' ? await workspaceFileSchema() : await this.#blueprints(args.folder, flags)
    const json = `${JSON.stringify(schema, null, 2)}\n`
    if (flags.out === undefined) process.stdout.write(json)
    else (await import('../../editor/write-text.ts')).writeText(flags.out, json)
    return 0
  }

  async #blueprints(folder: string | undefined, flags: Parameters<typeof workspaceOptions>[1]): Promise<unknown> {
    const { blueprintSchema } = await import('../../editor/blueprint-schema.ts')
    return await this.inWorkspace(workspaceOptions(folder, flags), async (workspace) => {
      // A mistake in a blueprint keeps its own names away, and nothing else: a schema is wanted most while there are some.
      const { graph, problems } = await workspace.validate()
      const errors = problems.filter(isError).length
      if (errors > 0)
        process.stderr.write(
          `The blueprints hold ${errors === 1 ? 'a mistake' : `${errors} mistakes`}; some names may be missing.\n`,
        )
      const templates = new Map(workspace.templates().map((template) => [template.name, template]))
      const known = { templates, services: graph.services, vars: {}, env: [], secrets: [] }
      return blueprintSchema(known, { legacy: flags.legacy ?? false })
    })
  }
}

async function workspaceFileSchema(): Promise<unknown> {
  const { workspaceSchema } = await import('../../engine/blueprint/workspace-schema.ts')
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'ays.yaml', ...workspaceSchema }
}
