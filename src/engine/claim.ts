/** What a node notes of a thing that ays takes care of: enough to know it again when the state is lost. */
import { type Json, plain, sameData } from '../base/json.ts'
import type { AnyKind } from './kind.ts'

/** A claim as a job gives it to its node; workspace and service are those of the job. */
export interface ClaimNote {
  readonly thing: string
  /** `file@1`. */
  readonly kind: string
  readonly environment: string
  /** As `noteOfBefore` gives it. */
  readonly before: string
}

/** A claim as a node tells it. Notes of earlier versions hold the workspace and the service only. */
export interface Claim {
  /** Who the state is that claims it: `<workspace>.<tag of its key>`. */
  readonly workspace: string
  readonly service: string
  readonly kind?: string
  readonly environment?: string
  readonly before?: string
}

const BARE = 'bare'
const NOTE_CHARS_MAX = 16_384

/** What was there before ays came, in one line: `bare`, JSON, or nothing where it is not known or too long to note. */
export function noteOfBefore(kind: AnyKind, before: unknown): string {
  if (before === undefined) return ''
  if (sameData(before, kind.bare)) return BARE
  const text = JSON.stringify(plain(kind.noted?.(before) ?? before))
  return text.length <= NOTE_CHARS_MAX ? text : ''
}

/** undefined: the note does not say. */
export function beforeOfNote(kind: AnyKind, note: string | undefined): Json | undefined {
  if (note === BARE) return plain(kind.bare)
  if (!note) return undefined
  try {
    // Written by noteOfBefore; what was changed by hand is not JSON, or a finding that the kind sees as different.
    return JSON.parse(note) as Json
  } catch {
    return undefined
  }
}

/** The state's own part of a claimant: `<workspace>.<tag>` of that workspace, of another state than ours. */
export function isOtherState(claimant: string, workspace: string, ours: string): boolean {
  return (
    claimant !== ours &&
    claimant.startsWith(`${workspace}.`) &&
    /^[0-9a-f]{8}$/.test(claimant.slice(workspace.length + 1))
  )
}

/**
 * The thing bears the name of the state that claims it (lab nodes do). It is that state's alone: no other one can want it or
 * take it over, and two clones of a workspace have theirs side by side.
 */
export const isOfItsState = (thing: string, claimant: string): boolean =>
  thing.includes(claimant.slice(claimant.lastIndexOf('.') + 1))
