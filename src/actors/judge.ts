/** What was seen of a work's things, and what that means for the machine. */
import type { Problem } from '../base/problem.ts'
import { type Decision, decideUnwanted, decideWanted } from '../engine/plan/decide.ts'
import type { Seen } from '../transport/transport.ts'
import type { MachineEvent } from './service-machine.ts'
import type { WorkContext, WorkThing } from './work-context.ts'

export interface Judged {
  readonly event: MachineEvent
  readonly decisions: readonly Decision[]
  readonly slow: boolean
  readonly moving?: { readonly progress: string; readonly againMs: number }
  readonly problem?: Problem
}

/** `firstSeen` keeps what was there before this run did anything. */
export function judge(
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
      one.wanted?.part ? one.wanted.part.wanted : one.question.wanted,
      finding,
      context.past(context.work.node, one.question.thing),
      { holds: one.wanted?.holds, force, whole: one.question.wanted, left: one.wanted?.left },
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

/** Commands ran, and it is still not as wanted. */
export function notSettled(context: WorkContext, judged: Pick<Judged, 'decisions'> | undefined): Problem {
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
