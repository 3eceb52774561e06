/** Two versions of one thing, made with different stand-ins, shown as one: where they differ, it is not known yet. */
import type { Json } from '../../base/json.ts'
import { sameData } from '../../base/json.ts'
import { isLaterShape, type LaterSource, shapeOf, showPlaceholders, typeOfValue, wordsOf } from '../../base/later.ts'
import { isSecret } from '../../base/secret.ts'
import type { Command, Effect, FieldChange } from '../kind.ts'
import type { LaterTask } from '../task.ts'
import type { Decision } from './decide.ts'

/** What is decided of an open task: what is known of both decisions. Its job comes even if nothing seems to differ. */
export function uniteDecisions(a: Decision, b: Decision, { sources }: LaterTask): Decision {
  if (a.action === 'unknown') return a
  const idle = a.action === 'none' || a.action === 'adopt'
  const longer = a.commands.length >= b.commands.length ? a.commands : b.commands
  return {
    ...a,
    ...(idle ? { action: 'update' as const, why: b.why === 'adopt' ? ('change' as const) : b.why } : {}),
    changes: uniteChanges(a.changes, b.changes, sources),
    commands: longer.map((command, i) => uniteCommand(command, a.commands[i], b.commands[i], sources)),
    effects: uniteEffects(a.effects, b.effects),
  }
}

function uniteChanges(
  a: readonly FieldChange[],
  b: readonly FieldChange[],
  sources: readonly LaterSource[],
): readonly FieldChange[] {
  const paths = [...new Set([...a, ...b].map(({ path }) => path))]
  return paths.flatMap((path): FieldChange[] => {
    const [one, other] = [a, b].map((changes) => changes.find((change) => change.path === path))
    const change = one ?? other
    if (!change) return []
    // Where only one of them differs from what is there, a stand-in happened to be what is there.
    return [{ ...change, to: unite(one?.to, other?.to, sources), from: change.from }]
  })
}

/** A value as plans show it: a Later's shape where the two differ. */
export function unite(a: Json | undefined, b: Json | undefined, sources: readonly LaterSource[]): Json | undefined {
  if (isPlain(a) && isPlain(b) && Array.isArray(a) === Array.isArray(b)) {
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
      return a.map((one, i) => unite(one, b[i], sources) ?? null)
    const keys = Object.keys(a)
    if (!Array.isArray(a) && !Array.isArray(b) && keys.join() === Object.keys(b).join())
      return Object.fromEntries(keys.map((key) => [key, unite(a[key as never], b[key as never], sources)]))
  }
  if (sameData(a, b)) return a
  const [type, other] = [typeOfValue(a ?? null), typeOfValue(b ?? null)]
  if (typeof a === 'string' && typeof b === 'string' && showPlaceholders(a) === showPlaceholders(b))
    return { ...shapeOf('string', sources, a) }
  return { ...shapeOf(type === other ? type : 'any', sources, undefined) }
}

/** A text as commands show it: its placeholders in words, or the words alone where it was made of them. */
function uniteText(a: string, b: string | undefined, sources: readonly LaterSource[]): string {
  const shown = showPlaceholders(a)
  return b === undefined || shown === showPlaceholders(b) ? shown : `‹${wordsOf(sources)}›`
}

function uniteCommand(
  shown: Command,
  a: Command | undefined,
  b: Command | undefined,
  sources: readonly LaterSource[],
): Command {
  const other = a && b ? (shown === a ? b : a) : undefined
  // Leaf for leaf the same, texts as they are shown.
  return uniteTexts(shown, other, sources) as Command
}

function uniteTexts(a: unknown, b: unknown, sources: readonly LaterSource[]): unknown {
  if (typeof a === 'string') return uniteText(a, typeof b === 'string' ? b : undefined, sources)
  if (typeof a !== 'object' || a === null || isSecret(a)) return a
  const within = typeof b === 'object' && b !== null ? b : {}
  const entries = Object.entries(a).map(([key, one]) => [key, uniteTexts(one, within[key as never], sources)] as const)
  return Array.isArray(a) ? entries.map(([, one]) => one) : Object.fromEntries(entries)
}

function uniteEffects(a: readonly Effect[], b: readonly Effect[]): readonly Effect[] {
  const shown = [...a, ...b].map((effect) => {
    const twin = a.includes(effect) ? b[a.indexOf(effect)] : a[b.indexOf(effect)]
    const differs = twin !== undefined && twin.kind === effect.kind && twin.what !== effect.what
    return differs ? { ...effect, what: commonText(effect.what, twin.what) } : effect
  })
  return [...new Map(shown.map((effect) => [`${effect.kind} ${effect.what}`, effect])).values()]
}

/** `port ‹known after apply›`: what two texts share at their ends, whole words of it. */
function commonText(a: string, b: string): string {
  const [left, right] = [a.split(' '), b.split(' ')]
  const least = Math.min(left.length, right.length)
  let start = 0
  while (start < least && left[start] === right[start]) start++
  let end = 0
  while (end < least - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++
  return [...left.slice(0, start), UNKNOWN, ...left.slice(left.length - end)].join(' ')
}

const UNKNOWN = '‹known after apply›'

/** Whether an effect is one that a plan showed, also where the plan did not know all of its words. */
export function wasShown(
  shown: Iterable<Pick<Effect, 'kind' | 'what'>>,
  { kind, what }: Pick<Effect, 'kind' | 'what'>,
): boolean {
  for (const one of shown) {
    if (one.kind !== kind) continue
    const [start = '', ...rest] = one.what.split(UNKNOWN)
    if (rest.length === 0 ? one.what === what : what.startsWith(start) && what.endsWith(rest.at(-1) ?? '')) return true
  }
  return false
}

const isPlain = (value: unknown): value is Json & object =>
  typeof value === 'object' && value !== null && !isSecret(value) && !isLaterShape(value)
