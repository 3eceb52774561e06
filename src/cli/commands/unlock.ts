import { Flags } from '@oclif/core'
import { ProblemsError } from '../../base/problem.ts'
import { AysCommand } from '../command.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { showTime } from '../views/runs.ts'

/** `ays unlock`: clears the lease of an ays that is gone. */
export default class Unlock extends AysCommand {
  static override summary = 'Clear the lease that a dead ays left behind.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    force: Flags.boolean({ description: 'Also from one that is alive. Its nodes refuse it afterwards.' }),
  }
  static override examples = ['<%= config.bin %> unlock', '<%= config.bin %> unlock --force']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Unlock)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) => {
      const { cleared, refused } = workspace.unlock({ force: flags.force })
      if (refused) {
        throw new ProblemsError([
          {
            code: 'LEASE_HELD',
            message: `${refused.who} (pid ${refused.pid} on ${refused.host}) is alive and at work since ${showTime(refused.since)}.`,
            hint: 'End it there, or use --force: its nodes refuse it afterwards.',
          },
        ])
      }
      this.show(
        flags,
        () => ({ format: 1, cleared: cleared ?? null }),
        () =>
          cleared
            ? `Cleared the lease of ${cleared.who} (pid ${cleared.pid} on ${cleared.host}).`
            : 'Nobody holds the lease.',
      )
      return 0
    })
  }
}
