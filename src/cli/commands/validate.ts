import { Flags } from '@oclif/core'
import { LOCAL } from '../../base/address.ts'
import { isError, type Problem, ProblemsError } from '../../base/problem.ts'
import type { Graph } from '../../engine/graph/graph.ts'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { placeInRepository } from '../repository-place.ts'
import { foldersOf, sourceLineFrom } from '../source-lines.ts'
import { problemsJson } from '../views/json.ts'
import { count } from '../views/plain-text.ts'
import { problemFormats } from '../views/plan-formats.ts'
import { problemsView } from '../views/problems.ts'
import { problemsIn } from '../views/problems-in.ts'

/** `ays validate`: every mistake of every file. */
export default class Validate extends AysCommand {
  static override summary = 'Report every mistake of every blueprint in one go. No node is contacted.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    format: Flags.option({
      description: 'In which form. --json is --format json.',
      options: ['text', ...problemFormats] as const,
      helpGroup: 'OUTPUT',
    })(),
  }
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate --file draft.yaml',
    '<%= config.bin %> validate --json',
    '<%= config.bin %> validate --format sarif > ays.sarif',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Validate)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const { graph, problems } = await workspace.validate()
      if (problems.some(isError)) throw new ProblemsError(problems)
      const format = flags.json ? 'json' : (flags.format ?? 'text')
      if (format !== 'text' && format !== 'json') {
        process.stdout.write(await problemsIn(format, problems, placeInRepository(workspace.root)))
        return 0
      }
      this.show(
        { ...flags, json: format === 'json' },
        () => ({ ...Object(problemsJson(problems)), services: graph.services.size }),
        (terminal) => {
          const sourceLine = sourceLineFrom(foldersOf([workspace.root]))
          return [
            ...(problems.length > 0 ? [problemsView(problems, { ...terminal, sourceLine })] : []),
            fine(graph, problems),
          ].join('\n')
        },
      )
      return 0
    })
  }
}

function fine(graph: Graph, problems: readonly Problem[]): string {
  const services = [...graph.services.values()].filter(
    (service) => service.address !== LOCAL || service.at.file !== 'ays',
  )
  const files = new Set(services.map((service) => service.at.file)).size
  const what =
    services.length === 0
      ? 'Nothing is declared yet'
      : `${count(services.length, 'service')} in ${count(files, 'file')}`
  return `${what}, ${problems.length > 0 ? 'no mistakes' : 'no mistakes found'}.`
}
