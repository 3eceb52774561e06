/** The first lines of a review: what the plan is, in one glance. */
import { showDuration } from '../../../base/duration.ts'
import type { Estimates } from '../../../engine/plan/estimate.ts'
import type { PlanBasis } from '../../../engine/plan/notes.ts'
import type { Plan } from '../../../engine/plan/plan.ts'
import { type Risk, riskOf } from '../../../engine/plan/risk.ts'
import { count } from '../plain-text.ts'
import { changesIn } from '../plan.ts'
import { simulationWords } from '../simulation.ts'
import type { Review } from './review.ts'
import { code, joined, listed, strong, type Words } from './words.ts'

export const riskSign: Readonly<Record<Risk, string>> = { none: '⚪', low: '🟢', medium: '🟠', high: '🔴' }

/** `ays plan: 2 to create, 1 to remove · medium risk`. */
export function headline({ plan }: Pick<Review, 'plan'>): Words {
  const risk = riskOf(plan)
  const refused = plan.blocked.length > 0 ? [' · ', strong('refused as it is')] : []
  return [`${titleOf(plan)}: ${countsOf(plan)} · ${risk === 'none' ? 'no' : risk} risk`, ...refused]
}

const titles: Readonly<Record<Plan['kind'], string>> = {
  apply: 'ays plan',
  destroy: 'ays plan to destroy',
  import: 'ays plan to import',
  action: 'ays plan of actions',
}
const titleOf = ({ kind }: Plan): string => titles[kind]

/** Removals first: they are what a reviewer must not miss. */
function countsOf({ counts }: Plan): string {
  const all: [number, string][] = [
    [counts.remove, 'to remove'],
    [counts.replace, 'to replace'],
    [counts.update, 'to update'],
    [counts.create, 'to create'],
    [counts.act, 'to act'],
    [counts.unknown, 'unknown'],
  ]
  const said = all.filter(([n]) => n > 0).map(([n, what]) => `${n.toLocaleString('en')} ${what}`)
  return said.length > 0 ? said.join(', ') : 'nothing to do'
}

/** The lines under it: nodes and time, then what it holds for. */
export function verdictLines({ plan, hash, notes }: Review): Words[] {
  const { counts, radius, renamed } = plan
  const quiet: Words = [
    ...renamedWords(renamed),
    ...(counts.adopt > 0 ? [`${counts.adopt.toLocaleString('en')} adopted, `] : []),
    `${counts.none.toLocaleString('en')} unchanged`,
  ]
  const nodes: Words =
    radius.nodes.length === 0
      ? [`Touches no node of ${plan.nodes.toLocaleString('en')}`]
      : [
          'Touches ',
          strong(
            `${radius.nodes.length.toLocaleString('en')} of ${count(Math.max(plan.nodes, radius.nodes.length), 'node')}`,
          ),
          ' (',
          ...listed(radius.nodes, 4),
          ')',
        ]
  const restarts: Words =
    radius.restarts.length === 0
      ? ['restarts nothing']
      : [`restarts ${radius.restarts.length.toLocaleString('en')} (`, ...listed(radius.restarts, 4), ')']
  return [
    joined([nodes, restarts, timeWords(notes.estimates, changesIn(counts)), quiet], ' · '),
    ...wavesWords(plan),
    basisWords({ plan, hash, notes }),
    ...(notes.simulation ? [[simulationWords(notes.simulation)]] : []),
  ]
}

function wavesWords({ waves = [] }: Plan): Words[] {
  if (waves.length === 0) return []
  const groups = waves.map(
    ({ nodes, pauseMs }): Words => [...listed(nodes, 3), ...(pauseMs ? [` (then ${showDuration(pauseMs)})`] : [])],
  )
  return [[`In ${waves.length} waves: `, ...joined(groups, ' → '), '. Each begins when the one before is as declared.']]
}

function renamedWords(renamed: Plan['renamed']): Words {
  const [first, ...others] = renamed
  if (!first) return []
  if (others.length > 0) return [`${renamed.length.toLocaleString('en')} renamed, `]
  return [code(first.from), ' renamed to ', code(first.to), ', ']
}

/** Expected time and downtime, from past runs. */
function timeWords({ ms, services, unmeasured, downtime }: Estimates, changes: number): Words {
  if (changes === 0) return ['takes no time']
  const all = Object.keys(services).length + unmeasured
  const of =
    unmeasured > 0 ? ` for ${all - unmeasured} of ${count(all, 'service')}, the others unknown until measured` : ''
  const time = ms === undefined ? 'time unknown until measured' : `takes about ${showDuration(ms)}${of}`
  if (downtime.services === 0) return [time, ', no downtime expected']
  return [
    time,
    downtime.msMax === undefined
      ? `, downtime of ${count(downtime.services, 'service')} unknown until measured`
      : `, downtime of ${count(downtime.services, 'service')} at most ${showDuration(downtime.msMax)} each${downtime.unmeasured > 0 ? ` (${downtime.unmeasured} never measured)` : ''}`,
  ]
}

function holdsFor({ workspace, run, sources }: PlanBasis): Words {
  const state = run === undefined ? ' before its first run' : ` as run ${run} left it`
  const blueprints: Words = sources === undefined ? [] : [' and blueprints ', code(sources.slice(0, 12))]
  return ['. Holds for state ', code(workspace), state, ...blueprints]
}

function basisWords({ plan, hash, notes }: Pick<Review, 'plan' | 'hash' | 'notes'>): Words {
  return [
    'Plan ',
    code(hash.slice(0, 12)),
    ', environment ',
    code(plan.environment),
    ...(notes.basis ? holdsFor(notes.basis) : []),
    plan.simulated ? '. Simulated: nothing real is touched.' : '.',
  ]
}
