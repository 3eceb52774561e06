/** The language of rules: CEL over a plan, whose names and types are known before there is one. */
import { Environment } from '@marcbachmann/cel-js'
import { compileIn, type Outcome } from '../blueprint/cel.ts'
import { MATCHES, matches } from '../blueprint/cel-limits.ts'
import { Moment } from './moment.ts'
import { ChangeFacts, CountsFacts, EffectFacts, PlanFacts, ServiceFacts, TaskFacts } from './rule-facts.ts'

/** What a rule is asked about: the plan once, each service of it, or each task of these. */
export type RuleSubject = 'plan' | 'service' | 'task'

/** What an expression is evaluated with. */
export interface RuleWorld {
  readonly plan: PlanFacts
  readonly now: Moment
  readonly service?: ServiceFacts
  readonly task?: TaskFacts
}

/** Reads an expression and checks its names and types, without a plan. */
export function compileRule(source: string, about: RuleSubject): Outcome {
  languages ??= newLanguages()
  return compileIn(source, languages[about])
}

/** What expressions may name, for hints. */
export const namesFor: Readonly<Record<RuleSubject, readonly string[]>> = {
  plan: ['plan', 'now'],
  service: ['service', 'plan', 'now'],
  task: ['task', 'service', 'plan', 'now'],
}

/** Made on first use: most workspaces have no policy. */
let languages: Readonly<Record<RuleSubject, Environment>> | undefined

function newLanguages(): Readonly<Record<RuleSubject, Environment>> {
  const plan = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 5_000, maxDepth: 100 },
  })
    .registerType('Effect', { ctor: EffectFacts, fields: { kind: 'string', what: 'string', thing: 'string' } })
    .registerType('Change', {
      ctor: ChangeFacts,
      fields: { thing: 'string', path: 'string', from: 'dyn', to: 'dyn' },
    })
    .registerType('Task', {
      ctor: TaskFacts,
      fields: {
        ...{ thing: 'string', kind: 'string', node: 'string', action: 'string', why: 'string', removesData: 'bool' },
        ...{ effects: 'list<Effect>', changes: 'list<Change>' },
      },
    })
    .registerType('Service', {
      ctor: ServiceFacts,
      fields: {
        ...{ address: 'string', role: 'string', name: 'string', template: 'string', action: 'string', why: 'string' },
        ...{ verb: 'string', node: 'string', risk: 'string', removesData: 'bool', tags: 'list<string>' },
        ...{ tasks: 'list<Task>', effects: 'list<Effect>', changes: 'list<Change>' },
      },
    })
    .registerType('Counts', {
      ctor: CountsFacts,
      fields: {
        ...{ create: 'int', update: 'int', replace: 'int', remove: 'int', adopt: 'int', act: 'int', unknown: 'int' },
      },
    })
    .registerType('Plan', {
      ctor: PlanFacts,
      fields: {
        ...{ kind: 'string', environment: 'string', simulated: 'bool', risk: 'string', counts: 'Counts' },
        ...{ nodes: 'list<string>', restarts: 'list<string>', dataLoss: 'list<string>' },
        ...{ effects: 'list<Effect>', services: 'list<Service>' },
      },
    })
    .registerType('Moment', {
      ctor: Moment,
      fields: {
        ...{ year: 'int', month: 'int', day: 'int', hour: 'int', minute: 'int' },
        ...{ weekday: 'string', date: 'string', time: 'string' },
      },
    })
    .registerVariable('plan', 'Plan')
    .registerVariable('now', 'Moment')
    .registerFunction(`string.${MATCHES}(string): bool`, matches, { async: false })
  const service = plan.clone().registerVariable('service', 'Service')
  const task = service.clone().registerVariable('task', 'Task')
  return { plan, service, task }
}
