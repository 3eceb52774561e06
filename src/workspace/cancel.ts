/** `ays cancel`: asks the ays that works here to end, or ends what a dead one left on its nodes. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { ProblemsError } from '../base/problem.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import type { Change, Holder, JobRow, Run, Store } from '../store/store.ts'
import { attachToOpenJobs } from './attach.ts'
import type { Cancelled, CancelOptions } from './contract.ts'
import { heldProblem } from './lease-held.ts'
import type { Nodes } from './nodes.ts'
import type { Session } from './session.ts'

export interface CancelInput {
  readonly session: Session
  readonly clock: Clock
  /** Opened only where jobs of a dead run are ended. */
  nodes(): Nodes
  onNote(note: string): void
}

const ASK_EVERY_MS = 200

export async function cancel(input: CancelInput, options: CancelOptions): Promise<Cancelled> {
  const { store } = input.session
  if (options.run !== undefined && !store.run(options.run)) throw noRun(options.run)
  const named = options.services?.length ? namedIn(store, options.services) : undefined
  const asked = ask(input, options, named)
  const result = await (asked ? follow(input, options, asked, named) : leftBehind(input, options, named))
  // After the job: one that waits for its next attempt notes that until it ends.
  const retries = named ? callOff(input, named) : []
  if (result.state === 'nothing' && retries.length > 0) return { ...result, state: 'ended', retries }
  return { ...result, retries }
}

type Ended = Omit<Cancelled, 'retries'>

interface Asked {
  readonly holder: Holder
  readonly run: Run | undefined
}

/** Undefined where nobody alive works, or another run than the one that was named. */
function ask(
  { session, clock }: CancelInput,
  options: CancelOptions,
  named: readonly Address[] | undefined,
): Asked | undefined {
  const { store } = session
  const holder = store.holder()
  const run = holder && runOf(store, holder.fence)
  if (!holder || (options.run !== undefined && options.run !== run?.id)) return undefined
  if (named && (!run || jobsOf(store, run, named).every(hasEnded))) return undefined
  const { who, pid } = session.who()
  const isAsked = store.requestCancel({
    fence: holder.fence,
    ...(run ? { run: run.id } : {}),
    how: options.how,
    ...(named ? { services: named } : {}),
    who: `${who} (pid ${pid})`,
    at: clock.now(),
  })
  return isAsked ? { holder, run } : undefined
}

/** Until the run has ended, or what was named of it; a holder that dies meanwhile leaves its jobs behind. */
async function follow(
  input: CancelInput,
  options: CancelOptions,
  asked: Asked,
  named: readonly Address[] | undefined,
): Promise<Ended> {
  const { session, clock } = input
  const { store } = session
  const { holder } = asked
  if (options.waitMs === 0) return { state: 'asked', holder, ...ofRun(store, asked.run, named) }
  options.onAsked?.(holder, asked.run)
  const until = clock.now() + options.waitMs
  const signal = options.signal ?? new AbortController().signal
  for (;;) {
    const run = runOf(store, holder.fence)
    const holds = store.holder()?.fence === holder.fence
    // The lease is given back after the run: whoever waits for it may begin.
    const isOver = named && run ? !jobsOf(store, run, named).some((job) => job.state === 'running') : !holds
    if (isOver && (run?.state !== 'running' || named)) return { state: 'ended', holder, ...ofRun(store, run, named) }
    if (!holds || !store.holder()?.alive) return await leftBehind(input, options, named)
    if (clock.now() >= until || signal.aborted) return { state: 'going on', holder, ...ofRun(store, run, named) }
    await clock.sleep(ASK_EVERY_MS, signal).catch(() => undefined)
  }
}

/** What a run left whose ays is gone. */
async function leftBehind(
  { session, clock, nodes, onNote }: CancelInput,
  options: CancelOptions,
  named: readonly Address[] | undefined,
): Promise<Ended> {
  const { store } = session
  const asked = options.run === undefined ? undefined : store.run(options.run)
  if (asked && asked.state !== 'running') return { state: 'over', ...ofRun(store, asked, named) }
  const open = store.openJobs().filter((job) => !named || named.includes(job.service))
  const [last] = store.runs(1)
  const cut =
    asked ?? (last?.state === 'running' || open.length > 0 ? store.run(open.at(-1)?.run ?? last?.id ?? 0) : undefined)
  if (!cut) return { state: 'nothing', jobs: [] }
  if (options.how === 'finish') return { state: 'left behind', run: cut, jobs: open }
  const lease = await session.write().acquire(session.who())
  if ('heldBy' in lease) throw heldProblem(lease.heldBy)
  try {
    const signal = AbortSignal.any([lease.lost, ...(options.signal ? [options.signal] : [])])
    const { who, pid } = session.who()
    const by = `${who} (pid ${pid})`
    const services = named ? { services: named } : {}
    await attachToOpenJobs({ store: session.store, nodes: nodes(), clock, signal, onNote, how: 'end', by, ...services })
  } finally {
    await lease.release()
  }
  const jobs = open.flatMap((job) => session.store.jobs(job.run).find(({ id }) => id === job.id) ?? [])
  const run = session.store.run(cut.id) ?? cut
  return { state: jobs.some((job) => job.state === 'running') ? 'left behind' : 'cleared', run, jobs }
}

/** Attempts that failed and are due again are not made; periods and schedules stay as the blueprints have them. */
function callOff({ session }: CancelInput, named: readonly Address[]): Address[] {
  const due = session.store
    .memory()
    .actions.filter((one) => named.includes(one.address) && one.state === 'error' && one.nextAt !== undefined)
  if (due.length === 0) return []
  session.write().commit(due.map(({ nextAt: _nextAt, ...action }): Change => ({ put: 'action', action })))
  return [...new Set(due.map((one) => one.address))]
}

/** Each taking of the lease makes at most one run. */
const runOf = (store: Store, fence: number): Run | undefined => store.runs(1).find((run) => run.fence === fence)

const jobsOf = (store: Store, { id }: Run, named: readonly Address[] | undefined): JobRow[] =>
  store.jobs(id).filter((job) => !named || named.includes(job.service))

const ofRun = (store: Store, run: Run | undefined, named: readonly Address[] | undefined) =>
  run ? { run, jobs: jobsOf(store, run, named) } : { jobs: [] }

const hasEnded = ({ state }: JobRow): boolean => state !== 'running' && state !== 'waiting'

function namedIn(store: Store, patterns: readonly string[]): readonly Address[] {
  const { services, actions } = store.memory()
  const [last] = store.runs(1)
  const jobs = last ? store.jobs(last.id) : []
  const known = new Set([...services.keys(), ...actions.map((one) => one.address), ...jobs.map((job) => job.service)])
  return patterns.flatMap((pattern) => {
    const found = matchAddresses(pattern, known)
    if (found.length > 0) return found
    const hint = '`ays status` lists what is.'
    throw new ProblemsError([
      { code: 'TARGET_UNKNOWN', message: `${pattern} is not remembered, and no run has it.`, hint },
    ])
  })
}

const noRun = (run: number): ProblemsError =>
  new ProblemsError([{ code: 'USAGE', message: `There is no run ${run}.`, hint: '`ays runs` lists them.' }])
