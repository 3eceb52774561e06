/** What a plan cannot know yet: what, of which type, who decides it, and when. */
import type { Plan, PlanUnknown, ServicePlan } from '../../../engine/plan/plan.ts'
import { code, type Words } from './words.ts'

export interface UnknownRow {
  readonly service: string
  readonly what: Words
  readonly type: string
  readonly decidedBy: Words
  readonly when: Words
}

/** Values that are decided later, services that wait for their node, and things that could not be seen. */
export function unknownsOf({ services, unknowns = [] }: Pick<Plan, 'services' | 'unknowns'>): readonly UnknownRow[] {
  return [...unknowns.map(valueRow), ...services.flatMap(findingRows)]
}

const valueRow = ({ service, field, type, decidedBy, output, when }: PlanUnknown): UnknownRow => ({
  service,
  what: field === '' ? ['what it consumes'] : [code(field)],
  type,
  decidedBy: [code(output === '' ? decidedBy : `${decidedBy} ${output}`)],
  when: [when],
})

function findingRows(service: ServicePlan): UnknownRow[] {
  const { address, why, waitsFor, node } = service
  if (why === 'waits')
    return [
      {
        service: address,
        what: ['what is there already'],
        type: 'finding',
        decidedBy: [node ? code(node) : 'its node'],
        when: [
          'looked at after ',
          waitsFor ? code(waitsFor) : 'what comes before',
          '; nothing riskier than shown is done',
        ],
      },
    ]
  if (why === 'lost') return []
  return service.tasks
    .filter((task) => task.action === 'unknown')
    .map((task) => ({
      service: address,
      what: [code(task.thing)],
      type: 'finding',
      decidedBy: [code(task.node)],
      when: [task.problem ? task.problem.message : 'when it answers', '; nothing is done to it'],
    }))
}
