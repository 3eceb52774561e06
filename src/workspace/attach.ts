/** What an earlier run left behind: its open jobs are waited for or ended on their nodes, and closed in the store. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Problem } from '../base/problem.ts'
import type { Change, JobRow, Store } from '../store/store.ts'
import { TransportError } from '../transport/transport.ts'
import { idOnNode } from './end-jobs.ts'
import type { Nodes } from './nodes.ts'

/** Nodes on which something may have moved meanwhile; what was seen of them is old. Nodes out of reach keep their jobs open. */
export async function attachToOpenJobs(options: {
  store: Store
  nodes: Nodes
  clock: Clock
  signal: AbortSignal
  onNote: (note: string) => void
  /** wait: until what runs has ended by itself. */
  how: 'wait' | 'end'
  /** Who has them ended. */
  by?: string
  /** Only jobs of these. */
  services?: readonly Address[]
}): Promise<ReadonlySet<Address>> {
  const { store, nodes, clock, signal, how, by, services } = options
  const moved = new Set<Address>()
  const changes: Change[] = []
  const byNode = new Map<Address, JobRow[]>()
  for (const job of store.openJobs().filter((one) => !services || services.includes(one.service)))
    byNode.set(job.node, [...(byNode.get(job.node) ?? []), job])
  await Promise.all(
    [...byNode].map(async ([node, jobs]) => {
      try {
        const begun = jobs.filter((job) => job.attempts > 0)
        for (const job of begun)
          options.onNote(
            `${node}: ${job.service} of run ${job.run} was cut off; ${how === 'wait' ? 'waiting for' : 'ending'} what still runs of it`,
          )
        const transport = nodes.transport(node)
        const ids = begun.map(idOnNode)
        const ends =
          begun.length === 0
            ? []
            : how === 'wait'
              ? await transport.attach(ids, signal)
              : await transport.end(ids, signal)
        for (const job of jobs) {
          const end = ends[begun.indexOf(job)]
          const became = `on ${node} its last job ${end?.state ?? 'never began'}`
          const problem: Problem = {
            code: 'CANCELLED',
            message: by
              ? `${job.service} was ended: ${by} cancelled it; ${became}.`
              : `${job.service} was cut off with its run; ${became}.`,
          }
          changes.push({ put: 'job', job: { ...job, state: 'cancelled', endedAt: clock.now(), problem } })
        }
        if (begun.length > 0) moved.add(node)
      } catch (error) {
        if (!(error instanceof TransportError)) throw error
      }
    }),
  )
  changes.push(...closeCutRun(store, clock, by))
  if (changes.length > 0) store.commit(changes)
  return moved
}

/** Each run closes the one before it, so only the last can have been cut off. What it had not begun is not begun any more. */
function closeCutRun(store: Store, clock: Clock, by: string | undefined): Change[] {
  const [run] = store.runs(1)
  if (run?.state !== 'running') return []
  const endedAt = clock.now()
  const waiting = store.jobs(run.id).filter((job) => job.state === 'waiting')
  const problem = (job: JobRow): Problem => ({
    code: 'CANCELLED',
    message: `${job.service} was not begun: its run was cut off.`,
  })
  return [
    ...waiting.map(
      (job): Change => ({ put: 'job', job: { ...job, state: 'cancelled', endedAt, problem: problem(job) } }),
    ),
    { put: 'run', run: { ...run, state: 'cancelled', endedAt, ...(by === undefined ? {} : { cancelledBy: by }) } },
  ]
}
