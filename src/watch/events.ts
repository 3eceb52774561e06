/** What `ays watch` tells: each event once, when something is another way than it was. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { WatchNews } from '../engine/blueprint/workspace-file.ts'
import { WATCH_NEWS } from '../engine/blueprint/workspace-schema.ts'

/** `at`: milliseconds since 1970. */
export type WatchEvent = { readonly at: number } & (
  | { readonly type: 'started'; readonly services: number; readonly nodes: number; readonly apply: string }
  /** A service is not as declared by what happened on its node. */
  | {
      readonly type: 'drifted'
      readonly service: Address
      readonly node?: Address
      readonly problem: Problem
      /** repairs: the watch does it · later: when the run that goes on has ended · reports: $heal is false · waits: a change of the blueprint must be applied with it. */
      readonly answer: 'repairs' | 'later' | 'reports' | 'waits'
    }
  /** It is as declared again, and not by the watch. */
  | { readonly type: 'ok'; readonly service: Address }
  | { readonly type: 'repaired'; readonly service: Address; readonly run: number; readonly ms: number }
  | {
      readonly type: 'failed'
      readonly service: Address
      readonly problem: Problem
      readonly attempts: number
      /** Absent: it is not tried again until something changes. */
      readonly nextAt?: number
    }
  | { readonly type: 'lost'; readonly node: Address; readonly problem: Problem }
  | { readonly type: 'back'; readonly node: Address }
  /** Changes of the blueprints that are not applied by themselves, and why not. */
  | {
      readonly type: 'pending'
      readonly services: readonly { readonly address: Address; readonly action: string }[]
      readonly why: string
    }
  | { readonly type: 'applied'; readonly run: number; readonly services: readonly Address[]; readonly ms: number }
  | {
      readonly type: 'action'
      readonly service: Address
      readonly action: string
      /** skipped: the service is held or not in place. */
      readonly state: 'ok' | 'error' | 'skipped'
      readonly run?: number
      readonly problem?: Problem
      readonly nextAt?: number
    }
  /** The blueprints cannot be read, git cannot fetch, a webhook cannot be told: the watch goes on with what it has. */
  | { readonly type: 'problem'; readonly problems: readonly Problem[] }
  | { readonly type: 'reloaded'; readonly services: number }
  | { readonly type: 'fetched'; readonly from: string; readonly to: string }
  /** Another ays works on the workspace. */
  | { readonly type: 'waiting'; readonly problem: Problem }
  | { readonly type: 'stopping' }
)

/** An event before it has its time. */
export type WatchNote = WatchEvent extends infer One ? (One extends WatchEvent ? Omit<One, 'at'> : never) : never

const NEWS: ReadonlySet<string> = new Set(WATCH_NEWS)

/** Whether webhooks are told of it. */
export const isNews = (event: WatchEvent): event is Extract<WatchEvent, { type: WatchNews }> => NEWS.has(event.type)
