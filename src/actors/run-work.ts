/** Carries out one service's work on one node: checking → applying → checking …, until it is in place or has failed. */
import { initialTransition, transition } from 'xstate'
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { showDuration } from '../base/duration.ts'
import { plain } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { AnyKind, Command, CommandResult } from '../engine/kind.ts'
import { type Decision, decideUnwanted, decideWanted } from '../engine/plan/decide.ts'
import type { ServicePlan } from '../engine/plan/plan.ts'
import type { PastTask, WantedThing, Work } from '../engine/plan/world.ts'
import type { Change, JobRow, RememberedService } from '../store/store.ts'
import { type NodeJob, type NodeOutcome, type Question, type Seen, TransportError } from '../transport/transport.ts'
import type { NodeDesk } from './desk.ts'
import { commandProblem, shortResults } from './job-results.ts'
import type { Ledger } from './ledger.ts'
import { type MachineEvent, type MachineLimits, serviceMachine } from './service-machine.ts'

export interface WorkEnd {
  readonly end: 'ok' | 'error' | 'cancelled'
  readonly problem?: Problem
  readonly warnings: readonly Problem[]
  readonly results: readonly CommandResult[]
  /** How often commands were given to the node; the last job id there ends with it. */
  readonly attempts: number
  /** Executions until it was ok or given up, those of earlier runs included. */
  readonly tries: number
}

/** Everything a work needs of its run. */
export interface WorkContext {
  readonly work: Work
  readonly job: JobRow
  readonly desk: NodeDesk
  readonly ledger: Ledger
  readonly clock: Clock
  readonly limits: MachineLimits
  /** When a retry of an earlier run is due: not before. */
  readonly dueAt?: number
  /** Overrides the time of every command: `$timeout`. */
  readonly timeoutMs?: number
  /** Milliseconds that something may move without a sign of life. */
  readonly patienceMs: number
  readonly workspace: string
  readonly fence: number
  /** What the plan saw, if nothing has moved since as far as we know. */
  readonly seen: readonly Seen[] | undefined
  past(node: Address, thing: string): PastTask | undefined
  tryFindKind(name: string): AnyKind | undefined
  /** How the service is remembered from now on; undefined when it goes. */
  readonly remember: RememberedService | undefined
  /** True when an effect may happen: it was shown, or is harmless for what was not looked at yet. */
  allows(effect: { readonly kind: string; readonly what: string }): boolean
  readonly replace: boolean
  readonly removalWhy: ServicePlan['why']
  onMoving(progress: string): void
  /** Aborted: nothing new begins; what has begun goes on to its end. */
  readonly signal: AbortSignal
  /** Aborted: waiting ends as well. */
  readonly endNow: AbortSignal
}

