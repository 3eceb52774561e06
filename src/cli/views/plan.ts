/** A plan for people: what needs attention first, then every service in the order of work, then the sum. */
import { showDuration } from '../../base/duration.ts'
import type { Problem } from '../../base/problem.ts'
import type { PlanNotes } from '../../engine/plan/notes.ts'
import type { Action, BlastRadius, Plan } from '../../engine/plan/plan.ts'
import { effectWords, worstFirst } from './effects.ts'
import { type Palette, paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { demandLines } from './review/demands.ts'
import { bare } from './review/words.ts'
import { serviceLines } from './service-plan.ts'
import { undoSummary } from './undo-lines.ts'

export interface PlanViewOptions {
  readonly color: boolean
  readonly width: number
  /** Also the commands, exactly. */
  readonly commands?: boolean
  /** The way back of each thing, to be shown beside it. */
  readonly undo?: PlanNotes['undo']
  /** Lines of one text before the rest is counted; default 24. */
  readonly linesMax?: number
}

export function planView(plan: Plan, options: PlanViewOptions): string {
  const palette = paletteOf(options.color)
  const view = {
    palette,
    width: options.width,
    commands: options.commands ?? false,
    linesMax: options.linesMax ?? 24,
    shown: new Map<string, string>(),
    unreachable: new Set(plan.unreachable.map((one) => one.problem.message)),
    ...(options.undo ? { undo: options.undo } : {}),
  }
  const simulated = plan.simulated ? [palette.calm('Simulated: nothing real is touched.')] : []
  const services = plan.services
    .filter((service) => service.action !== 'none')
    .map((service) => serviceLines(service, view).join('\n'))
  const parts = [
    simulated.join('\n'),
    attention(plan, palette).join('\n'),
    spaced(services),
    [
      summaryLine(plan, palette),
      ...radiusLine(plan, palette),
      ...wavesLine(plan),
      ...(options.undo ? undoSummary(plan.services, options.undo, palette) : []),
      ...demandLines(plan).map((words) => palette.warn(oneLine(bare(words)))),
    ].join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** An empty line around what takes several lines; single lines stand together. */
function spaced(blocks: readonly string[]): string {
  return blocks
    .map((block, i) => (i > 0 && (block.includes('\n') || blocks[i - 1]?.includes('\n')) ? `\n${block}` : block))
    .join('\n')
}

/** Data loss, nodes out of reach, what is refused, warnings: the worst first. */
function attention(plan: Plan, palette: Palette): string[] {
  const problem = (paint: (text: string) => string, what: string, { code, message, hint }: Problem): string[] => [
    `${paint(`! ${what}`)} ${oneLine(message)} ${palette.faint(code)}`,
    ...(hint === undefined ? [] : [`  ${palette.faint(oneLine(hint))}`]),
  ]
  const refused = (what: string): boolean => plan.blocked.some((one) => one.message.includes(what))
  return [
    ...plan.radius.dataLoss
      .filter((what) => !refused(what))
      .map((what) => palette.bad(`! destroys data: ${oneLine(what)}`)),
    ...plan.blocked.flatMap((one) => problem(palette.bad, 'refused:', one)),
    ...plan.unreachable.flatMap((one) => problem(palette.warn, whoIsOut(one), one.problem)),
    ...plan.held.map((hold) => heldLine(hold, palette)),
    ...plan.warnings.flatMap((one) => problem(palette.warn, 'warning:', one)),
  ]
}

/** `held: unit/web stays stopped (stop by anna@desk, 2026-11-20 19:20). ays action start -s unit/web lifts it.` */
function heldLine({ address, rung, verb, who, at }: Plan['held'][number], palette: Palette): string {
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
  const stays = rung === 'absent' ? 'stays away' : 'stays stopped'
  return `${palette.warn('held:')} ${address} ${stays} ${palette.faint(`(${verb} by ${oneLine(who)}, ${when}). \`ays action start -s ${address}\` lifts it.`)}`
}

/** The message mostly begins with the node. */
const whoIsOut = ({ node, problem }: Plan['unreachable'][number]): string =>
  problem.message.startsWith(node) ? 'out of reach:' : `${node} is out of reach:`

/** `Plan: 6 to create, 1 to update, …; 2 adopted, 3 unchanged, 1 unknown.` */
export function summaryLine({ counts, renamed, unreachable }: Plan, palette: Palette): string {
  if (changesIn(counts) === 0 && counts.unknown === 0)
    return palette.bold(
      `Nothing to do: ${count(counts.none, 'service')} ${counts.none === 1 ? 'is' : 'are'} as declared${renamed.length > 0 ? `; ${renamed.length} renamed` : ''}.`,
    )
  const todo = (n: number, words: string, paint: (text: string) => string): string =>
    n > 0 ? paint(`${n} ${words}`) : `${n} ${words}`
  const first = [
    todo(counts.create, 'to create', palette.good),
    todo(counts.update, 'to update', palette.warn),
    todo(counts.replace, 'to replace', palette.bad),
    todo(counts.remove, 'to remove', palette.bad),
    ...(counts.act > 0 ? [palette.warn(`${counts.act} to act`)] : []),
  ]
  const rest = [
    ...(counts.adopt > 0 ? [`${counts.adopt} adopted`] : []),
    ...(renamed.length > 0 ? [`${renamed.length} renamed`] : []),
    `${counts.none} unchanged`,
    ...(counts.unknown > 0 ? [palette.warn(`${counts.unknown} unknown`)] : []),
    ...(unreachable.length > 0 ? [palette.warn(`${count(unreachable.length, 'node')} out of reach`)] : []),
  ]
  return `${palette.bold('Plan:')} ${first.join(', ')}; ${rest.join(', ')}.`
}

/** `Touches 2 of 3 nodes · restarts ays-engine-x · destroys data: …`, when something is touched. */
export function radiusLine({ radius, nodes }: Plan, palette: Palette): string[] {
  if (radius.nodes.length === 0) return []
  return [
    [
      `Touches ${radius.nodes.length} of ${count(Math.max(nodes, radius.nodes.length), 'node')}`,
      ...radiusWords(radius, palette),
    ].join(' · '),
  ]
}

/** `In 3 waves: node/n1 · node/n2, node/n3 · 7 nodes; the next when the former is as declared`. */
export function wavesLine({ waves = [] }: Pick<Plan, 'waves'>): string[] {
  if (waves.length === 0) return []
  const words = waves.map(({ nodes, pauseMs }) => {
    const who = nodes.length <= 3 ? nodes.join(', ') : count(nodes.length, 'node')
    return pauseMs ? `${who} (then ${showDuration(pauseMs)})` : who
  })
  return [`In ${waves.length} waves: ${words.join(' → ')}; each begins when the one before is as declared`]
}

function radiusWords(radius: BlastRadius, palette: Palette): string[] {
  return [
    ...(radius.restarts.length > 0 ? [palette.warn(`restarts ${listed(radius.restarts)}`)] : []),
    ...worstFirst(radius.other).map((effect) => palette.warn(effectWords(effect))),
    ...(radius.dataLoss.length > 0 ? [palette.bad(`destroys data: ${listed(radius.dataLoss)}`)] : []),
  ]
}

/** The first few, and how many more. */
function listed(names: readonly string[], most = 5): string {
  const rest = names.length - most
  return names.slice(0, most).map(oneLine).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** Services that `apply` would do something to. */
export function changesIn(counts: Readonly<Record<Action, number>>): number {
  return counts.create + counts.update + counts.replace + counts.remove + counts.adopt + counts.act
}

/** True when the world may not be as declared: something would change, or could not be seen. */
export const isOpen = ({ counts, unreachable }: Plan): boolean =>
  changesIn(counts) + counts.unknown > 0 || unreachable.length > 0
