/** What a run writes down of its works, and what it knows of them from before. */
import type { ServicePlan } from '../engine/plan/plan.ts'
import type { Work } from '../engine/plan/world.ts'
import type { Change, JobRow, Run } from '../store/store.ts'
import type { Seen } from '../transport/transport.ts'
import type { RunInput } from './run-input.ts'
import { questionsOf, type WorkContext, type WorkEnd } from './work-context.ts'

/** What is written down for a work that asks nothing of its node. */
export function onPaperChanges(input: RunInput, work: Work): Change[] {
  const remember = work.forgets ? undefined : input.remember(work.service)
  if (remember) return [{ put: 'service', service: { ...remember, appliedAt: input.clock.now() } }]
  return work.forgets ? input.pastOf(work.service).map(({ node, thing }) => ({ drop: 'task', node, thing })) : []
}

/** Attempts that an earlier run left are counted on, and not begun before they are due. */
export function attemptsOf(
  input: RunInput,
  work: Work,
): Pick<WorkContext, 'limits' | 'dueAt' | 'timeouts' | 'patienceMs'> {
  const { waitsMs, all } = input.retries(work.service)
  const { action, entry } = work.act ?? { action: 'apply', entry: '' }
  const before = all ? input.actionState(work.service, action, entry) : undefined
  const attemptsBefore = before?.nextAt !== undefined && before.attempts <= waitsMs.length ? before.attempts : 0
  const timeouts = input.timeouts(work.service)
  return {
    limits: { retriesMs: waitsMs, retriesAll: all, attemptsBefore, passesMax: 3, movesMax: 5 },
    ...(attemptsBefore > 0 && before?.nextAt !== undefined ? { dueAt: before.nextAt } : {}),
    timeouts,
    patienceMs: timeouts.askedMs ?? input.patienceMs,
  }
}

/** The state of an action of the service, for `ays status` and so that an entry that is ok runs once. */
export function actChanges({ clock, actionState }: RunInput, work: Work, end: WorkEnd): Change[] {
  if (work.gate) return []
  const { action, entry } = work.act ?? { action: 'apply', entry: '' }
  const before = actionState(work.service, action, entry)
  if (end.end === 'cancelled' || (!work.act && end.end === 'ok' && !before && end.tries <= 1)) return []
  const attempts = end.end === 'ok' ? 0 : end.tries
  const problem = end.problem ? { problem: end.problem } : {}
  return [
    {
      put: 'action',
      action: { address: work.service, action, entry, state: end.end, attempts, lastAt: clock.now(), ...problem },
    },
  ]
}

/** A work as it waits for its turn. */
export function newJob(
  input: RunInput,
  run: Run,
  work: Work,
  n: number,
  services: readonly ServicePlan[] | undefined,
): JobRow {
  return {
    id: `${input.tag}-${run.id}-${n}`,
    run: run.id,
    service: work.service,
    node: work.node,
    state: 'waiting',
    action: work.gate ? 'gate' : (work.act?.action ?? services?.[0]?.action ?? 'update'),
    attempts: 0,
  }
}

/** By thing, what the last look showed of the things that a work is to have. */
export function foundOf(work: Work, seen: readonly Seen[]): ReadonlyMap<string, unknown> {
  const last = seen.slice(seen.length - work.things.length)
  return new Map(
    work.things.flatMap(({ thing }, i) => {
      const finding = last[i]?.finding
      return finding && finding.state !== 'unknown' ? [[thing, finding.found] as const] : []
    }),
  )
}

/** What the plan saw of all things of a work; undefined when something has to be looked at first. */
export function seenOf(input: RunInput, work: Work): Seen[] | undefined {
  const seen: Seen[] = []
  for (const question of questionsOf({ work, tryFindKind: input.tryFindKind })) {
    const one = input.seen(work.node, question.thing)
    if (one?.finding.state !== 'seen') return undefined
    seen.push(one)
  }
  return seen
}
