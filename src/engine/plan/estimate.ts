/** How long a plan will take, from what the same took before. */
import type { Address } from '../../base/address.ts'
import type { Action, Plan, ServicePlan } from './plan.ts'

/** What one service took in one past run that went well. */
export interface PastJob {
  readonly service: Address
  readonly template: string
  readonly action: string
  readonly ms: number
}

export interface Estimate {
  /** Median of what was measured. */
  readonly ms: number
  /** Measured with this service, or with others of its template. */
  readonly from: 'service' | 'template'
  readonly samples: number
}

export interface Estimates {
  readonly services: Readonly<Record<Address, Estimate>>
  /** Along the longest chain of works, as many at once as are let; absent when nothing like it was ever measured. */
  readonly ms?: number
  /** Services with something to do of which nothing was measured. */
  readonly unmeasured: number
  /** Of services that are restarted, made anew or cut off. A service is away for no longer than its job takes. */
  readonly downtime: {
    readonly services: number
    /** The longest of them, at most; absent when nothing was measured. */
    readonly msMax?: number
    readonly unmeasured: number
  }
}

/** `parallel`: jobs at once. Pure: equal pasts give equal estimates. */
export function estimate(plan: Pick<Plan, 'services'>, past: readonly PastJob[], parallel: number): Estimates {
  const byService = grouped(past, (job) => `${job.service} ${job.action}`)
  const byTemplate = grouped(past, (job) => `${job.template} ${job.action}`)
  const working = plan.services.filter(works)
  const services = new Map<Address, Estimate>()
  for (const { address, template, action } of working) {
    const own = byService.get(`${address} ${action}`)
    const like = own ?? byTemplate.get(`${template} ${action}`)
    if (like) services.set(address, { ms: median(like), from: own ? 'service' : 'template', samples: like.length })
  }
  const interrupted = working.filter(interrupts)
  const downtimes = interrupted.flatMap(({ address }) => services.get(address)?.ms ?? [])
  return {
    services: Object.fromEntries(services),
    ...(services.size > 0 ? { ms: wholeMs(working, services, parallel) } : {}),
    unmeasured: working.filter(({ address }) => !services.has(address)).length,
    downtime: {
      services: interrupted.length,
      ...(downtimes.length > 0 ? { msMax: Math.max(...downtimes) } : {}),
      unmeasured: interrupted.length - downtimes.length,
    },
  }
}

const idle: readonly Action[] = ['none', 'adopt']

/** Something is run on a node for it, as far as is known. */
const works = (service: ServicePlan): boolean =>
  !idle.includes(service.action) && service.why !== 'lost' && service.tasks.some((task) => !task.withNode)

const interrupts = ({ action, tasks }: ServicePlan): boolean =>
  action === 'replace' ||
  tasks.some(({ effects }) =>
    effects.some(({ kind }) => kind === 'restart' || kind === 'reboot' || kind === 'network-cut'),
  )

/** The longest chain, or all works over the hands there are, whichever is more. */
function wholeMs(
  services: readonly ServicePlan[],
  estimates: ReadonlyMap<Address, Estimate>,
  parallel: number,
): number {
  const ends = new Map<Address, number>()
  let sum = 0
  for (const { address, after, behind = [] } of services) {
    const ms = estimates.get(address)?.ms ?? 0
    sum += ms
    const start = [...after, ...behind].reduce((latest, one) => Math.max(latest, ends.get(one) ?? 0), 0)
    ends.set(address, Math.max(ends.get(address) ?? 0, start + ms))
  }
  return Math.round(Math.max(...ends.values(), sum / Math.max(1, parallel)))
}

function grouped(jobs: readonly PastJob[], keyOf: (job: PastJob) => string): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>()
  for (const job of jobs) {
    const key = keyOf(job)
    const group = groups.get(key)
    if (group) group.push(job.ms)
    else groups.set(key, [job.ms])
  }
  return groups
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? high : Math.round(((sorted[middle - 1] ?? high) + high) / 2)
}
