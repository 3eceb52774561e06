import { Args, Flags } from '@oclif/core'
import { tryReadDuration } from '../../base/duration.ts'
import { AysCommand } from '../command.ts'
import { execOnAll, execView } from '../exec-on-all.ts'
import { onInterrupt } from '../interrupt.ts'
import { nodesNamed } from '../nodes.ts'
import { folderFlag, usage, workspaceFlags, workspaceOptions } from '../options.ts'

/** `ays exec 'node/*' -- command`: one command on many nodes. */
export default class Exec extends AysCommand {
  static override summary = 'Run a command on nodes and show what it prints. Nothing is remembered of it.'
  static override description =
    'Words after -- are the program and its arguments; no shell reads them. For one node the exit code is that of the command, for several 1 if any failed.'
  static override args = { nodes: Args.string({ description: 'A node, or a glob such as "node/*".', required: true }) }
  static override strict = false
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    timeout: Flags.string({ description: 'Time until it is ended.', default: '60s', helpValue: 'DURATION' }),
  }
  static override usage = 'exec NODES -- PROGRAM [ARGUMENTS]'
  static override examples = [
    "<%= config.bin %> exec 'node/*' -- uptime",
    "<%= config.bin %> exec n1 -- sh -c 'df -h | head -3'",
  ]

  async run(): Promise<number> {
    const { argv, args, flags } = await this.parse(Exec)
    const command = argv.map(String).slice(1)
    const timeoutMs = tryReadDuration(flags.timeout)
    if (command.length === 0) throw usage('Which command? Write it after --.', "ays exec 'node/*' -- uptime")
    if (timeoutMs === undefined) throw usage(`--timeout ${flags.timeout} is no duration.`, 'Write it like 90s or 5m.')
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const nodes = await nodesNamed(workspace, [args.nodes])
      const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
      try {
        const answers = await execOnAll(workspace, nodes, command, { timeoutMs, signal: interrupt.signal })
        this.show(
          flags,
          () => ({ format: 1, nodes: answers }),
          (terminal) => execView(answers, terminal),
        )
        const codes = answers.map((answer) => answer.code ?? 1)
        return codes.length === 1 ? (codes[0] ?? 1) : Number(codes.some((code) => code !== 0))
      } finally {
        interrupt.stop()
      }
    })
  }
}
