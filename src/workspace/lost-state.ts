/** What another state of this workspace left on nodes: the claims by which a lost state is noticed and recovered. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import { beforeOfNote, type Claim, isOfItsState, isOtherState } from '../engine/claim.ts'
import type { Facts } from '../engine/facts.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { WantedThing } from '../engine/plan/world.ts'
import type { Memory } from '../store/store.ts'

/** A claim with where it is. */
export interface LostClaim extends Claim {
  readonly node: Address
  readonly thing: string
}

export interface LostStateInput {
  /** `workspace:` of ays.yaml; without it no claim can be told to be of this workspace. */
  readonly workspace: string | undefined
  readonly environment: string
  /** Who our own state is. */
  readonly claimant: string
  readonly facts: ReadonlyMap<Address, Facts>
  readonly things: ReadonlyMap<string, WantedThing>
  /** Exactly this state's claims, as its name stands on nodes. */
  readonly from?: string | undefined
}

/** By `thingKey`: claims of this workspace and environment under another state. Where a note lacks the environment, what is wanted counts. */
export function lostClaims(of: LostStateInput): ReadonlyMap<string, LostClaim> {
  const lost = new Map<string, LostClaim>()
  const { workspace, from } = of
  for (const [node, { claims }] of of.facts)
    for (const [thing, claim] of Object.entries(claims)) {
      const key = thingKey(node, thing)
      const isOfHere = claim.environment === undefined ? of.things.has(key) : claim.environment === of.environment
      const isLost =
        from === undefined
          ? isOfHere && workspace !== undefined && isOtherState(claim.workspace, workspace, of.claimant)
          : claim.workspace === from && from !== of.claimant
      if (isLost) lost.set(key, { ...claim, node, thing })
    }
  return lost
}

/** STATE_MISSING, where nothing is remembered and nodes say that this workspace was applied. */
export function stateMissing(lost: ReadonlyMap<string, LostClaim>, memory: Memory, folder: string): readonly Problem[] {
  if (lost.size === 0 || memory.services.size > 0 || memory.tasks.length > 0) return []
  const claims = [...lost.values()].filter(({ thing, workspace }) => !isOfItsState(thing, workspace))
  if (claims.length === 0) return []
  const nodes = [...new Set(claims.map((claim) => claim.node))]
  const [first] = claims
  const example = first ? `${first.thing} for ${first.service}` : ''
  return [
    {
      code: 'STATE_MISSING',
      message: `This workspace was applied from elsewhere: ${nodes.join(', ')} ${nodes.length === 1 ? 'notes' : 'note'} ${claims.length} of its things (such as ${example}), and there is no state of it in ${folder}.`,
      hint: 'Run where the state is (`ays --at user@host …`), copy its folder back to here, or build it anew from the nodes with `ays state recover`.',
    },
  ]
}

/** What a recovery cannot know, and what it has to leave. */
export function recoveryWarnings(
  lost: ReadonlyMap<string, LostClaim>,
  things: ReadonlyMap<string, WantedThing>,
): readonly Problem[] {
  const left = [...lost].filter(([key]) => !things.has(key)).map(([, claim]) => claim)
  const blind = [...lost].flatMap(([key, claim]) => {
    const kind = things.get(key)?.kind
    return kind && beforeOfNote(kind, claim.before) === undefined ? [claim] : []
  })
  return [
    ...grouped(blind).map(
      ({ service, node, names }): Problem => ({
        code: 'BEFORE_UNKNOWN',
        severity: 'warning',
        message: `${service}: ${node} does not say what was there before: ${names}.`,
        hint: 'It is taken over as it is now, and its removal will leave it there.',
      }),
    ),
    ...grouped(left).map(
      ({ service, node, names }): Problem => ({
        code: 'CLAIM_LEFT',
        severity: 'warning',
        message: `${service} is on ${node}, and no blueprint declares it: ${names}.`,
        hint: 'It stays there. To remove it, declare it as it was, recover once more, and then take it out of the blueprint and apply.',
      }),
    ),
  ]
}

function grouped(claims: readonly LostClaim[]): { service: string; node: Address; names: string }[] {
  const groups = new Map<string, LostClaim[]>()
  for (const claim of claims) {
    const key = `${claim.service} ${claim.node}`
    groups.set(key, [...(groups.get(key) ?? []), claim])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const names = group.map(({ thing, kind }) => (kind ? `${thing} (${kind})` : thing)).join(', ')
    return first ? [{ service: first.service, node: first.node, names }] : []
  })
}
