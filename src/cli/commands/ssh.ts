import { spawn } from 'node:child_process'
import { Args } from '@oclif/core'
import { environmentVariables } from '../../base/environment.ts'
import { AysCommand } from '../command.ts'
import { oneNode } from '../nodes.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'

/** `ays ssh NODE`: a shell on a node. */
export default class Ssh extends AysCommand {
  static override summary = 'Open a shell on a node, the way ays reaches it.'
  static override args = { node: Args.string({ description: 'Address or name of the node.', required: true }) }
  static override flags = { ...folderFlag, ...workspaceFlags }
  static override examples = ['<%= config.bin %> ssh n1']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Ssh)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const argv = await workspace.shellCommand(await oneNode(workspace, args.node))
      if (flags.json) {
        this.show(
          flags,
          () => ({ format: 1, argv }),
          () => '',
        )
        return 0
      }
      return await inherit(argv)
    })
  }
}

/** Runs a program on this terminal; gives its exit code. Ctrl-C is the program's. */
export async function inherit([program = '', ...args]: readonly string[]): Promise<number> {
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: 'inherit', env: environmentVariables() })
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 1))
    })
  } finally {
    process.off('SIGINT', ignore)
  }
}
