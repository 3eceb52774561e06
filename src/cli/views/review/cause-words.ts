/** Why something happens, in words: the chain from a service to the line of a blueprint. */
import type { Place } from '../../../base/place.ts'
import type { Cause } from '../../../engine/plan/causes.ts'
import type { ServicePlan } from '../../../engine/plan/plan.ts'
import { code, type Words } from './words.ts'

/** `blueprints/main.yaml:12`. */
export const placeText = ({ file, line }: Place): string => `${file}:${line}`

/** The whole chain; for `at`, a place that is known better than the chain's. */
export function reasonWords(
  service: Pick<ServicePlan, 'why' | 'verb' | 'waitsFor' | 'node' | 'at' | 'action'>,
  chain: readonly Cause[] | undefined,
  at?: Place,
): Words {
  const [first, ...rest] = chain ?? []
  // An action of a template stands beside the same service as declared.
  if (!first || first.action !== service.action) return ownWords({ ...service, at: at ?? service.at })
  const words: Words[] = []
  let link = first.link
  if (!link) words.push(ownWords({ ...first, at: at ?? first.at }))
  for (const step of rest) {
    if (!link) break
    words.push(linkWords(link.name, step))
    link = step.link
    if (!link && step.action !== 'none') words.push(ownWords(step))
    else if (!link && step.at) words.push([code(placeText(step.at))])
  }
  return words.flatMap((one, i) => (i === 0 ? one : [', ', ...one]))
}

function linkWords(name: string, { service, action }: Cause): Words {
  const does = action === 'none' ? [] : [`, which is ${done[action]}`]
  switch (name) {
    case 'derivedBy':
      return [code(service), ' declares it']
    case 'parent':
      return ['it stands on ', code(service), ...does]
    case 'node':
      return ['it goes with ', code(service), ...does]
    case 'after':
      return ['it comes after ', code(service), ...does]
    default:
      return ['it consumes ', code(service), ` (${name})`, ...does]
  }
}

interface Own extends Pick<Cause, 'why' | 'was'> {
  readonly at?: Place | undefined
  readonly field?: string
  readonly verb?: string
}

/** What a service changes for by itself. */
function ownWords({ why, at, field, verb, was }: Own): Words {
  const place: Words = at ? [' at ', code(placeText(at))] : []
  switch (why) {
    case 'new':
      return ['newly declared', ...place]
    case 'change':
      if (field === undefined && was !== undefined) return ['renamed from ', code(was), ...place]
      return field === undefined ? ['the blueprint changed', ...place] : [code(field), ' changed', ...place]
    case 'drift':
      return ['drift: the node changed, not the blueprint', ...(place.length > 0 ? [' (declared', ...place, ')'] : [])]
    case 'both':
      return [
        'the blueprint',
        ...(field === undefined ? [] : [' (', code(field), ')']),
        ' and the node changed',
        ...place,
      ]
    case 'orphan':
      return ['no blueprint declares it any more']
    case 'destroy':
      return ['everything is to go']
    case 'asked':
      return verb === undefined ? ['asked for', ...place] : ['the action ', code(verb), ' was asked for', ...place]
    case 'held':
      return ['a verb keeps it lower than the blueprint says']
    case 'waits':
      return ['it is looked at when its node is there']
    case 'lost':
      return ['its node is out of reach']
    case 'adopt':
      return ['it is there already', ...place]
  }
}

/** What becomes of a service, after `is`. */
export const done: Readonly<Record<Cause['action'], string>> = {
  create: 'new',
  update: 'updated',
  replace: 'replaced',
  remove: 'removed',
  adopt: 'adopted',
  act: 'acted upon',
  unknown: 'unknown',
  none: 'unchanged',
}
