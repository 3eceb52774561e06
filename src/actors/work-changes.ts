/** What a work writes down: before its effects, after them, and between attempts. */
import { plain } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import { rememberedWanted } from '../engine/graph/left.ts'
import type { WantedThing } from '../engine/plan/world.ts'
import type { Change, JobRow } from '../store/store.ts'
import { shortResults } from './job-results.ts'
import type { WorkContext, WorkEnd, WorkThing } from './work-context.ts'

export type TaskChange = Extract<Change, { readonly put: 'task' }>

/** On disk before the first effect: that the job runs, the service exists, and what was there before it. */
export function beforeEffects(
  context: WorkContext,
  things: readonly WorkThing[],
  firstSeen: ReadonlyMap<string, unknown>,
  attempt: number,
): Change[] {
  const changes: Change[] = [
    {
      put: 'job',
      job: {
        ...context.job,
        state: 'running',
        attempts: attempt,
        startedAt: context.job.startedAt ?? context.clock.now(),
      },
    },
  ]
  if (context.remember) changes.push({ put: 'service', service: context.remember })
  if (context.work.passing) return changes
  things.forEach((one, position) => {
    if (one.wanted && !context.past(context.work.node, one.question.thing))
      changes.push(taskChange(context, one.wanted, position, firstSeen))
  })
  return changes
}

/** What is true now that the work is in place. */
export function afterEffects(
  context: WorkContext,
  things: readonly WorkThing[],
  firstSeen: ReadonlyMap<string, unknown>,
): Change[] {
  const changes: Change[] = []
  if (context.work.passing) return changes
  if (context.remember)
    changes.push({ put: 'service', service: { ...context.remember, appliedAt: context.clock.now() } })
  things.forEach((one, position) => {
    if (one.removal) changes.push({ drop: 'task', node: one.removal.node, thing: one.removal.thing })
    if (one.wanted) changes.push(taskChange(context, one.wanted, position, firstSeen))
  })
  return changes
}

/** A thing as it is remembered from now on. */
export function taskChange(
  context: WorkContext,
  thing: WantedThing,
  position: number,
  firstSeen: ReadonlyMap<string, unknown>,
): TaskChange {
  const past = context.past(thing.node, thing.thing) ?? context.ledger.noted(thing.node, thing.thing)
  const found = firstSeen.get(thing.thing)
  const [first, ...others] = thing.owners
  return {
    put: 'task',
    task: {
      service: first ?? context.work.service,
      ...(others.length > 0 ? { shared: others } : {}),
      node: thing.node,
      thing: thing.thing,
      kind: thing.kind.name,
      wanted: rememberedWanted(thing, past),
      before: past ? past.before : plain(found),
      adopted: past ? past.adopted : found !== undefined && thing.kind.compare(thing.wanted, found).length === 0,
      rung: thing.rung,
      ...(thing.holds ? { holds: thing.holds } : {}),
      // What runs comes after all that is installed, also when a verb does only the one or the other.
      position: thing.rung === 'running' ? position + RUNNING_FROM : position,
    },
  }
}

const RUNNING_FROM = 1_000

/** The next attempt and when it is due, so that another run goes on with it. */
export function retryChange(
  { work, clock }: WorkContext,
  attempts: number,
  backoffMs: number,
  problem: Problem | undefined,
): Change {
  const { action, entry } = work.act ?? { action: 'apply', entry: '' }
  const lastAt = clock.now()
  const why = problem ? { problem } : {}
  return {
    put: 'action',
    action: {
      address: work.service,
      action,
      entry,
      state: 'error',
      attempts,
      lastAt,
      nextAt: lastAt + backoffMs,
      ...why,
    },
  }
}

/** The job as it ended, for the store. */
export function endedJob(context: Pick<WorkContext, 'job' | 'clock'>, state: JobRow['state'], end: WorkEnd): JobRow {
  return {
    ...context.job,
    state,
    attempts: end.attempts,
    endedAt: context.clock.now(),
    ...(end.problem ? { problem: end.problem } : {}),
    results: shortResults(end.results),
  }
}
