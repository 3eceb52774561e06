import type { Address } from '../../base/address.ts'
import type { Json } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Secret } from '../../base/secret.ts'

/** A value with its place; maps and lists keep the places of what they hold. */
export type Value =
  | { readonly type: 'scalar'; readonly value: null | boolean | number | string | Secret; readonly at: Place }
  | { readonly type: 'list'; readonly items: readonly Value[]; readonly at: Place }
  | { readonly type: 'map'; readonly entries: readonly Entry[]; readonly at: Place }
export interface Entry {
  readonly key: string
  readonly keyAt: Place
  readonly value: Value
}

/** `<template>__<name>:` as it was read, before templates are known. */
export interface Declaration {
  readonly template: string
  readonly name: string
  readonly address: Address
  /** The key. */
  readonly at: Place
  /** Its fields in the order of the file, `$` keys excluded. */
  readonly fields: readonly Entry[]
  readonly steer: Steer
  /** The service whose template declared it, when no person did. */
  readonly derivedBy?: Address
}

/** The `$` keys. */
export interface Steer {
  readonly after: readonly { readonly address: string; readonly at: Place }[]
  readonly protect: boolean
  readonly moved?: { readonly address: string; readonly at: Place }
  readonly heal: boolean
  readonly ignore: readonly string[]
  readonly timeoutMs?: number
  readonly retriesMs?: readonly number[]
  readonly tags: readonly string[]
}

/** An entry under `actions:`: read and checked with the rest. */
export interface ActionRequest {
  readonly actions: readonly string[]
  readonly actor?: string
  readonly service?: string
  readonly recurringMs?: number
  readonly force: boolean
  readonly args: Json
  readonly at: Place
}

/** All blueprints of a workspace, read. */
export interface Blueprint {
  readonly declarations: readonly Declaration[]
  readonly actions: readonly ActionRequest[]
}
