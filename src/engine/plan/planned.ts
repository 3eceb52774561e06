/** What planning knows of one service, between deciding and ordering. */
import type { Address } from '../../base/address.ts'
import type { ServicePlan } from './plan.ts'
import type { Work } from './world.ts'

/** A service's part of the plan before it is put in order. */
export interface Planned {
  readonly plan: Omit<ServicePlan, 'after' | 'behind'>
  /** One per node; the first is the service's own node. */
  readonly works: readonly Omit<Work, 'after' | 'behind'>[]
  readonly removal: boolean
  readonly withNode?: Address
}
