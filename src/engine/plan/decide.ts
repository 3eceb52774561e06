/** One thing: wanted, found and remembered → what is to be done about it. The same code plans and acts. */
import { type Json, plain, sameData } from '../../base/json.ts'
import type { Problem } from '../../base/problem.ts'
import { isSealed } from '../../base/secret.ts'
import { type Leaf, partAt, withParts } from '../graph/leaves.ts'
import type { Left } from '../graph/tasks.ts'
import type { AnyKind, Command, Effect, FieldChange, Finding } from '../kind.ts'
import type { Action, ServicePlan } from './plan.ts'
import { mayCutOff, wayBack } from './way-back.ts'

/** What was remembered of a thing: as it was last applied, and what was there before. */
export interface Past {
  readonly wanted: Json
  readonly before: Json
  readonly adopted: boolean
}

export interface Decision {
  readonly action: Exclude<Action, 'act'>
  readonly why: ServicePlan['why']
  readonly changes: readonly FieldChange[]
  readonly commands: readonly Command[]
  readonly effects: readonly Effect[]
  /** What the look will show afterwards. */
  readonly becomes: unknown
  /** The way back of what may cut ays off, which the node goes by itself unless it is reached again. */
  readonly undo?: readonly Command[]
  /** Under way by itself: nothing to do but wait. */
  readonly moving?: { readonly progress: string; readonly againMs: number }
  readonly problem?: Problem
}

export interface DecideOptions {
  readonly holds?: 'data' | undefined
  readonly force?: boolean
  /** All that is wanted of the thing, where this is only a part of it: what is remembered is all of it. */
  readonly whole?: unknown
  /** What `$ignore` leaves to others. */
  readonly left?: Left | undefined
}

/** Three-way: found = wanted: nothing (no memory: adopt) · wanted = last applied: drift · found = last applied: change · else both. */
export function decideWanted(
  kind: AnyKind,
  thing: string,
  wanted: unknown,
  finding: Finding<unknown>,
  past: Past | undefined,
  options: DecideOptions = {},
): Decision {
  const decision = decide(kind, thing, wanted, finding, past, options)
  const { left } = options
  if (!left || !past || options.force || finding.state === 'unknown' || decision.changes.length === 0) return decision
  const whole = options.whole ?? wanted
  const leaves = left.leaves.filter(
    (leaf) => isAmong(leaf, left.always) || sameData(partAt(whole, leaf), partAt(past.wanted, leaf)),
  )
  if (leaves.length === 0 || sameData(finding.found, kind.bare)) return decision
  const asFound = kind.asWanted(finding.found)
  if (asFound === undefined) {
    const isLeft = decision.changes.every(({ path }) => left.paths.includes(path))
    return isLeft && leaves.length === left.leaves.length ? nothing(finding.found) : decision
  }
  const before = { ...past, wanted: plain(withParts(past.wanted, asFound, leaves)) }
  const others = decide(kind, thing, withParts(wanted, asFound, leaves), finding, before, {
    ...options,
    whole: withParts(whole, asFound, leaves),
  })
  // What is made anew is made as declared: there is nothing of others in it.
  return others.action === 'replace' ? decision : others
}

const isAmong = (leaf: Leaf, leaves: readonly Leaf[]): boolean => leaves.some((one) => sameData(one, leaf))

function decide(
  kind: AnyKind,
  thing: string,
  wanted: unknown,
  finding: Finding<unknown>,
  past: Past | undefined,
  options: DecideOptions,
): Decision {
  if (finding.state === 'unknown') return unknown(finding.problem)
  const { found } = finding
  const bare = sameData(found, kind.bare)
  const changes = veiled(kind.compare(wanted, found), past)
  if (finding.state === 'moving')
    return {
      ...nothing(found),
      action: 'update',
      why: past ? 'drift' : 'new',
      changes,
      moving: { progress: finding.progress, againMs: finding.againMs },
    }
  const replaces = !bare && (options.force || changes.some((change) => change.how === 'replace'))
  if (changes.length === 0 && !replaces)
    return past ? nothing(found) : { ...nothing(found), action: 'adopt', why: 'adopt' }
  const commands = keeping(
    kind,
    found,
    replaces
      ? [
          ...kind.remove(past ? past.wanted : (kind.asWanted(found) ?? wanted), kind.bare, found),
          ...kind.commands(wanted, kind.bare),
        ]
      : kind.commands(wanted, found),
  )
  const becomes = kind.settled(wanted, replaces ? kind.bare : found)
  return {
    action: replaces ? 'replace' : bare ? 'create' : 'update',
    why: changes.length === 0 ? 'asked' : whyOf(kind, options.whole ?? wanted, found, past),
    changes,
    commands,
    effects: effectsOf(commands, replaces && options.holds === 'data' ? thing : undefined),
    becomes,
    ...undoOf(kind, { wanted, found, becomes, commands }),
  }
}

