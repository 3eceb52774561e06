import Exec from '../exec.ts'

/** `ays lab exec NODES -- command`: the same as `ays exec`; a lab node is a node. */
export default class LabExec extends Exec {
  static override summary = 'Run a command on lab nodes.'
  static override usage = 'lab exec NODES -- PROGRAM [ARGUMENTS]'
  static override examples = ["<%= config.bin %> lab exec 'node/*' -- systemctl is-system-running"]
}
