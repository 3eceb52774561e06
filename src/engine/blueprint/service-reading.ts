/** What expressions see of other services. */
import type { Address } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'

/** What an expression may read of another service. A key is sought in its outputs, then in its data. */
export interface ServiceReading {
  readonly name: string
  readonly data: JsonObject
  /** undefined while they are known only after apply. */
  readonly outputs: JsonObject | undefined
  /** Of a node: what it is, by name, under what its data and outputs do not name. Members may be getters. */
  readonly facts?: JsonObject
}

/** Services by address; a Map fits. */
export type ServiceReadings = Pick<ReadonlyMap<Address, ServiceReading>, 'get' | 'keys'>
