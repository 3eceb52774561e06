import { Args } from '@oclif/core'
import { tryReadAddress } from '../../base/address.ts'
import { plain } from '../../base/json.ts'
import { ProblemsError } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { AysCommand, type CommonFlagValues } from '../command.ts'
import { commandsFlag, folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'
import { looksLikePlan, readPlanFile } from '../plan-file.ts'
import { validGraph } from '../valid-graph.ts'
import { planJson } from '../views/json.ts'
import { planView } from '../views/plan.ts'
import { savedTitle } from '../views/saved-plan.ts'
import { serviceDetails, serviceView } from '../views/service.ts'

/** `ays show ADDRESS`: everything known of one service; `ays show FILE`: a saved plan again. */
export default class Show extends AysCommand {
  static override summary = 'Show what is declared and what is remembered of one service, or a saved plan again.'
  static override args = {
    address: Args.string({ description: 'role/name, or a file that `ays plan --out` wrote', required: true }),
  }
  static override flags = { ...folderFlag, ...workspaceFlags, ...commandsFlag }
  static override examples = [
    '<%= config.bin %> show storage_engine/cache',
    '<%= config.bin %> show "node!n1" --json',
    '<%= config.bin %> show plan.json --commands',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Show)
    if (looksLikePlan(args.address)) return this.#showPlan(args.address, flags)
    return await this.inWorkspace(workspaceOptions(flags.folder, flags), async (workspace) => {
      const graph = await validGraph(workspace)
      const memory = workspace.memory()
      const address = tryReadAddress(args.address)
      const known = [...new Set([...graph.services.keys(), ...memory.services.keys()])]
      if (address === undefined || !known.includes(address)) {
        const hint = didYouMean(args.address, known)
        throw new ProblemsError([
          {
            code: 'TARGET_UNKNOWN',
            message: `No service ${args.address} is declared or remembered.`,
            ...(hint === undefined ? {} : { hint }),
          },
        ])
      }
      const details = serviceDetails(address, graph, memory)
      this.show(
        flags,
        () => ({ format: 1, ...Object(plain(details)) }),
        (terminal) => serviceView(details, terminal),
      )
      return 0
    })
  }
  /** Needs no workspace: the file holds all there is to see. */
  #showPlan(file: string, flags: CommonFlagValues & { readonly commands: boolean }): number {
    const { saved, plan } = readPlanFile(file)
    this.show(
      flags,
      () => planJson(plan),
      (terminal) => `${savedTitle(saved, terminal)}\n\n${planView(plan, { ...terminal, commands: flags.commands })}`,
    )
    return 0
  }
}
