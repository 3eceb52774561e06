import { Args, Flags } from '@oclif/core'
import { ProblemsError } from '../../base/problem.ts'
import { applyPlan } from '../apply-plan.ts'
import { AysCommand } from '../command.ts'
import {
  applyFlags,
  commandsFlag,
  folderFlag,
  formatOf,
  outFlag,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { mayWritePlan } from '../plan-file.ts'
import { showPlan } from '../save-plan.ts'

/** `ays action`: verbs of the lifecycle, and the actions of templates. */
export default class Action extends AysCommand {
  static override summary = 'Carry out a verb (start, stop, …) or an action of a template.'
  static override description =
    'Verbs: init, install, start, monitor, stop, uninstall, delete. What a verb needs comes with it: producers first, and children first where something goes away. stop, uninstall and delete hold a service lower than its blueprint says, until install or start lifts the hold; every plan names it.\n\n`ays templates show NAME` lists the actions of a template.'
  static override args = {
    action: Args.string({ description: 'A verb or action, or several with commas between.', required: true }),
  }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    ...applyFlags,
    ...commandsFlag,
    ...outFlag,
    service: Flags.string({
      char: 's',
      description: 'Which services: addresses or globs. Repeat for more; default: all.',
      helpValue: 'ADDRESS',
      multiple: true,
      multipleNonGreedy: true,
    }),
    actor: Flags.string({
      description: 'Only services of this template or role. Repeat for more.',
      helpValue: 'TEMPLATE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    arg: Flags.string({
      description: 'An argument of the action. Repeat for more.',
      helpValue: 'NAME=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    force: Flags.boolean({ description: 'Also where it was done before.' }),
    allow: Flags.string({
      description: 'Allow what is refused otherwise: data-loss or data-loss=ADDRESS. Repeat for more.',
      helpValue: 'WHAT',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }
  static override examples = [
    '<%= config.bin %> action stop --service storage_engine/cache',
    '<%= config.bin %> action start --actor storage_engine',
    '<%= config.bin %> action restart --service unit/web --force',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Action)
    const order = {
      actions: args.action.split(',').map((one) => one.trim()),
      services: flags.service ?? [],
      actors: flags.actor ?? [],
      args: Object.fromEntries((flags.arg ?? []).map(readArgument)),
      force: flags.force,
      allow: flags.allow ?? [],
    }
    const { out } = flags
    if (out !== undefined) mayWritePlan(out)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const plan = await workspace.planAction(order)
      const how = { ...flags, json: flags.json, terminal: this.terminal(flags) }
      if (out !== undefined) return await showPlan(workspace, plan, { ...how, out, format: formatOf(flags) })
      return await applyPlan(workspace, plan, {
        ...how,
        question: (changes) => `Carry out ${changes === '1 change' ? 'this' : 'these'} (${changes})?`,
        done: 'Done',
      })
    })
  }
}

function readArgument(text: string): [string, string] {
  const cut = text.indexOf('=')
  if (cut > 0) return [text.slice(0, cut), text.slice(cut + 1)]
  throw new ProblemsError([
    { code: 'USAGE', message: `--arg takes NAME=VALUE, not ${text}.`, hint: 'Write --arg keep=3.' },
  ])
}
