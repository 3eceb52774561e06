import { Args, Flags } from '@oclif/core'
import { tryReadDuration } from '../../base/duration.ts'
import { AysCommand } from '../command.ts'
import { folderFlag, usage, workspaceFlags, workspaceOptions } from '../options.ts'
import { askedLine, cancelJson, cancelView } from '../views/cancel.ts'

const WAIT_MS = 600_000

/** `ays cancel`: ends what another ays does here. */
export default class Cancel extends AysCommand {
  static override summary = 'End what another ays does in this workspace and environment.'
  static override description =
    'As Ctrl-C once in its terminal: nothing new starts, and what runs is finished. With --now as Ctrl-C twice: what runs on the nodes is ended. The run ends as cancelled and says by whom. `ays watch` goes on, and leaves what was cancelled until something changes.\n\nWith --service only these services: their next attempts are called off, and what runs of them is finished or, with --now, ended. What a killed ays left running on nodes is ended by --now.\n\nExit code 0: nothing that was meant goes on. 1: it does.'
  static override args = { run: Args.integer({ description: 'Only this run; default: the one that goes on.', min: 1 }) }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    now: Flags.boolean({ description: 'End what runs on the nodes, instead of letting it finish.' }),
    service: Flags.string({
      char: 's',
      description: 'Only these services: addresses or globs. Repeat for more.',
      helpValue: 'ADDRESS',
      multiple: true,
      multipleNonGreedy: true,
    }),
    wait: Flags.boolean({
      description: 'Wait for the end, and print what became of it.',
      default: true,
      allowNo: true,
    }),
    timeout: Flags.custom<number>({
      description: 'How long to wait; default: 10m.',
      helpValue: 'TIME',
      parse: async (text) => readTime(text),
    })(),
  }
  static override examples = [
    '<%= config.bin %> cancel',
    '<%= config.bin %> cancel 12 --now',
    '<%= config.bin %> cancel --service storage_engine/cache',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Cancel)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const cancelled = await workspace.cancel({
        ...(args.run === undefined ? {} : { run: args.run }),
        ...(flags.service ? { services: flags.service } : {}),
        how: flags.now ? 'now' : 'finish',
        waitMs: flags.wait ? (flags.timeout ?? WAIT_MS) : 0,
        onAsked: (holder, run) => process.stderr.write(`${askedLine(holder, run)}\n`),
      })
      this.show(
        flags,
        () => cancelJson(cancelled),
        () => cancelView(cancelled),
      )
      return cancelled.state === 'going on' || cancelled.state === 'left behind' ? 1 : 0
    })
  }
}

function readTime(text: string): number {
  const ms = tryReadDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw usage(`--timeout ${text} is no time.`, 'Write 30 (seconds), 5m or 1h.')
}
