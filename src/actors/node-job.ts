/** A work as the job that its node is given, and the meaning of what became of it. */
import { LOCAL } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import { type ClaimNote, noteOfBefore } from '../engine/claim.ts'
import type { Command } from '../engine/kind.ts'
import { mayCutOff, wayBack } from '../engine/plan/way-back.ts'
import type { NodeJob, NodeOutcome, Seen } from '../transport/transport.ts'
import { commandProblem } from './job-results.ts'
import type { Judged } from './judge.ts'
import type { MachineEvent } from './service-machine.ts'
import type { WorkContext, WorkThing } from './work-context.ts'

/** Compare-and-set: it expects what the judgement was based on. */
export function jobOf(
  context: WorkContext,
  things: readonly WorkThing[],
  judged: Judged,
  seen: readonly Seen[],
  firstSeen: ReadonlyMap<string, unknown>,
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
      // What only watched goes without a command; the job says so all the same, for nodes that are simulated.
      const ends = thing?.removal !== undefined && thing.question.kind.watches === true
      return thing && (decision.commands.length > 0 || ends)
        ? [
            {
              question: thing.question,
              commands: decision.commands.map((command) => within(command, context)),
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
    // An action is done once: nothing of it is taken care of afterwards.
    claim: work.passing ? [] : claimsOf(context, things, firstSeen),
    unclaim: things.flatMap((thing) => (thing.removal ? [thing.question.thing] : [])),
    ...undoOf(context, things, judged, seen),
  }
}

/** What a person asks of the service comes before what the kind says, and that before what is usual. */
const within = (command: Command, { timeouts, work }: WorkContext): Command => ({
  ...command,
  timeoutMs: timeouts.askedMs ?? command.timeoutMs ?? work.act?.timeoutMs ?? timeouts.usualMs,
})

/** With what was there before ays came, so that the node knows it when the state is lost. */
export function claimsOf(
  { work, past, environment }: Pick<WorkContext, 'work' | 'past' | 'environment'>,
  things: readonly WorkThing[],
  firstSeen: ReadonlyMap<string, unknown>,
): ClaimNote[] {
  return things.flatMap(({ question: { kind, thing }, wanted }) => {
    if (!wanted) return []
    const known = past(work.node, thing)
    const before = noteOfBefore(kind, known ? known.before : firstSeen.get(thing))
    return [{ thing, kind: kind.name, environment, before }]
  })
}

/** Jobs that may cut ays off carry their way back: what runs is put back last, over what it is started with. */
export function undoOf(
  { work, undoAfterMs }: Pick<WorkContext, 'work' | 'undoAfterMs'>,
  things: readonly WorkThing[],
  judged: Judged,
  seen: readonly Seen[],
): Pick<NodeJob, 'undo'> {
  const { decisions } = judged
  if (work.node === LOCAL || !decisions.some((decision) => mayCutOff(decision.commands))) return {}
  const backs = things.flatMap(({ question, wanted, removal }, i) => {
    const decision = decisions[i]
    const finding = seen[i]?.finding
    if (!decision || decision.commands.length === 0 || !finding || finding.state === 'unknown') return []
    const commands = wayBack(question.kind, question.wanted, finding.found, decision.becomes) ?? []
    return [{ rung: (wanted ?? removal)?.rung, commands }]
  })
  const ordered = [
    ...backs.filter((back) => back.rung !== 'running').reverse(),
    ...backs.filter((back) => back.rung === 'running'),
  ]
  const commands = ordered.flatMap((back) => back.commands)
  // Nothing to run is no way back: the node must not say that it took anything back.
  return commands.length === 0 ? {} : { undo: { commands, afterMs: undoAfterMs } }
}

export function readOutcome(
  context: WorkContext,
  job: NodeJob,
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
      const command = job.steps.flatMap((step) => step.commands)[outcome.ran.length - 1]
      return { event: { type: 'failed', transient }, problem: commandProblem(context.work, last, command?.timeoutMs) }
    }
    case 'refused':
      return { event: { type: 'failed', transient: false }, problem: outcome.problem }
    case 'lost':
      return { event: { type: 'lost' }, problem: outcome.problem }
  }
}