/** What was a secret when it was last applied is still one where the blueprint now wants plain text in its place. */
function veiled(changes: readonly FieldChange[], past: Past | undefined): readonly FieldChange[] {
  const before: unknown = past?.wanted
  if (typeof before !== 'object' || before === null) return changes
  return changes.map((change) => {
    const was = Object.entries(before).find(([key]) => key === change.path)?.[1]
    return isSealed(was) && change.from !== undefined ? { ...change, from: plain(was) } : change
  })
}

/** For import: what is there is taken as it is, nothing is done. undefined: there is nothing to adopt. */
export function decideAdoption(
  kind: AnyKind,
  wanted: unknown,
  finding: Finding<unknown>,
  past: Past | undefined,
): Decision | undefined {
  if (finding.state === 'unknown') return unknown(finding.problem)
  const { found } = finding
  if (past || sameData(found, kind.bare)) return undefined
  return { ...nothing(found), action: 'adopt', why: 'adopt', changes: kind.compare(wanted, found) }
}

/** To recover a lost state: what it claimed is taken as it is, also where it is no longer there, so that it is made again. */
export function decideRecovery(kind: AnyKind, wanted: unknown, finding: Finding<unknown>): Decision {
  if (finding.state === 'unknown') return unknown(finding.problem)
  const { found } = finding
  return { ...nothing(found), action: 'adopt', why: 'adopt', changes: kind.compare(wanted, found) }
}

/** A thing that nobody wants any more: back to what was there before. */
export function decideUnwanted(
  kind: AnyKind,
  thing: string,
  finding: Finding<unknown>,
  past: Past,
  why: ServicePlan['why'],
  holds?: 'data',
): Decision {
  if (finding.state === 'unknown') return unknown(finding.problem)
  const { found } = finding
  const base = {
    action: 'remove',
    why,
    changes: [{ path: '', from: plain(found), to: past.before, how: 'in place' }],
  } as const
  if (sameData(keptOf(kind, found), keptOf(kind, past.before)))
    return { ...base, changes: [], commands: [], effects: [], becomes: found }
  const commands = keeping(kind, found, kind.remove(past.wanted, past.before, found))
  if (commands.length > 0)
    return {
      ...base,
      commands,
      effects: effectsOf(commands, holds === 'data' ? thing : undefined),
      becomes: past.before,
      ...undoOf(kind, { wanted: past.wanted, found, becomes: past.before, commands }),
    }
  if (kind.watches) return { ...base, changes: [], commands: [], effects: [], becomes: past.before }
  const problem: Problem = {
    code: 'NO_WAY_BACK',
    severity: 'warning',
    message: `${thing} stays as it is: what was done cannot be undone by ays.`,
  }
  return { ...base, changes: [], commands, effects: [], becomes: found, problem }
}

/** Without what a look only shows. */
const keptOf = (kind: AnyKind, found: unknown): unknown => kind.noted?.(found) ?? found

function whyOf(kind: AnyKind, wanted: unknown, found: unknown, past: Past | undefined): ServicePlan['why'] {
  if (!past) return 'new'
  if (sameData(wanted, past.wanted)) return 'drift'
  return kind.compare(past.wanted, found).length === 0 ? 'change' : 'both'
}

/** Before what may have to be undone by the node itself, it keeps what that takes. */
function keeping(kind: AnyKind, found: unknown, commands: readonly Command[]): readonly Command[] {
  return kind.keeps && mayCutOff(commands) ? [...kind.keeps(found), ...commands] : commands
}

function undoOf(
  kind: AnyKind,
  of: { wanted: unknown; found: unknown; becomes: unknown; commands: readonly Command[] },
): Pick<Decision, 'undo'> {
  const undo = mayCutOff(of.commands) ? wayBack(kind, of.wanted, of.found, of.becomes) : undefined
  return undo ? { undo } : {}
}

function effectsOf(commands: readonly Command[], dataLost: string | undefined): Effect[] {
  const effects = commands.flatMap((command) => command.effects ?? [])
  if (dataLost !== undefined && !effects.some((effect) => effect.kind === 'data-loss'))
    effects.push({ kind: 'data-loss', what: dataLost })
  return [...new Map(effects.map((effect) => [`${effect.kind} ${effect.what}`, effect])).values()]
}

const nothing = (found: unknown): Decision => ({
  action: 'none',
  why: 'change',
  changes: [],
  commands: [],
  effects: [],
  becomes: found,
})
const unknown = (problem: Problem): Decision => ({
  action: 'unknown',
  why: 'lost',
  changes: [],
  commands: [],
  effects: [],
  becomes: undefined,
  problem,
})