export async function runWork(context: WorkContext): Promise<WorkEnd> {
  const things = thingsOf(context)
  const questions = things.map((one) => one.question)
  const results: CommandResult[] = []
  let [snapshot] = initialTransition(serviceMachine, context.limits)
  let seen = context.seen
  let judged: Judged | undefined
  let problem: Problem | undefined
  let attempt = context.job.attempts
  let replaced = !context.replace
  let moving: { progress: string; since: number } | undefined
  const firstSeen = new Map<string, unknown>()
  const waitMs = (context.dueAt ?? 0) - context.clock.now()
  if (waitMs > 0) {
    context.onMoving('waits for its next attempt')
    const ended = await context.clock.sleep(waitMs, context.signal).then(
      () => false,
      () => true,
    )
    if (ended) return { end: 'cancelled', warnings: [], results, attempts: attempt, tries: triesOf(snapshot) }
    seen = undefined
  }

  while (snapshot.status === 'active') {
    let event: MachineEvent
    try {
      switch (snapshot.value) {
        case 'checking': {
          seen ??= await context.desk.look(questions)
          judged = judge(context, things, seen, firstSeen, !replaced)
          event = judged.event
          problem = judged.problem
          break
        }
        case 'applying': {
          if (!judged || !seen) throw new Error('applying without a judgement')
          if (stops(context, attempt))
            return { end: 'cancelled', warnings: [], results, attempts: attempt, tries: triesOf(snapshot) }
          attempt++
          await context.ledger.write(beforeEffects(context, things, firstSeen, attempt))
          const outcome = await context.desk.act(jobOf(context, things, judged, seen, attempt), { slow: judged.slow })
          if ('ran' in outcome) results.push(...outcome.ran)
          replaced ||= outcome.state === 'done'
          seen = 'seen' in outcome && outcome.seen.length === questions.length ? outcome.seen : undefined
          const read = readOutcome(context, judged, outcome)
          event = read.event
          problem = read.problem
          break
        }
        case 'backing off': {
          const { attempts } = snapshot.context
          const backoffMs = context.limits.retriesMs[attempts - 1] ?? 0
          await context.ledger.write([retryChange(context, attempts, backoffMs, problem)])
          context.onMoving(`tries again in ${showDuration(backoffMs)}`)
          await context.clock.sleep(backoffMs, context.endNow)
          seen = undefined
          event = { type: 'waited' }
          break
        }
        case 'moving': {
          const waits = judged?.moving ?? { progress: '', againMs: 500 }
          const now = context.clock.now()
          if (moving?.progress !== waits.progress) moving = { progress: waits.progress, since: now }
          if (now - moving.since > context.patienceMs) {
            problem = {
              code: 'NOT_SETTLED',
              message: `${context.work.service} on ${context.work.node} did not get further: ${waits.progress}.`,
            }
            event = { type: 'stuck' }
            break
          }
          context.onMoving(waits.progress)
          await context.clock.sleep(waits.againMs, context.endNow)
          seen = undefined
          event = { type: 'waited' }
          break
        }
        default:
          throw new Error(`no work in state ${String(snapshot.value)}`)
      }
    } catch (error) {
      if (context.endNow.aborted && !(error instanceof TransportError))
        return { end: 'cancelled', warnings: [], results, attempts: attempt, tries: triesOf(snapshot) }
      if (!(error instanceof TransportError)) throw error
      problem = error.problem
      event = { type: 'lost' }
    }
    ;[snapshot] = transition(serviceMachine, snapshot, event)
  }

  if (snapshot.value !== 'in place')
    return {
      end: 'error',
      problem: problem ?? notSettled(context, judged),
      warnings: [],
      results,
      attempts: attempt,
      tries: triesOf(snapshot),
    }
  await context.ledger.write(afterEffects(context, things, firstSeen))
  const warnings = (judged?.decisions ?? []).flatMap((decision) => (decision.problem ? [decision.problem] : []))
  return { end: 'ok', warnings, results, attempts: attempt, tries: triesOf(snapshot) }
}

type TaskChange = Extract<Change, { readonly put: 'task' }>

/** Remembers what is there as it is: nothing on the node is changed. */
export async function adoptWork(context: WorkContext): Promise<WorkEnd> {
  const { work, ledger, clock, remember } = context
  const seen = context.seen ?? (await context.desk.look(thingsOf(context).map((one) => one.question)))
  const changes: Change[] = remember ? [{ put: 'service', service: { ...remember, appliedAt: clock.now() } }] : []
  work.things.forEach((thing, position) => {
    const finding = seen[position]?.finding
    if (finding?.state === 'unknown' || !finding) return
    const asIs = thing.kind.asWanted(finding.found)
    const change = taskChange(context, thing, position, new Map([[thing.thing, finding.found]]))
    changes.push({ put: 'task', task: { ...change.task, wanted: plain(asIs ?? thing.wanted), adopted: true } })
  })
  await ledger.write(changes)
  return { end: 'ok', warnings: [], results: [], attempts: 0, tries: 1 }
}

