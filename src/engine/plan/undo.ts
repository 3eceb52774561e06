/** The way back of one thing, as plans show it: the commands that lead to what was found, or why there are none. */
import type { Address } from '../../base/address.ts'
import { thingKey } from '../graph/tasks.ts'
import type { AnyKind, Command } from '../kind.ts'
import type { TaskPlan } from './plan.ts'
import { mayCutOff, wayBack } from './way-back.ts'

/**
 * `none` says why there is no way back. `loses`: the way back brings the thing, not the data that was in it.
 * `from: 'node'`: the content is known to the node alone, which keeps it in its folder of ays until then.
 */
export type Undo =
  | { readonly commands: readonly Command[]; readonly loses?: 'data'; readonly from?: 'node' }
  | { readonly none: string }

/** By what the way back of a service's own part of a thing is kept; that of a whole thing is kept by `thingKey`. */
export const undoKey = (
  service: Address,
  { node, thing }: { readonly node: Address; readonly thing: string },
): string => `${service} ${thingKey(node, thing)}`

/** `found` is what is there now. undefined: nothing is done that could be undone. */
export function undoOf(
  task: Pick<TaskPlan, 'action' | 'why' | 'commands' | 'effects' | 'withNode'>,
  of: { readonly kind: AnyKind; readonly wanted: unknown; readonly found: unknown; readonly becomes: unknown },
): Undo | undefined {
  if (task.withNode) return { none: 'It goes with its node.' }
  if (task.commands.length === 0) return undefined
  const { kind, wanted, found, becomes } = of
  const back = kind.asWanted(found)
  // Not remembered so far: what is there now is what its removal would bring back.
  if (task.action === 'create' || (task.action === 'update' && task.why === 'new')) {
    const commands = kind.remove(wanted, found, becomes)
    if (commands.length === 0 && !kind.watches) return { none: 'What is done cannot be undone by ays.' }
    return { commands, ...(task.action === 'update' && isDigestOnly(back) ? { from: 'node' } : {}) }
  }
  if (back === undefined) return { none: 'What is there now is nothing that ays could make again.' }
  const onNode = isDigestOnly(back)
  if (onNode && !(kind.keeps && mayCutOff(task.commands)))
    return { none: 'Only a digest of what is there now is known: apply the blueprint of before.' }
  const commands = wayBack(kind, wanted, found, becomes)
  if (!commands) return { none: 'What is done cannot be undone by ays.' }
  const data = task.effects.some((effect) => effect.kind === 'data-loss') ? { loses: 'data' as const } : {}
  return { commands, ...data, ...(onNode ? { from: 'node' } : {}) }
}

/** Somewhere in it stands a text of which only the digest is known: nobody can write it again. */
function isDigestOnly(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const keys = Object.keys(value)
  if (keys.includes('sealed') || (keys.length === 1 && keys[0] === 'sha256')) return true
  return Object.values(value).some(isDigestOnly)
}
