/** The graph of a workspace whose blueprints hold no mistake. */
import { throwProblems } from '../base/problem.ts'
import type { Graph } from '../engine/graph/graph.ts'
import type { Workspace } from '../workspace.ts'

/** Throws ProblemsError with every mistake. */
export async function validGraph(workspace: Workspace): Promise<Graph> {
  const { graph, problems } = await workspace.validate()
  throwProblems(problems)
  return graph
}
