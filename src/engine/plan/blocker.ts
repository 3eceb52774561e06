/** What is in the way of a service. */
import type { Address } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Origin } from '../blueprint/origin.ts'
import type { Action } from './plan.ts'

/** One thing that is in the way. */
export interface Blocker {
  readonly kind: /** Of the blueprints, of this service or of others: no plan is made while there is one. */
    | 'mistake'
    /** Apply refuses the plan. */
    | 'refused'
    | 'out of reach'
    | 'unknown'
    | 'waits'
    | 'held'
    /** --target, --exclude or --tag. */
    | 'left out'
    | 'condition'
    | 'each'
    | 'disabled'
    | 'undeclared'
    | 'failed'
    | 'retry'
  readonly message: string
  readonly code?: Problem['code']
  readonly at?: Place
  /** Of a condition: what it is written as, and what that reads. */
  readonly origin?: Origin
  /** What would lift it. */
  readonly lift?: string
  /** It holds up the whole plan, and so this service; the service itself would be free. */
  readonly whole?: true
}

/** What `ays why-not` tells. */
export interface WhyNot {
  readonly address: Address
  /** What apply would do to it; absent: it is not in the plan, or there is no plan. */
  readonly action?: Action
  /** False: no blueprint declares it. */
  readonly declared: boolean
  readonly blockers: readonly Blocker[]
}
