/** Where the text of a workspace's files comes from, when it is not the disk alone. */
import type { readYaml } from '../engine/blueprint/read-yaml.ts'

/** What an editor knows better than the disk. */
export interface Sources {
  /** Text that is not saved yet, by absolute path; it counts instead of the file, also where there is none yet. */
  readonly unsaved: ReadonlyMap<string, string>
  /** Reads the YAML of blueprints; an editor remembers what did not change. */
  readonly readYaml: typeof readYaml
}
