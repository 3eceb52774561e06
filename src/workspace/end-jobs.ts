/** Ends what runs of some services on their nodes, until the run has heard of it. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { JobRow, Store } from '../store/store.ts'
import { TransportError } from '../transport/transport.ts'
import type { Nodes } from './nodes.ts'

const AGAIN_MS = 500
const TRIES_MAX = 20

/** A job that was just written down may not have reached its node yet, so it is asked again. A node out of reach is left. */
export async function endJobs(
  services: readonly Address[],
  { store, nodes, clock }: { readonly store: Store; readonly nodes: Nodes; readonly clock: Clock },
): Promise<void> {
  const never = new AbortController().signal
  for (let left = TRIES_MAX; left > 0; left--) {
    const jobs = store.openJobs().filter((job) => services.includes(job.service) && job.attempts > 0)
    if (jobs.length === 0) return
    await Promise.all(
      [...new Set(jobs.map((job) => job.node))].map(async (node) => {
        try {
          await nodes.transport(node).end(jobs.filter((job) => job.node === node).map(idOnNode), never)
        } catch (error) {
          if (!(error instanceof TransportError)) throw error
        }
      }),
    )
    await clock.sleep(AGAIN_MS)
  }
}

/** The id under which a node knows the last attempt of a job. */
export const idOnNode = ({ id, attempts }: Pick<JobRow, 'id' | 'attempts'>): string => `${id}.${attempts}`
