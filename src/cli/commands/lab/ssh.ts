import Ssh from '../ssh.ts'

/** `ays lab ssh NODE`: the same as `ays ssh`; a lab node is a node. */
export default class LabSsh extends Ssh {
  static override summary = 'Open a shell on a lab node.'
  static override examples = ['<%= config.bin %> lab ssh n1']
}
