/** What differs between two revisions, service by service. */
import type { Address } from '../base/address.ts'
import type { Json } from '../base/json.ts'
import type { Place } from '../base/place.ts'
import type { ServicePlan } from '../engine/plan/plan.ts'
import type { FieldDiff } from './field-diff.ts'

/** `touched`: its own declaration is the same, and what is done for it is not. */
export type Change = 'added' | 'removed' | 'renamed' | 'changed' | 'touched'

export interface ServiceDiff {
  readonly address: Address
  /** Its address in the base, where `$moved` says so. */
  readonly was?: Address
  readonly template: string
  readonly change: Change
  /** In the head; of what is removed, in the base. */
  readonly at: Place
  readonly baseAt?: Place
  readonly derivedBy?: Address
  readonly fields: readonly FieldDiff[]
  readonly links: readonly LinkDiff[]
  /** What this follows from, where it is not this service's own declaration. */
  readonly because: readonly Cause[]
  /** What would change on nodes on which all of the base was applied; absent: nothing. */
  readonly work?: ServicePlan
}

export interface LinkDiff {
  /** `parent`, `consumes.NAME` or `after`. */
  readonly link: string
  readonly added: readonly Address[]
  readonly removed: readonly Address[]
}

/** Another service of the comparison, and what of it is the reason. */
export interface Cause {
  readonly address: Address
  readonly change: Change
  readonly fields: readonly FieldDiff[]
}

export interface ActionDiff {
  readonly added: readonly ActionShown[]
  readonly removed: readonly ActionShown[]
}
export interface ActionShown {
  readonly actions: readonly string[]
  readonly what: Json
  readonly at: Place
}
