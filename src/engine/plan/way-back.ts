/** The way back of a change: what leads from what a thing becomes to what was found of it. */
import { sameData } from '../../base/json.ts'
import type { AnyKind, Command, EffectKind } from '../kind.ts'

/** Commands with these may end the way by which ays reaches the node. */
const CUTS: ReadonlySet<EffectKind> = new Set(['lockout', 'network-cut'])

/** True when what is done may cut ays off from the node: such a job carries its own undo. */
export const mayCutOff = (commands: readonly Command[]): boolean =>
  commands.some((command) => command.effects?.some((effect) => CUTS.has(effect.kind)))

/** Empty where there is nothing to take back; undefined where there is no way back. */
export function wayBack(
  kind: AnyKind,
  wanted: unknown,
  found: unknown,
  becomes: unknown,
): readonly Command[] | undefined {
  if (kind.watches || sameData(found, becomes)) return []
  const back = sameData(found, kind.bare) ? undefined : kind.asWanted(found)
  if (back !== undefined && kind.compare(back, becomes).length === 0) return []
  const commands = back === undefined ? kind.remove(wanted, found, becomes) : kind.commands(back, becomes)
  return commands.length === 0 ? undefined : commands
}
