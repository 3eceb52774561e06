import { Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { validGraph } from '../valid-graph.ts'
import { graphDot, graphJson, graphMermaid, graphSvg, graphTree } from '../views/graph.ts'

/** `ays graph`: what needs what. */
export default class GraphCommand extends AysCommand {
  static override summary = 'Draw which service lives on which and needs which.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    format: Flags.option({
      description: 'How it is drawn.',
      options: ['tree', 'mermaid', 'dot', 'svg'] as const,
      default: 'tree' as const,
    })(),
  }
  static override examples = [
    '<%= config.bin %> graph',
    '<%= config.bin %> graph --format svg > graph.svg',
    '<%= config.bin %> graph --format mermaid >> README.md',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(GraphCommand)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const graph = await validGraph(workspace)
      const svg = flags.format === 'svg' && !flags.json ? await graphSvg(graph) : ''
      this.show(
        flags,
        () => graphJson(graph),
        (terminal) => {
          switch (flags.format) {
            case 'tree':
              return graphTree(graph, terminal)
            case 'mermaid':
              return graphMermaid(graph)
            case 'dot':
              return graphDot(graph)
            case 'svg':
              return svg
          }
        },
      )
      return 0
    })
  }
}
