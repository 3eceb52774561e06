/** What the host of `--at` is asked: which command, with what, and where the state is. */

export interface AtRequest {
  /** Of the ays that asks; the host's has to be the same. */
  readonly version: string
  /** The words after `ays`. */
  readonly args: readonly string[]
  /** Where in the workspace the command runs, from its root; '' is the root. */
  readonly cwd: string
  /** `workspace:` of ays.yaml. */
  readonly workspace: string | undefined
  /** The folder of the workspace on the host whose `.ays` is the state; absent: `~/ays/<workspace>`. */
  readonly folder: string | undefined
  /** Values of the variables that ays.yaml names, secrets among them. */
  readonly env: Readonly<Record<string, string>>
  /** Files that the command writes and that are to come back, from the workspace's root. */
  readonly returns: readonly string[]
  readonly commit: string | undefined
  readonly color: boolean
  readonly columns: number
  /** Somebody can be asked. */
  readonly ask: boolean
}
