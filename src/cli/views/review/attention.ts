/** What a reviewer must see: one line each, the worst first, with why and what guards it. */
import { showDuration } from '../../../base/duration.ts'
import type { Problem } from '../../../base/problem.ts'
import type { Estimate } from '../../../engine/plan/estimate.ts'
import { ownerOf } from '../../../engine/plan/owner.ts'
import type { ServicePlan } from '../../../engine/plan/plan.ts'
import { type Hazard, hazardsOf, type Risk, risks } from '../../../engine/plan/risk.ts'
import { placeText, reasonWords } from './cause-words.ts'
import type { Review } from './review.ts'
import { code, strong, type Word, type Words } from './words.ts'

export interface AttentionLine {
  readonly risk: Risk
  /** What it is, for counting those that are cut: `removals`, `restarts`. */
  readonly sort: string
  /** Made where they are shown: of thousands most are only counted. */
  readonly words: () => Words
}

/** Refusals, then hazards by risk, then what could not be seen and what is said besides. */
export function attentionOf({ plan, notes }: Review): readonly AttentionLine[] {
  // A loss or a removal that is refused is told once, with its hazard.
  const withHazard = (problem: Problem): boolean => problem.code === 'DATA_LOSS' || problem.code === 'PROTECTED'
  const refusals = plan.blocked.filter((one) => !withHazard(one)).map((one) => problemLine('refused', 'high', one))
  const services = new Set(plan.services.map((service) => service.address))
  const refused = new Map(plan.blocked.filter(withHazard).map((one) => [ownerOf(one, services), one.code]))
  const hazards = plan.services
    .flatMap((service) => hazardsOf(service).map((hazard) => ({ hazard, service })))
    .sort((a, b) => risks.indexOf(b.hazard.risk) - risks.indexOf(a.hazard.risk) || rank(a.hazard) - rank(b.hazard))
    .map(({ hazard, service }) => ({
      risk: hazard.risk,
      sort: sorts[hazard.kind],
      words: () => hazardWords(hazard, service, { notes, refused: refused.get(hazard.service) }),
    }))
  return [
    ...refusals,
    ...hazards,
    ...plan.unreachable.map(({ problem }) => problemLine('out of reach', 'medium', problem)),
    ...plan.held.map(
      (hold): AttentionLine => ({
        risk: 'low',
        sort: 'holds',
        words: () => [
          strong('held'),
          ': ',
          code(hold.address),
          hold.rung === 'absent' ? ' stays away' : ' stays stopped',
          `, ${hold.verb} by `,
          code(hold.who),
          '. ',
          code(`ays action start -s ${hold.address}`),
          ' lifts it.',
        ],
      }),
    ),
    ...plan.warnings.map((problem) => problemLine('warning', 'low', problem)),
  ]
}

const problemLine = (what: string, risk: Risk, { code: id, message, at, hint }: Problem): AttentionLine => ({
  risk,
  sort: what === 'out of reach' ? 'nodes out of reach' : what === 'refused' ? 'refusals' : 'warnings',
  words: () => [
    strong(what),
    ': ',
    message,
    ...(at ? [' ', code(placeText(at))] : []),
    ...(hint === undefined ? [] : [` ${hint}`]),
    ' ',
    code(id),
  ],
})

function hazardWords(
  hazard: Hazard,
  service: ServicePlan,
  { notes, refused }: { readonly notes: Review['notes']; readonly refused: Problem['code'] | undefined },
): Words {
  return [
    ...hazardLine(hazard),
    ': ',
    ...reasonWords(service, notes.causes[service.address], hazard.at),
    '. ',
    ...guardWords(hazard, service, { refused, estimate: notes.estimates.services[service.address] }),
  ]
}

/** `restarts ays-unit-web on node/n1, for unit/web`. */
export function hazardLine(hazard: Hazard): Words {
  const where: Words = hazard.node && hazard.node !== hazard.service ? [' on ', code(hazard.node)] : []
  const whose: Words = hazard.thing === undefined ? [] : [', for ', code(hazard.service)]
  const [verb, ...what] = hazardVerb(hazard)
  return [strong(verb), ...what, ...where, ...whose]
}

function hazardVerb({ kind, what }: Hazard): readonly [string, ...Words] {
  switch (kind) {
    case 'remove':
      return ['removes', ' ', code(what)]
    case 'replace':
      return ['replaces', ' ', code(what)]
    case 'data-loss':
      return ['destroys data', ' in ', code(what)]
    case 'restart':
      return ['restarts', ' ', code(what)]
    case 'reboot':
      return ['reboots', ' ', code(what)]
    case 'network-cut':
      return ['cuts the network', ' of ', code(what)]
    case 'lockout':
      return ['may lock you out', ' of ', code(what)]
    case 'exposure':
      return ['opens to others', ' ', code(what)]
  }
}

/** What stands between the plan and the harm; that there is nothing is said as well. */
function guardWords(
  { kind, thing, service: address }: Hazard,
  service: ServicePlan,
  { refused, estimate }: { readonly refused: Problem['code'] | undefined; readonly estimate: Estimate | undefined },
): Words {
  if (refused === 'PROTECTED') return ['Guard: ', strong('refused'), ' by ', code('$protect'), '.']
  if (refused) return ['Guard: ', strong('refused'), ' without ', code(`--allow data-loss=${address}`), '.']
  const guarded = service.tasks
    .filter((task) => thing === undefined || task.thing === thing)
    .flatMap((task) => task.commands.filter((command) => command.guard))
  const onNode: Word[] = guarded[0] ? ['Guard: the node checks before ', code(guarded[0].title), '.'] : []
  if (onNode.length > 0) return onNode
  switch (kind) {
    case 'data-loss':
      return ['Guard: none left, ', code('--allow'), ' was given.']
    case 'remove':
    case 'replace':
      return thing === undefined
        ? ['Guard: none; ', code('$protect'), ' on ', code(address), ' would refuse it.']
        : ['Guard: none.']
    case 'reboot':
    case 'restart':
    case 'network-cut':
    case 'lockout':
    case 'exposure':
      return [
        `Guard: none${estimate && kind !== 'exposure' ? `; measured, it is away for at most ${showDuration(estimate.ms)}` : ''}.`,
      ]
  }
}

const sorts: Readonly<Record<Hazard['kind'], string>> = {
  'data-loss': 'data losses',
  lockout: 'lockouts',
  'network-cut': 'network cuts',
  reboot: 'reboots',
  replace: 'replacements',
  remove: 'removals',
  exposure: 'exposures',
  restart: 'restarts',
}
const rank = ({ kind }: Hazard): number => Object.keys(sorts).indexOf(kind)
