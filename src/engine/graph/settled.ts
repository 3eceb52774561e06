/** A declaration on its way to becoming a service. */
import type { JsonObject } from '../../base/json.ts'
import type { Entry } from '../blueprint/declaration.ts'
import type { LinkUse } from './link-fields.ts'
import type { Member } from './roster.ts'

/** A declaration, understood as far as it can be without its neighbours. */
export interface Settled {
  readonly member: Member
  readonly links: readonly LinkUse[]
  /** The fields that are data; expressions that read outputs still stand in them. */
  readonly fields: readonly Entry[]
  readonly data: JsonObject
  /** True while expressions stand in `fields`. */
  readonly later: boolean
  /** False when its data has mistakes, so that it should not be reasoned about. */
  readonly sound: boolean
}
