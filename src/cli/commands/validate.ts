import { LOCAL } from '../../base/address.ts'
import { isError, type Problem, ProblemsError } from '../../base/problem.ts'
import type { Graph } from '../../engine/graph/graph.ts'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { foldersOf, sourceLineFrom } from '../source-lines.ts'
import { problemsJson } from '../views/json.ts'
import { count } from '../views/plain-text.ts'
import { problemsView } from '../views/problems.ts'

/** `ays validate`: every mistake of every file. */
export default class Validate extends AysCommand {
  static override summary = 'Report every mistake of every blueprint in one go. No node is contacted.'
  static override args = folderArg
  static override flags = workspaceFlags
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate --file draft.yaml',
    '<%= config.bin %> validate --json',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Validate)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const { graph, problems } = await workspace.validate()
      if (problems.some(isError)) throw new ProblemsError(problems)
      this.show(
        flags,
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
