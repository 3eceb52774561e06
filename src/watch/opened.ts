/** What the parts of a watch share: the workspace as it was read last, what is known of it, and the loop that runs them. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Problem } from '../base/problem.ts'
import type { WatchedService, Watching, Workspace } from '../workspace.ts'
import type { WatchNote } from './events.ts'
import type { Hooks } from './hooks.ts'
import type { KnownServices } from './known.ts'
import type { Schedule } from './schedule.ts'

export interface Opened {
  readonly workspace: Workspace
  readonly watching: Watching
  readonly services: ReadonlyMap<Address, WatchedService>
  readonly known: KnownServices
  readonly schedule: Schedule
  readonly hooks: Hooks
}

export interface Loop {
  readonly clock: Clock
  /** Aborted: nothing new begins, and looks end at once. */
  readonly signal: AbortSignal
  /** Aborted: what runs on the nodes is ended. */
  readonly endNow: AbortSignal
  /** Runs something beside the loop, and wakes it at the end. */
  begin(work: () => Promise<void>): void
  wake(): void
  /** A run of the watch goes on. */
  isActing(): boolean
  tell(note: WatchNote): void
  /** The same problems of one sort are told once; none: they are over. */
  tellProblems(sort: 'files' | 'git' | 'hooks' | 'work', problems: readonly Problem[]): void
}

/** What a person must mend, such as a full disk, is tried again so much later. */
export const AGAIN_MS = 30_000

export const NEVER = Number.POSITIVE_INFINITY
