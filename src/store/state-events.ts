/** Which changes of what is remembered are also announced as events, the same in every store. */
import type { Address } from '../base/address.ts'
import { plain } from '../base/json.ts'
import type { CancelRequest, Change, EventRow, JobRow, Run } from './store.ts'

/** What a store knows of the world before a change. */
export interface Before {
  /** State of a run or a job, undefined when it is new. */
  run(id: number): string | undefined
  job(id: string): string | undefined
  /** Whether the service was remembered. */
  service(address: Address): boolean
}

/** The event of a change, or undefined when no state moved. `put: 'event'` is written as it is given. */
export function eventOf(change: Change, before: Before, at: number): Omit<EventRow, 'sequence'> | undefined {
  if ('drop' in change) {
    if (change.drop === 'hold') return { at, run: undefined, what: 'hold.lifted', service: change.address }
    if (change.drop !== 'service' || !before.service(change.address)) return undefined
    return { at, run: undefined, what: 'service.forgotten', service: change.address }
  }
  switch (change.put) {
    case 'event':
      return change.event
    case 'run':
      return before.run(change.run.id) === change.run.state ? undefined : eventOfRun(change.run, at)
    case 'job':
      return before.job(change.job.id) === change.job.state ? undefined : eventOfJob(change.job, at)
    case 'service': {
      const { address, template } = change.service
      if (before.service(address)) return undefined
      return { at, run: undefined, what: 'service.remembered', service: address, data: { template } }
    }
    case 'hold': {
      const { address, verb, rung, who } = change.hold
      return { at, run: undefined, what: 'hold.set', service: address, data: { verb, rung, who } }
    }
    case 'action': {
      const { address, action, state, attempts, nextAt } = change.action
      return { at, run: undefined, what: `action.${state}`, service: address, data: { action, attempts, nextAt } }
    }
    case 'delivery':
    case 'text':
    case 'kept':
    case 'task':
    case 'node':
    case 'allocation':
      return undefined
  }
}

/** The event of a request to end. */
export function eventOfCancel({ run, how, services, who }: CancelRequest, at: number): Omit<EventRow, 'sequence'> {
  return { at, run, what: 'run.cancel-asked', data: plain({ how, who, services }) }
}

function eventOfRun(run: Run, at: number): Omit<EventRow, 'sequence'> {
  return { at, run: run.id, what: `run.${run.state}`, data: { kind: run.kind, who: run.who, fence: run.fence } }
}

function eventOfJob(job: JobRow, at: number): Omit<EventRow, 'sequence'> {
  const data = { job: job.id, node: job.node, action: job.action, attempts: job.attempts, code: job.problem?.code }
  return { at, run: job.run, what: `job.${job.state}`, service: job.service, data }
}
