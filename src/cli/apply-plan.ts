/** From a plan to what became of it: show, ask, run, sum up. apply, destroy and import go this way. */
import { systemClock } from '../base/clock.ts'
import { ProblemsError } from '../base/problem.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { ApplyResult, Workspace } from '../workspace.ts'
import { confirm } from './confirm.ts'
import { installForLab, lacksView, missingForLab } from './install-for-lab.ts'
import { onInterrupt } from './interrupt.ts'
import type { Terminal } from './terminal.ts'
import { applyView } from './views/apply.ts'
import { applyJson, planJson, showJson } from './views/json.ts'
import { count } from './views/plain-text.ts'
import { changesIn, planView } from './views/plan.ts'
import { liveProgress, type ProgressView, plainProgress } from './views/progress.ts'

export interface ApplyPlanOptions {
  readonly json: boolean
  readonly yes: boolean
  readonly commands: boolean
  readonly parallel?: number | undefined
  readonly retries?: readonly number[] | undefined
  readonly terminal: Terminal
  /** What is asked, given the number of changes in words: `Apply these 3 changes?` */
  readonly question: (changes: string) => string
  /** How success is called: `Applied`. */
  readonly done: string
  /** More to print with --json. */
  readonly besides?: Readonly<Record<string, unknown>>
}

/** Gives the exit code: 0 when everything is as wanted, 1 when not. Throws ProblemsError when it may not begin. */
export async function applyPlan(workspace: Workspace, plan: Plan, options: ApplyPlanOptions): Promise<number> {
  const { json, terminal } = options
  if (!json) process.stdout.write(`${planView(plan, { ...terminal, commands: options.commands })}\n`)
  const refusals = workspace.refusals(plan)
  if (refusals.length > 0) throw new ProblemsError(refusals)
  const changes = changesIn(plan.counts)
  const unseen = plan.counts.unknown > 0 || plan.unreachable.length > 0
  if (changes === 0) {
    // New links, tags and addresses are written down although no node changes.
    await workspace.apply(plan)
    if (json) process.stdout.write(`${showJson({ format: 1, plan: planJson(plan), result: null })}\n`)
    return unseen ? 1 : 0
  }
  const lacks = await missingForLab(plan)
  if (lacks.length > 0 && !json) process.stdout.write(`\n${lacksView(lacks)}\n`)
  if (!options.yes) {
    process.stdout.write(json ? '' : '\n')
    await confirm(options.question(count(changes, 'change')), terminal)
  }
  if (lacks.length > 0) await installForLab(lacks)
  const result = await runPlan(workspace, plan, options)
  const lost = plan.unreachable.length > 0 || plan.services.some((service) => service.why === 'lost')
  if (json)
    process.stdout.write(
      `${showJson({ format: 1, plan: planJson(plan), ...options.besides, result: applyJson(result) })}\n`,
    )
  else process.stdout.write(`\n${applyView(result, { color: terminal.color, done: options.done })}\n`)
  return (result.state === 'ok' || result.state === 'nothing') && !lost ? 0 : 1
}

async function runPlan(
  workspace: Workspace,
  plan: Plan,
  { json, terminal, parallel, retries }: ApplyPlanOptions,
): Promise<ApplyResult> {
  const view = json
    ? silent
    : terminal.live
      ? liveProgress(process.stdout, systemClock, terminal.color)
      : plainProgress((text) => process.stdout.write(text), systemClock)
  const interrupt = onInterrupt((line) => (json ? process.stderr.write(`${line}\n`) : view.say(line)))
  try {
    return await workspace.apply(plan, {
      ...(parallel === undefined ? {} : { parallel }),
      ...(retries ? { retriesMs: retries } : {}),
      signal: interrupt.signal,
      endNow: interrupt.endNow,
      onProgress: view.onProgress,
    })
  } finally {
    interrupt.stop()
    view.close()
  }
}

/** With --json only the result is printed. */
const silent: ProgressView = { onProgress: () => undefined, say: () => undefined, close: () => undefined }
