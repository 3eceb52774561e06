/** Holds a plan against the rules of a policy. */
import type { Address } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import { withinLimits } from '../blueprint/cel-limits.ts'
import { globMatches, matchAddresses } from '../graph/targets.ts'
import type { Plan, ServicePlan, TaskPlan } from '../plan/plan.ts'
import type { Moment } from './moment.ts'
import type { Rule, RuleScope } from './policy.ts'
import { PlanFacts, ServiceFacts, TaskFacts } from './rule-facts.ts'
import type { RuleWorld } from './rule-language.ts'

export interface Judging {
  readonly now: Moment
  /** Those declared, and those that it was last applied with. */
  tagsOf(service: Address): readonly string[]
}

/** What the rules deny and what they warn of, in their order. A rule that cannot be judged speaks up as if it were met. */
export function judgePlan(
  plan: Plan,
  rules: readonly Rule[],
  { now, tagsOf }: Judging,
): { readonly denied: readonly Problem[]; readonly warned: readonly Problem[] } {
  const judged = plan.services.map((service): Judged => {
    const tags = tagsOf(service.address)
    return { service, tags, facts: new ServiceFacts(service, tags) }
  })
  const speaking = (effect: Rule['effect']): Problem[] =>
    rules
      .filter((rule) => rule.effect === effect && isAbout(plan, rule.scope))
      .flatMap((rule) => problemsOf(rule, violationsOf(rule, { plan, judged, now })))
  return { denied: speaking('deny'), warned: speaking('warn') }
}

/** Whether a scope takes plans like this one at all. */
export function isAbout({ environment, kind }: Pick<Plan, 'environment' | 'kind'>, scope: RuleScope): boolean {
  const { environments, kinds } = scope
  return (
    (environments?.some((one) => globMatches(one, environment)) ?? true) && (kinds?.some((one) => one === kind) ?? true)
  )
}

interface Judged {
  readonly service: ServicePlan
  readonly tags: readonly string[]
  readonly facts: ServiceFacts
}

/** What a rule has to say of one subject; without a service it is about the plan. */
interface Violation {
  readonly text: string
  readonly service?: ServicePlan
  readonly task?: TaskPlan
}

/** About two seconds, for all that one rule is asked of one plan. */
const STEPS_MAX = 20_000_000

function violationsOf(
  rule: Rule,
  { plan, judged, now }: { readonly plan: Plan; readonly judged: readonly Judged[]; readonly now: Moment },
): readonly Violation[] {
  const chosen = judged.filter((one) => isWithin(one, rule.scope))
  if (chosen.length === 0) return []
  const facts = new PlanFacts(plan, chosen)
  const ask = (world: RuleWorld): string | undefined => {
    const result = rule.test(world)
    if (result === false) return undefined
    const text = rule.message(world)
    return result === true ? text : `${text} (The rule cannot be judged: ${result.reason}.)`
  }
  const about = (service: ServicePlan, task?: TaskPlan) => (text: string | undefined) =>
    text === undefined ? [] : [{ text, service, ...(task ? { task } : {}) }]
  const askAll = (): readonly Violation[] => {
    switch (rule.about) {
      case 'plan': {
        const text = ask({ plan: facts, now })
        return text === undefined ? [] : [{ text }]
      }
      case 'service':
        return chosen.flatMap((one) => about(one.service)(ask({ plan: facts, now, service: one.facts })))
      case 'task':
        return chosen.flatMap(({ service, facts: own }) =>
          service.tasks
            .filter((task) => isOn([task.node], rule.scope))
            .flatMap((task) =>
              about(service, task)(ask({ plan: facts, now, service: own, task: new TaskFacts(task) })),
            ),
        )
    }
  }
  try {
    return withinLimits(askAll, STEPS_MAX)
  } catch (error) {
    return [{ text: `The rule cannot be judged: ${error instanceof Error ? error.message : String(error)}.` }]
  }
}

function isWithin({ service, tags }: Judged, scope: RuleScope): boolean {
  const { services, tags: wanted } = scope
  const nodes = service.node ? [service.node] : service.tasks.map((task) => task.node)
  return (
    (services?.some((pattern) => matchAddresses(pattern, [service.address]).length > 0) ?? true) &&
    (wanted?.some((tag) => tags.includes(tag)) ?? true) &&
    isOn(nodes, scope)
  )
}

const isOn = (on: readonly Address[], { nodes }: RuleScope): boolean =>
  nodes?.some((pattern) => matchAddresses(pattern, on).length > 0) ?? true

/** What one rule says of many services is told of the first, and counted of the others. */
const TOLD_MAX = 50

function problemsOf(rule: Rule, violations: readonly Violation[]): Problem[] {
  const told = violations.slice(0, TOLD_MAX).map(({ text, service, task }) => {
    const subject = service ? `${service.address}${task ? ` ${task.thing}` : ''}: ` : ''
    const also = service?.at ? [{ at: service.at, note: `${service.address} stands here` }] : []
    return { ...problemOf(rule, subject + text), ...(also.length > 0 ? { also } : {}) }
  })
  const rest = violations.length - told.length
  return rest > 0 ? [...told, problemOf(rule, `The rule ${rule.name} is met ${rest} times more.`)] : told
}

function problemOf({ effect, name, at }: Rule, message: string): Problem {
  const hint = `The rule ${name} of policy.yaml.`
  return effect === 'deny'
    ? { code: 'POLICY_DENIED', message, at, hint }
    : { code: 'POLICY_WARNED', message, at, hint, severity: 'warning' }
}
