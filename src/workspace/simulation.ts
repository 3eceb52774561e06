/** A workspace on paper: what stands in the place of nodes, state, environment and secrets when blueprints are tested. */
import type { Address } from '../base/address.ts'
import type { SourceFile } from '../engine/blueprint/read-yaml.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { Connection } from '../engine/connection.ts'

export type SimulatedConnection = Extract<Connection, { road: 'sim' }>

/** Nothing real is read but the workspace's files, and nothing real is touched. */
export interface Simulation {
  /** Where state and simulated nodes lie, instead of the workspace's `.ays/`. */
  readonly folder: string
  /** Every node, the controller's own included; `own` is how its template would have it reached. */
  node(node: Address, own: Connection): SimulatedConnection
  /** Instead of the environment's variables. */
  env(name: string): string | undefined
  /** Instead of the sources of a secret that the workspace declares. */
  secret(name: string): string | undefined
  /** Instead of the blueprints of the folder. */
  readonly blueprint?: SourceFile
  /** Instead of the files of the folder that `${file(…)}` reads. */
  readonly readFile?: (path: string) => { readonly text: string } | { readonly reason: string }
  /** What counts of ays.yaml; absent: all that it says. */
  readonly settings?: (given: WorkspaceFile) => WorkspaceFile
}
