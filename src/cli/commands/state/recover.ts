import { Flags } from '@oclif/core'
import { applyPlan } from '../../apply-plan.ts'
import { AysCommand } from '../../command.ts'
import { applyFlags, commandsFlag, folderArg, workspaceFlags, workspaceOptions } from '../../options.ts'

/** `ays state recover`: a lost state, built anew from the nodes. */
export default class StateRecover extends AysCommand {
  static override summary =
    'Build a lost state anew from what the nodes note. Nothing but these notes is changed there.'
  static override description =
    'Nodes note which workspace and service wants a thing, and what was there before. What the blueprints declare and nodes note for this workspace becomes remembered again, and the notes become those of the new state: the old one, should it turn up, is refused. Generated secrets and ports are made anew where the lost state alone knew them: the next plan shows what that changes.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    from: Flags.string({
      description:
        'The lost state by its name on nodes, as `ays facts` shows it; default: any other of this workspace.',
      helpValue: 'WHO',
    }),
    ...applyFlags,
    ...commandsFlag,
  }
  static override examples = ['<%= config.bin %> state recover', '<%= config.bin %> state recover --env prod --yes']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(StateRecover)
    return await this.inWorkspace(workspaceOptions(args.folder, flags), async (workspace) =>
      applyPlan(workspace, await workspace.planRecovery(flags.from === undefined ? {} : { from: flags.from }), {
        ...flags,
        json: flags.json,
        terminal: this.terminal(flags),
        question: (changes) => `Take over what is on the nodes (${changes})?`,
        done: 'Recovered',
      }),
    )
  }
}
