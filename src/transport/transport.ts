import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { Text } from '../base/secret.ts'
import type { ClaimNote } from '../engine/claim.ts'
import type { Facts } from '../engine/facts.ts'
import type { AnyKind, Command, CommandResult, Finding } from '../engine/kind.ts'

/** One thing to look at. */
export interface Question {
  readonly kind: AnyKind
  readonly thing: string
  readonly wanted: unknown
}

export interface Seen {
  readonly finding: Finding<unknown>
  /** Digest of the raw answer, for compare-and-set; '' when unknown. Kept in memory only. */
  readonly digest: string
}

/** The commands for one thing, in order, and what the look will show afterwards. */
export interface Step {
  readonly question: Question
  readonly commands: readonly Command[]
  readonly becomes: unknown
}

/** The commands of one service on one node. The same on every road; a node runs the same id once. */
export interface NodeJob {
  readonly id: string
  /** Rises with every run; a node refuses an older one. */
  readonly fence: number
  readonly workspace: string
  readonly service: Address
  readonly steps: readonly Step[]
  /** Compare-and-set: the answers on which the commands were based. Different: nothing is done. Empty: do not compare. */
  readonly expect: readonly { readonly question: Question; readonly digest: string }[]
  /** Looked at after the commands. */
  readonly afterwards: readonly Question[]
  /** Claims that the node notes, and things whose claim it drops, when the commands begin. */
  readonly claim: readonly ClaimNote[]
  readonly unclaim: readonly string[]
  /** For commands that could cut ays off: the node takes them back by itself, unless `confirm` reaches it before. */
  readonly undo?: Undo
}

/** The way back of a job, and when the node goes it by itself. */
export interface Undo {
  readonly commands: readonly Command[]
  /** Milliseconds from the end of its commands. */
  readonly afterMs: number
}

/** What became of a job. `ran` has one result per command that began. */
export type NodeOutcome =
  | { readonly state: 'done'; readonly ran: readonly CommandResult[]; readonly seen: readonly Seen[] }
  /** The last of `ran` failed; the rest did not run. `seen` is what the node shows now. */
  | { readonly state: 'failed'; readonly ran: readonly CommandResult[]; readonly seen: readonly Seen[] }
  /** The answers were others than expected. Nothing was done. `seen` answers `expect`. */
  | { readonly state: 'moved'; readonly seen: readonly Seen[] }
  /** Nothing was done: an older fence. */
  | { readonly state: 'refused'; readonly problem: Problem }
  /** The connection went away; whether it ran is not known. */
  | { readonly state: 'lost'; readonly problem: Problem }

/** What became of a job that an earlier run gave to the node. */
export type Attached = { readonly state: 'never began' } | { readonly state: 'ended' } | { readonly state: 'died' }

/** confirmed: its undo is off · undone: the node took it back · not armed: it never began, had no undo, or was confirmed before. */
export type Confirmed = 'confirmed' | 'undone' | 'not armed'

export interface ExecResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * The only door to a node. One per node and run; opened by the first call, closed once.
 * A node that cannot be reached makes every call throw a `TransportError` with the problem; nothing else throws.
 */
export interface Transport {
  /** All questions in one exchange; answers in the same order. One that fails or hangs is 'unknown', the others are not. */
  look(questions: readonly Question[], signal: AbortSignal): Promise<readonly Seen[]>
  /** Runs jobs one after the other in one exchange; an error of one does not hold up the next. */
  act(jobs: readonly NodeJob[], signal: AbortSignal): Promise<readonly NodeOutcome[]>
  /** Waits for jobs that an earlier run may have started, and says what became of them. */
  attach(ids: readonly string[], signal: AbortSignal): Promise<readonly Attached[]>
  /** Ends the process groups of these jobs, whoever gave them, and says what became of them. Of a list of jobs in one exchange, the others go on. */
  end(ids: readonly string[], signal: AbortSignal): Promise<readonly Attached[]>
  /** Over a connection made now, which is the proof that the node can be reached: takes the undo off a job. */
  confirm(id: string, signal: AbortSignal): Promise<Confirmed>
  facts(signal: AbortSignal): Promise<Facts>
  /** Any command of a person's. Its output is bounded (64 KiB a stream). */
  exec(
    run: { readonly argv: readonly string[]; readonly stdin?: Text },
    options: { readonly timeoutMs?: number; readonly signal: AbortSignal },
  ): Promise<ExecResult>
  /** The workspace has nothing there any more: its claims and jobs go, and ays's own folder when no other claims anything. */
  leave(workspace: string, signal: AbortSignal): Promise<void>
  /** Ends the process groups of what runs now (the second Ctrl-C). */
  endRunning(): Promise<void>
  close(): Promise<void>
}

/** The node is out of reach, or the login failed; `problem` says how. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}
