/** A plan in every form there is, from one place: `ays plan --format`, `ays show FILE --format`, comments. */
import { bareNotes, type PlanNotes } from '../../engine/plan/notes.ts'
import type { Plan } from '../../engine/plan/plan.ts'
import type { PlanJsonMore } from '../../engine/plan/plan-json.ts'
import { type ComparedPlan, sinceOf } from '../../engine/plan/since.ts'
import { planJson, showJson } from './json.ts'
import { planView } from './plan.ts'
import type { PlanFormat } from './plan-formats.ts'
import type { Review } from './review/review.ts'
import { simulationLines } from './simulation.ts'

export interface PlanInOptions {
  /** What is known beside the plan: `workspace.notes(plan)`, or what was saved with it. Asked for only where it is shown. */
  readonly notes?: () => PlanNotes
  /** Of the saved plan, where it was saved. */
  readonly hash?: string
  /** The last plan of the same pull request. */
  readonly since?: ComparedPlan
  /** The file where the whole plan is, for readers of a shorter form; default plan.json. */
  readonly artifact?: string
  /** Where the workspace lies in its repository, `web`: SARIF tells places from there. */
  readonly folder?: string
  /** For text only. */
  readonly terminal?: { readonly color: boolean; readonly width: number }
  readonly commands?: boolean
  /** The way back beside the plan, for text and JSON; the reviews always show it. */
  readonly undo?: boolean
  /** It was simulated, and the notes say what became of it. */
  readonly simulated?: boolean
}

/** Notes cost time: they are asked for only where they are shown. */
function beside({ undo = false, simulated = false, notes }: PlanInOptions): PlanJsonMore {
  if ((!undo && !simulated) || !notes) return {}
  const { undo: undos, simulation } = notes()
  return { ...(undo ? { undo: undos } : {}), ...(simulated ? { simulation } : {}) }
}

/** Ends with a line break. Holds no secret in any form. */
export async function planIn(format: PlanFormat, plan: Plan, options: PlanInOptions = {}): Promise<string> {
  const { terminal = { color: false, width: 100 }, commands = false, artifact = 'plan.json' } = options
  const review = (): Review => ({
    plan,
    hash: options.hash ?? plan.hash,
    notes: options.notes?.() ?? bareNotes(plan),
    ...(options.since ? { since: sinceOf(options.since, { ...plan, hash: options.hash ?? plan.hash }) } : {}),
  })
  switch (format) {
    case 'text': {
      const { undo, simulation } = beside(options)
      const view = planView(plan, { ...terminal, commands, ...(undo ? { undo } : {}) })
      return `${view}\n${simulation ? `\n${simulationLines(simulation, terminal).join('\n')}\n` : ''}`
    }
    case 'json':
      return `${showJson(planJson(plan, beside(options)))}\n`
    case 'markdown': {
      const { planMarkdown } = await import('./markdown/plan.ts')
      return planMarkdown(review(), { artifact })
    }
    case 'html': {
      const { planHtml } = await import('./html/plan.ts')
      return await planHtml(review())
    }
    case 'sarif': {
      const { planSarif } = await import('./sarif.ts')
      return `${showJson(planSarif(plan, options.folder))}\n`
    }
    case 'junit': {
      const { planJunit } = await import('./junit-plan.ts')
      return planJunit(plan)
    }
  }
}
