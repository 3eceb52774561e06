/** An action that a blueprint asks for, after its service is in place. */
import type { PastIndex } from './past-index.ts'
import type { ServicePlan } from './plan.ts'
import { wantTask } from './plan-tasks.ts'
import type { PlanAct, Work, World } from './world.ts'

export function planAct(
  world: World,
  index: PastIndex,
  act: PlanAct,
  works: readonly Work[],
): { readonly plan: ServicePlan; readonly work: Work } {
  const service = world.graph.services.get(act.service)
  const node = act.things[0]?.node
  const before = works.filter((work) => work.service === act.service)
  const sight = node === undefined ? undefined : world.sight(node)
  const plan: ServicePlan = {
    address: act.service,
    template: service?.template.name ?? '',
    action: 'act',
    why: 'asked',
    verb: act.action,
    ...(node ? { node } : {}),
    ...(service ? { at: service.at } : {}),
    tasks: service ? act.things.map((thing) => wantTask(world, index, thing, service, act.force)) : [],
    after: before.length > 0 ? [act.service] : [],
  }
  const work: Work = {
    key: `${act.service}@${node ?? act.service}#${act.action} ${act.entry}`,
    service: act.service,
    node: node ?? act.service,
    things: act.things,
    removals: [],
    onPaper: act.things.length === 0,
    passing: true,
    force: act.force,
    act: {
      action: act.action,
      entry: act.entry,
      args: act.args,
      ...(act.timeoutMs === undefined ? {} : { timeoutMs: act.timeoutMs }),
    },
    after: before.map((one) => one.key),
    behind: [],
    ...(sight?.state === 'lost' ? { lost: sight.problem } : {}),
  }
  return { plan, work }
}
