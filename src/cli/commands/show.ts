import { Args, Flags } from '@oclif/core'
import { tryReadAddress } from '../../base/address.ts'
import { plain } from '../../base/json.ts'
import { ProblemsError } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { bareNotes } from '../../engine/plan/notes.ts'
import type { Plan } from '../../engine/plan/plan.ts'
import type { SavedPlan } from '../../engine/plan/plan-schema.ts'
import { notesOfSaved } from '../../engine/plan/read-plan.ts'
import { demandsOf } from '../../engine/policy/under-policy.ts'
import { judgeApprovals } from '../../workspace/approvals.ts'
import { AysCommand, type CommonFlagValues } from '../command.ts'
import {
  commandsFlag,
  folderFlag,
  formatOf,
  planFormatFlags,
  undoFlag,
  usage,
  workspaceFlags,
  workspaceOptions,
} from '../options.ts'
import { looksLikePlan, readPlanFile } from '../plan-file.ts'
import { policyFor } from '../policy-for.ts'
import { readComparedPlan } from '../read-compared-plan.ts'
import { shownRun } from '../show-run.ts'
import type { Terminal } from '../terminal.ts'
import { validGraph } from '../valid-graph.ts'
import { approvalsView, uncheckedView } from '../views/approvals.ts'
import type { PlanFormat } from '../views/plan-formats.ts'
import { planIn } from '../views/plan-in.ts'
import { savedTitle } from '../views/saved-plan.ts'
import { serviceDetails, serviceView } from '../views/service.ts'

const runFlag = {
  run: Flags.integer({ description: 'The run of this number: its plan and its jobs.', min: 1, helpValue: 'N' }),
}

/** `ays show ADDRESS`: everything known of one service; `ays show FILE`: a saved plan again; `ays show --run N`: a run. */
export default class Show extends AysCommand {
  static override summary = 'Show what is declared and what is remembered of one service, a saved plan again, or a run.'
  static override args = {
    address: Args.string({ description: 'role/name, or a file that `ays plan --out` wrote', required: false }),
  }
  static override flags = {
    ...folderFlag,
    ...workspaceFlags,
    ...commandsFlag,
    ...undoFlag,
    ...planFormatFlags,
    ...runFlag,
  }
  static override examples = [
    '<%= config.bin %> show storage_engine/cache',
    '<%= config.bin %> show "node!n1" --json',
    '<%= config.bin %> show plan.json --commands',
    '<%= config.bin %> show --run 12',
    '<%= config.bin %> show plan.json --format html > plan.html',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Show)
    if (flags.run !== undefined) return await this.#showRun(flags.run, flags)
    const { address: asked } = args
    if (asked === undefined) throw usage('Show what? Name a service, a saved plan, or a run with --run N.')
    if (looksLikePlan(asked)) return await this.#showPlan(asked, flags)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const graph = await validGraph(workspace)
      const memory = workspace.memory()
      const address = tryReadAddress(asked)
      const known = [...new Set([...graph.services.keys(), ...memory.services.keys()])]
      if (address === undefined || !known.includes(address)) {
        const hint = didYouMean(asked, known)
        throw new ProblemsError([
          {
            code: 'TARGET_UNKNOWN',
            message: `No service ${asked} is declared or remembered.`,
            ...(hint === undefined ? {} : { hint }),
          },
        ])
      }
      const details = serviceDetails(address, graph, memory)
      this.show(
        { ...flags, json: formatOf(flags) === 'json' },
        () => ({ format: 1, ...Object(plain(details)) }),
        (terminal) => serviceView(details, terminal),
      )
      return 0
    })
  }

  async #showRun(
    run: number,
    flags: Parameters<typeof workspaceOptions>[1] & CommonFlagValues & { folder?: string; commands: boolean },
  ): Promise<number> {
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const shown = shownRun(workspace, run, flags)
      this.show(flags, shown.json, shown.human)
      return 0
    })
  }

  /** Needs no workspace: the file holds all there is to see. */
  async #showPlan(file: string, flags: PlanFlagValues): Promise<number> {
    const { saved, plan } = readPlanFile(file)
    const format = formatOf(flags)
    const terminal = this.terminal(flags)
    const text = await planIn(format, plan, {
      hash: saved.hash,
      artifact: file,
      ...(flags.since === undefined ? {} : { since: readComparedPlan(flags.since) }),
      notes: () => notesOfSaved(saved) ?? bareNotes(plan),
      terminal,
      commands: flags.commands,
      undo: flags.undo,
    })
    const approvals = format === 'text' ? await approvalsOf(saved, plan, { folder: flags.folder ?? '.', terminal }) : ''
    const more = approvals === '' ? '' : `\n${approvals}\n`
    process.stdout.write(format === 'text' ? `${savedTitle(saved, terminal)}\n\n${text}${more}` : text)
    return 0
  }
}

/** Checked where the policy of the plan's workspace is at hand. */
async function approvalsOf(
  saved: SavedPlan,
  plan: Plan,
  { folder, terminal }: { readonly folder: string; readonly terminal: Terminal },
): Promise<string> {
  if (!saved.approvals?.length && !plan.demands?.approvals.length) return ''
  try {
    const policy = policyFor(saved, folder)
    return approvalsView(demandsOf(plan, policy), await judgeApprovals(saved, policy), terminal)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return uncheckedView(saved.approvals ?? [], (error.problems[0]?.message ?? '').replace(/\.$/, ''))
  }
}

interface PlanFlagValues extends CommonFlagValues {
  readonly folder?: string
  readonly commands: boolean
  readonly undo: boolean
  readonly format?: PlanFormat
  readonly since?: string
}