/** The next attempt and when it is due, so that another run goes on with it. */
function retryChange(
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

const triesOf = (snapshot: { readonly context: { readonly attempts: number } }): number => snapshot.context.attempts + 1

/** A work that has begun goes on: only `endNow` stops it. */
const stops = ({ signal, endNow, job }: WorkContext, attempt: number): boolean =>
  endNow.aborted || (signal.aborted && attempt === job.attempts)

/** A thing of the work: one to have, or one to be rid of. */
interface WorkThing {
  readonly question: Question
  readonly wanted?: WantedThing
  readonly removal?: PastTask
}

function thingsOf({ work, tryFindKind }: WorkContext): WorkThing[] {
  const removals = work.removals.flatMap((removal) => {
    const kind = tryFindKind(removal.kind)
    return kind ? [{ question: { kind, thing: removal.thing, wanted: removal.wanted }, removal }] : []
  })
  return [
    ...removals,
    ...work.things.map((wanted) => ({
      question: { kind: wanted.kind, thing: wanted.thing, wanted: wanted.wanted },
      wanted,
    })),
  ]
}

/** The looks of a work in the order that `runWork` uses. */
export const questionsOf = (work: Work, tryFindKind: (name: string) => AnyKind | undefined): Question[] => [
  ...work.removals.flatMap((removal) => {
    const kind = tryFindKind(removal.kind)
    return kind ? [{ kind, thing: removal.thing, wanted: removal.wanted }] : []
  }),
  ...work.things.map((thing) => ({ kind: thing.kind, thing: thing.thing, wanted: thing.wanted })),
]

interface Judged {
  readonly event: MachineEvent
  readonly decisions: readonly Decision[]
  readonly slow: boolean
  readonly moving?: { readonly progress: string; readonly againMs: number }
  readonly problem?: Problem
}

function judge(
  context: WorkContext,
  things: readonly WorkThing[],
  seen: readonly Seen[],
  firstSeen: Map<string, unknown>,
  force: boolean,
): Judged {
  const decisions = things.map((one, i): Decision => {
    const finding = seen[i]?.finding ?? {
      state: 'unknown',
      problem: { code: 'LOOK_FAILED', message: `${one.question.thing} on ${context.work.node} gave no answer.` },
    }
    if (finding.state !== 'unknown' && !firstSeen.has(one.question.thing))
      firstSeen.set(one.question.thing, finding.found)
    if (one.removal)
      return decideUnwanted(
        one.question.kind,
        one.question.thing,
        finding,
        one.removal,
        context.removalWhy,
        one.removal.holds,
      )
    return decideWanted(
      one.question.kind,
      one.question.thing,
      one.question.wanted,
      finding,
      context.past(context.work.node, one.question.thing),
      { holds: one.wanted?.holds, force },
    )
  })
  const slow = decisions.some((decision) => decision.commands.some((command) => command.slow))
  const base = { decisions, slow }
  const unknown = decisions.find((decision) => decision.action === 'unknown')
  if (unknown) return { ...base, event: { type: 'unknown' }, ...(unknown.problem ? { problem: unknown.problem } : {}) }
  const exceeded = decisions.flatMap((decision) => decision.effects).find((effect) => !context.allows(effect))
  if (exceeded) {
    const message = `${context.work.service} on ${context.work.node} now needs what the plan did not show: ${exceeded.kind} of ${exceeded.what}.`
    return {
      ...base,
      event: { type: 'exceeded' },
      problem: { code: 'PLAN_EXCEEDED', message, hint: 'Look at a new plan.' },
    }
  }
  const drifted = decisions.find((decision) => decision.commands.length > 0)
  if (drifted && context.work.looksOnly)
    return { ...base, event: { type: 'exceeded' }, problem: notAsDeclared(context, base) }
  if (drifted) return { ...base, event: { type: 'drifted' } }
  const moving = decisions.find((decision) => decision.moving)?.moving
  if (moving) return { ...base, event: { type: 'moving' }, moving }
  const stuck = decisions.find((decision) => decision.action !== 'remove' && decision.changes.length > 0)
  if (stuck) return { ...base, event: { type: 'exceeded' }, problem: notSettled(context, base) }
  return { ...base, event: { type: 'in place' } }
}

function jobOf(
  context: WorkContext,
  things: readonly WorkThing[],
  judged: Judged,
  seen: readonly Seen[],
  attempt: number,
): NodeJob {
  const { work, job } = context
  return {
    id: `${job.id}.${attempt}`,
    fence: context.fence,
    workspace: context.workspace,
    service: work.service,
    steps: judged.decisions.flatMap((decision, i) => {
      const thing = things[i]
      return thing && decision.commands.length > 0
        ? [
            {
              question: thing.question,
              commands: decision.commands.map((command) => within(command, context.timeoutMs)),
              becomes: decision.becomes,
            },
          ]
        : []
    }),
    expect: things.flatMap((thing, i) => {
      const digest = seen[i]?.digest
      return digest && (judged.decisions[i]?.commands.length ?? 0) > 0 ? [{ question: thing.question, digest }] : []
    }),
    afterwards: things.map((thing) => thing.question),
    claim: things.flatMap((thing) => (thing.wanted ? [thing.question.thing] : [])),
    unclaim: things.flatMap((thing) => (thing.removal ? [thing.question.thing] : [])),
  }
}

const within = (command: Command, timeoutMs: number | undefined): Command =>
  timeoutMs === undefined ? command : { ...command, timeoutMs }

function readOutcome(
  context: WorkContext,
  _judged: Judged,
  outcome: NodeOutcome,
): { event: MachineEvent; problem?: Problem } {
  switch (outcome.state) {
    case 'done':
      return { event: { type: 'done' } }
    case 'moved':
      return {
        event: { type: 'moved' },
        problem: {
          code: 'PLAN_STALE',
          message: `${context.work.node} keeps changing what ${context.work.service} looks at.`,
        },
      }
    case 'failed': {
      const last = outcome.ran[outcome.ran.length - 1]
      const kinds = [
        ...context.work.things.map((thing) => thing.kind),
        ...context.work.removals.flatMap((task) => context.tryFindKind(task.kind) ?? []),
      ]
      const transient = last !== undefined && last.code > 0 && kinds.some((kind) => kind.transient?.(last))
      return { event: { type: 'failed', transient }, problem: commandProblem(context.work, last) }
    }
    case 'refused':
      return { event: { type: 'failed', transient: false }, problem: outcome.problem }
    case 'lost':
      return { event: { type: 'lost' }, problem: outcome.problem }
  }
}

function notSettled(context: WorkContext, judged: Pick<Judged, 'decisions'> | undefined): Problem {
  const fields = (judged?.decisions ?? [])
    .flatMap((decision) => decision.changes.map((change) => change.path || 'it'))
    .slice(0, 5)
  return {
    code: 'NOT_SETTLED',
    message: `${context.work.service} on ${context.work.node} is still not as wanted after its commands: ${[...new Set(fields)].join(', ')}.`,
    hint: 'Something on the node changes it back, or the commands did not do what they say.',
  }
}

/** What monitor tells: it looks, and does nothing about it. */
function notAsDeclared(context: WorkContext, judged: Pick<Judged, 'decisions'>): Problem {
  const fields = judged.decisions.flatMap((decision) => decision.changes.map((change) => change.path || 'it'))
  return {
    code: 'DRIFTED',
    message: `${context.work.service} on ${context.work.node} is not as declared: ${[...new Set(fields)].slice(0, 5).join(', ')}.`,
    hint: '`ays plan` shows what differs, `ays apply` repairs it.',
  }
}

/** On disk before the first effect: that the job runs, the service exists, and what was there before it. */
function beforeEffects(
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

function afterEffects(
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

function taskChange(
  context: WorkContext,
  thing: WantedThing,
  position: number,
  firstSeen: ReadonlyMap<string, unknown>,
): TaskChange {
  const past = context.past(thing.node, thing.thing)
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
      wanted: plain(thing.wanted),
      before: past ? past.before : plain(found),
      adopted: past ? past.adopted : found !== undefined && thing.kind.compare(thing.wanted, found).length === 0,
      rung: thing.rung,
      ...(thing.holds ? { holds: thing.holds } : {}),
      position,
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
