/** wanted + found + remembered → the plan for people, and the works that carry it out. */
import { LOCAL } from '../../base/address.ts'
import { orderWorks } from './order-works.ts'
import { indexPast } from './past-index.ts'
import type { Plan } from './plan.ts'
import { planAct } from './plan-act.ts'
import { planRemoval } from './plan-removal.ts'
import { planAdoption, planService } from './plan-service.ts'
import type { Planned } from './planned.ts'
import { sharesOf } from './shares.ts'
import { finishPlan } from './summary.ts'
import type { Work, World } from './world.ts'

/** Pure: equal worlds give equal plans, byte for byte. */
export function makePlan(world: World): { readonly plan: Plan; readonly works: readonly Work[] } {
  const index = indexPast(world)
  const shares = sharesOf(world)
  const planned: Planned[] = []
  const gone = new Set([...world.orphans, ...heldAbsent(world)])
  for (const address of world.graph.order) {
    const service = world.graph.services.get(address)
    // The controller's own machine is always there: nothing to make, nothing to remember.
    if (!service || address === LOCAL || !world.includes(address)) continue
    if (world.kind === 'import') planned.push(planAdoption(world, index, service))
    else if (!gone.has(address)) planned.push(planService(world, index, shares, service))
    else if (world.past.services.has(address)) planned.push(planRemoval(world, index, address, gone, 'held'))
  }
  const why = world.kind === 'destroy' ? 'destroy' : 'orphan'
  for (const address of world.orphans) planned.push(planRemoval(world, index, address, gone, why))

  const changing = planned.filter((one) => one.plan.action !== 'none')
  const ordered = orderWorks(world, shares, changing)
  const acts = world.acts
    .filter((act) => world.includes(act.service))
    .map((act) => planAct(world, index, act, ordered.works))
  const counted = [...planned, ...acts.map(({ plan }) => ({ plan, works: [], removal: false }))]
  const services = [...ordered.services, ...acts.map(({ plan }) => plan)]
  return { plan: finishPlan(world, services, counted), works: [...ordered.works, ...acts.map(({ work }) => work)] }
}

/** Declared, but deleted by a verb: they stay away until install or start lifts the hold. */
const heldAbsent = (world: World) =>
  [...world.holds.values()].flatMap((hold) =>
    hold.rung === 'absent' && world.graph.services.has(hold.address) ? [hold.address] : [],
  )
