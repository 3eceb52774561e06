/** Remembers what is there as it is: the work of `ays import`, and of `ays state recover`. */
import { plain } from '../base/json.ts'
import { beforeOfNote } from '../engine/claim.ts'
import type { WantedThing } from '../engine/plan/world.ts'
import type { Change } from '../store/store.ts'
import { type NodeJob, TransportError } from '../transport/transport.ts'
import { claimsOf, readOutcome } from './node-job.ts'
import { type TaskChange, taskChange } from './work-changes.ts'
import { questionsOf, type WorkContext, type WorkEnd } from './work-context.ts'

/** Remembers what is there as it is: nothing on the node is changed, but that claims of a lost state become ours. */
export async function adoptWork(context: WorkContext): Promise<WorkEnd> {
  const { work, ledger, clock, remember } = context
  const none = { warnings: [], results: [], attempts: 0, tries: 1 }
  const seen = context.seen ?? (await lookOrProblem(context))
  if ('problem' in seen) return { end: 'error', problem: seen.problem, ...none }
  const changes: Change[] = remember ? [{ put: 'service', service: { ...remember, appliedAt: clock.now() } }] : []
  const befores = new Map<string, unknown>()
  work.things.forEach((thing, position) => {
    const finding = seen[position]?.finding
    if (finding?.state === 'unknown' || !finding) return
    const change = adoption(context, thing, position, finding.found)
    befores.set(thing.thing, change.task.before)
    changes.push(change)
  })
  if (!work.takesOver) {
    await ledger.write(changes)
    return { end: 'ok', ...none }
  }
  const job = { ...context.job, state: 'running', attempts: 1 } as const
  await ledger.write([{ put: 'job', job }, ...changes])
  const taken = await takeOver(context, befores)
  return 'problem' in taken
    ? { end: 'error', problem: taken.problem, ...none, attempts: 1 }
    : { end: 'ok', ...none, attempts: 1 }
}

/** As found, or as wanted where that is the same. What a lost state knew of before is what its claim notes. */
function adoption(context: WorkContext, thing: WantedThing, position: number, found: unknown): TaskChange {
  const { kind } = thing
  const claim = context.work.takesOver?.get(thing.thing)
  const before = claim ? (beforeOfNote(kind, claim.before) ?? found) : found
  const { task } = taskChange(context, thing, position, new Map([[thing.thing, before]]))
  const asIs = kind.compare(thing.wanted, found).length === 0 ? thing.wanted : kind.asWanted(found)
  const adopted = claim ? task.adopted : true
  return { put: 'task', task: { ...task, wanted: plain(asIs ?? thing.wanted), adopted } }
}

/** A job without commands: the node notes the claims, and refuses them to a run that was overtaken. */
async function takeOver(context: WorkContext, befores: ReadonlyMap<string, unknown>) {
  const { work, job, desk } = context
  const things = work.things
    .filter(({ thing }) => befores.has(thing))
    .map((wanted) => ({ question: { kind: wanted.kind, thing: wanted.thing, wanted: wanted.wanted }, wanted }))
  try {
    const taking: NodeJob = {
      id: `${job.id}.1`,
      fence: context.fence,
      workspace: context.workspace,
      service: work.service,
      steps: [],
      expect: [],
      afterwards: [],
      claim: claimsOf(context, things, befores),
      unclaim: [],
    }
    const outcome = await desk.act(taking, { slow: false })
    const { problem } = readOutcome(context, taking, outcome)
    return outcome.state === 'done' || !problem ? {} : { problem }
  } catch (error) {
    if (error instanceof TransportError) return { problem: error.problem }
    throw error
  }
}

async function lookOrProblem(context: WorkContext) {
  try {
    return await context.desk.look(questionsOf(context))
  } catch (error) {
    if (error instanceof TransportError) return { problem: error.problem }
    throw error
  }
}
