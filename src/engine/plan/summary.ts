/** The plan as a whole: counts, blast radius, what it must not do unasked. */
import { type Address, LOCAL } from '../../base/address.ts'
import { digestOf } from '../../base/json.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import { matchAddresses } from '../graph/targets.ts'
import type { Effect } from '../kind.ts'
import type { Wave } from '../run/wave.ts'
import { nodeChanged, wavesOf } from '../run/waves.ts'
import type { Action, BlastRadius, Plan, ServicePlan } from './plan.ts'
import type { Planned } from './planned.ts'
import { unknownsOf } from './unknowns.ts'
import type { World } from './world.ts'

export function finishPlan(world: World, services: readonly ServicePlan[], planned: readonly Planned[]): Plan {
  const counts: Record<Action, number> = {
    create: 0,
    update: 0,
    replace: 0,
    remove: 0,
    adopt: 0,
    act: 0,
    unknown: 0,
    none: 0,
  }
  for (const one of planned) counts[one.plan.action]++
  // The controller's own machine is one of them where something stands on it.
  const nodes = new Set(
    [...world.graph.services.values()].flatMap(({ address, node }) => (node && address !== LOCAL ? [node] : [])),
  )
  const lost = new Map<Address, Problem>()
  for (const service of services)
    if (service.why === 'lost' && service.node && service.problem) lost.set(service.node, service.problem)
  const unknowns = unknownsOf(world, services)
  const waves = plannedWaves(world, planned)
  const body = {
    format: 1,
    kind: world.kind,
    environment: world.environment,
    services,
    counts,
    radius: radiusOf(services),
    unreachable: [...lost].map(([node, problem]) => ({ node, problem })),
    // What blocks the plan is not told besides as a warning of the blueprint.
    warnings: sortProblems(world.warnings.filter(({ code }) => code !== 'TEMPLATE_UNBUILT')),
    blocked: blockedBy(world, services),
    held: [...world.holds.values()].filter((hold) => world.graph.services.has(hold.address)),
    renamed: world.renamed.filter(({ to }) => world.includes(to)),
    ...(unknowns.length > 0 ? { unknowns } : {}),
    nodes: nodes.size,
    ...(waves.length > 0 ? { waves } : {}),
    simulated: world.simulated,
  } as const
  return { ...body, hash: digestOf(body) }
}

/** Removing all is not done in waves, and taking over what is there changes no node. */
function plannedWaves(world: World, planned: readonly Planned[]): Wave[] {
  if (world.waves.length === 0 || world.kind === 'destroy' || world.kind === 'import') return []
  const changed = planned.flatMap(({ works }) =>
    works.filter((work) => !work.onPaper).flatMap((work) => nodeChanged(work) ?? []),
  )
  return wavesOf(world.waves, [...new Set(changed)], ({ targets, tags }, node) => {
    const tagged = world.graph.services.get(node)?.steer.tags ?? []
    const named = targets.length === 0 || targets.some((target) => matchAddresses(target, [node]).length > 0)
    return named && (tags.length === 0 || tags.some((tag) => tagged.includes(tag)))
  })
}

/** What these services touch and can hurt. */
export function radiusOf(services: readonly ServicePlan[]): BlastRadius {
  const tasks = services.flatMap((service) => service.tasks)
  const effects = tasks.flatMap((task) => task.effects)
  const of = (kind: Effect['kind']): string[] => [
    ...new Set(effects.filter((effect) => effect.kind === kind).map((effect) => effect.what)),
  ]
  const other = effects.filter((effect) => effect.kind !== 'restart' && effect.kind !== 'data-loss')
  const nodes = services
    .flatMap((service) => (service.why === 'waits' && service.node ? [service.node] : []))
    .concat(tasks.filter((task) => task.commands.length > 0 || task.withNode).map((task) => task.node))
  return {
    nodes: [...new Set(nodes)],
    restarts: of('restart'),
    dataLoss: of('data-loss'),
    other: [...new Map(other.map((one) => [`${one.kind} ${one.what}`, one])).values()],
  }
}

/** Services whose template's work is not built: nothing is done as if there were nothing to do for them. */
function unbuilt(world: World): Problem[] {
  return [...world.graph.services.values()].flatMap(({ address, template, at }): Problem[] => {
    if (template.unbuilt === undefined || !world.includes(address)) return []
    const message = `${address}: ${template.name} is known, but not built: ${template.unbuilt}`
    return [{ code: 'TEMPLATE_UNBUILT', at, message, hint: `--exclude ${address} plans the rest without it.` }]
  })
}

function blockedBy(world: World, services: readonly ServicePlan[]): Problem[] {
  const problems: Problem[] = [...unbuilt(world)]
  for (const service of services) {
    const at = service.at ? { at: service.at } : {}
    const declared = world.graph.services.get(service.address)?.steer.protect
    const guarded = declared ?? world.past.services.get(service.address)?.protect ?? false
    if (guarded && (service.action === 'remove' || service.action === 'replace'))
      problems.push({
        code: 'PROTECTED',
        ...at,
        message: `${service.address} is protected ($protect) and would be ${service.action}d.`,
        hint: 'Take $protect off in a change of its own first, if this is meant.',
      })
    const claimed = service.tasks.filter((task) => task.claimedBy !== undefined)
    if (claimed.length > 0 && !isAllowed(world, 'claimed', service.address))
      problems.push({
        code: 'CLAIMED_ELSEWHERE',
        ...at,
        message: `Another workspace, or another state of this one, takes care of what ${service.address} is about: ${claimed.map((task) => `${task.thing} on ${task.node} (${task.claimedBy})`).join(', ')}.`,
        hint: `Leave it to that one; \`ays forget ${service.address}\` lets go of what is remembered here. If it is gone, --allow claimed=${service.address} takes it over.`,
      })
    const lost = [
      ...new Set(
        service.tasks
          .flatMap((task) => task.effects)
          .filter((effect) => effect.kind === 'data-loss')
          .map((effect) => effect.what),
      ),
    ]
    if (lost.length > 0 && !isAllowed(world, 'data-loss', service.address))
      problems.push({
        code: 'DATA_LOSS',
        ...at,
        message: `${service.address} would lose data: ${lost.join(', ')}.`,
        hint: `--allow data-loss=${service.address} lets it; --allow data-loss lets all of this plan.`,
      })
  }
  return sortProblems(problems)
}

const isAllowed = ({ allow }: World, what: string, address: Address): boolean =>
  allow.some((one) => one === what || one === `${what}=${address}`)
