/** Carries out one service's work on one node: checking → applying → checking …, until it is in place or has failed. */
import { initialTransition, transition } from 'xstate'
import { showDuration } from '../base/duration.ts'
import type { Problem } from '../base/problem.ts'
import type { CommandResult } from '../engine/kind.ts'
import { TransportError } from '../transport/transport.ts'
import { contactAgain } from './contact-again.ts'
import { type Judged, judge, notSettled } from './judge.ts'
import { jobOf, readOutcome } from './node-job.ts'
import { type MachineEvent, serviceMachine } from './service-machine.ts'
import { stopProblem } from './stop-problem.ts'
import { strayed } from './strayed.ts'
import { afterEffects, beforeEffects, retryChange } from './work-changes.ts'
import { thingsOf, type WorkContext, type WorkEnd } from './work-context.ts'

export async function runWork(context: WorkContext): Promise<WorkEnd> {
  const things = thingsOf(context)
  const open = context.work.things.find((thing) => thing.later)
  if (open) throw new Error(`${context.work.key} was begun before ${open.thing} was filled`)
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
  const cancelled = (): WorkEnd => ({
    ...{ end: 'cancelled', warnings: [], results, attempts: attempt, tries: triesOf(snapshot) },
    ...stopProblem(context, attempt > context.job.attempts ? 'ended' : 'not begun'),
  })
  const waitMs = (context.dueAt ?? 0) - context.clock.now()
  if (waitMs > 0) {
    context.onMoving('waits for its next attempt')
    const ended = await context.clock.sleep(waitMs, context.stops.signal).then(
      () => false,
      () => true,
    )
    if (ended) return cancelled()
    seen = undefined
  }

  while (snapshot.status === 'active') {
    let event: MachineEvent
    try {
      switch (snapshot.value) {
        case 'checking': {
          seen ??= await context.desk.look(questions)
          judged = judge(context, things, seen, firstSeen, !replaced)
          const stale = results.length === 0 ? strayed(context, things, judged) : undefined
          event = stale ? { type: 'exceeded' } : judged.event
          problem = stale ?? judged.problem
          break
        }
        case 'applying': {
          if (!judged || !seen) throw new Error('applying without a judgement')
          if (stops(context, attempt)) return cancelled()
          attempt++
          await context.ledger.write(beforeEffects(context, things, firstSeen, attempt))
          const job = jobOf(context, things, judged, seen, firstSeen, attempt)
          const outcome = await context.desk.act(job, { slow: judged.slow })
          if ('ran' in outcome) results.push(...outcome.ran)
          if (context.stops.endNow.aborted && outcome.state !== 'done' && outcome.state !== 'lost') return cancelled()
          replaced ||= outcome.state === 'done'
          seen = 'seen' in outcome && outcome.seen.length === questions.length ? outcome.seen : undefined
          const read = (await contactAgain(context, job, outcome)) ?? readOutcome(context, job, outcome)
          event = read.event
          problem = read.problem
          break
        }
        case 'backing off': {
          const { attempts } = snapshot.context
          const backoffMs = context.limits.retriesMs[attempts - 1] ?? 0
          await context.ledger.write([retryChange(context, attempts, backoffMs, problem)])
          context.onMoving(`tries again in ${showDuration(backoffMs)}`)
          // Another attempt would be something new.
          await context.clock.sleep(backoffMs, context.stops.signal)
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
          await context.clock.sleep(waits.againMs, context.stops.endNow)
          seen = undefined
          event = { type: 'waited' }
          break
        }
        default:
          throw new Error(`no work in state ${String(snapshot.value)}`)
      }
    } catch (error) {
      const { signal, endNow } = context.stops
      const isWait = snapshot.value === 'backing off' && signal.aborted
      if ((endNow.aborted || isWait) && !(error instanceof TransportError)) return cancelled()
      if (!(error instanceof TransportError)) throw error
      if (endNow.aborted && error.problem.code === 'CANCELLED') return cancelled()
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
  return { end: 'ok', warnings, results, attempts: attempt, tries: triesOf(snapshot), ...(seen ? { seen } : {}) }
}

const triesOf = (snapshot: { readonly context: { readonly attempts: number } }): number => snapshot.context.attempts + 1

/** A work that has begun goes on: only `endNow` stops it. */
const stops = ({ stops: { signal, endNow }, job }: WorkContext, attempt: number): boolean =>
  endNow.aborted || (signal.aborted && attempt === job.attempts)
