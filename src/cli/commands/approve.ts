import { Args, Flags } from '@oclif/core'
import { systemClock } from '../../base/clock.ts'
import { demandStates } from '../../engine/policy/approvals.ts'
import { demandsOf } from '../../engine/policy/under-policy.ts'
import { approve, judgeApprovals } from '../../workspace/approvals.ts'
import { AysCommand } from '../command.ts'
import { folderFlag } from '../options.ts'
import { readPlanFile, writePlanFile } from '../plan-file.ts'
import { policyFor } from '../policy-for.ts'
import { approvalsView } from '../views/approvals.ts'
import { paletteOf } from '../views/paint.ts'
import { radiusLine, summaryLine } from '../views/plan.ts'
import { savedTitle } from '../views/saved-plan.ts'

/** `ays approve`: a person's consent to one saved plan. */
export default class Approve extends AysCommand {
  static override summary = 'Approve a saved plan: sign its hash with your SSH key.'
  static override description =
    'The signature is made by ssh-keygen, in the namespace ays-plan, over the hash of the plan, its workspace, its environment and the time, and is added to the file. It counts where policy.yaml of the workspace names the key. A changed plan has another hash, so no approval carries over to it. `ays show FILE` shows the plan, its approvals and which are missing.\n\nExit code 0: approved, also while others are missing.'
  static override args = {
    plan: Args.string({ description: 'A file that `ays plan --out` wrote.', required: true }),
  }
  static override flags = {
    ...folderFlag,
    key: Flags.string({
      char: 'k',
      description: 'Your private key of ssh-ed25519, or its .pub while ssh-agent holds the key.',
      helpValue: 'FILE',
      required: true,
    }),
  }
  static override examples = [
    '<%= config.bin %> approve plan.json --key ~/.ssh/id_ed25519',
    '<%= config.bin %> approve plan.json --key ~/.ssh/id_ed25519.pub -C infra',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Approve)
    const { saved, plan } = readPlanFile(args.plan)
    const policy = policyFor(saved, flags.folder ?? '.')
    const { saved: approved, approval } = await approve(saved, {
      policy,
      keyFile: flags.key,
      now: systemClock.now(),
    })
    writePlanFile(args.plan, approved)
    const demands = demandsOf(plan, policy)
    const judged = await judgeApprovals(approved, policy)
    const { signature: _, ...shown } = approval
    this.show(
      flags,
      () => ({ format: 1, hash: saved.hash, approval: shown, demands: demandStates(demands, judged) }),
      (terminal) => {
        const palette = paletteOf(terminal.color)
        const what = [savedTitle(saved, terminal), summaryLine(plan, palette), ...radiusLine(plan, palette)]
        return [what.join('\n'), approvalsView(demands, judged, terminal)].join('\n\n')
      },
    )
    return 0
  }
}
