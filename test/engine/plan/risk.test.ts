import { describe, expect, test } from 'vitest'
import type { EffectKind } from '../../../src/engine/kind.ts'
import type { ServicePlan } from '../../../src/engine/plan/plan.ts'
import { hazardsOf, type Risk, riskOf } from '../../../src/engine/plan/risk.ts'
import { servicePlan, taskPlan } from '../../cli/plan-literals.ts'

const withEffect = (action: ServicePlan['action'], kind: EffectKind): Partial<ServicePlan> => ({
  action,
  tasks: [taskPlan({ thing: 'x', action: 'update', effects: [{ kind, what: 'x' }] })],
})

describe('risk', () => {
  test.each<[string, Partial<ServicePlan>, Risk]>([
    ['what is adopted', { action: 'adopt', why: 'adopt' }, 'none'],
    ['what is out of reach', { action: 'unknown', why: 'lost' }, 'none'],
    ['what is made', { action: 'create' }, 'low'],
    ['what is changed in place', { action: 'update' }, 'low'],
    ['what waits for its node', { action: 'unknown', why: 'waits' }, 'low'],
    ['a restart', withEffect('update', 'restart'), 'medium'],
    ['an exposure', withEffect('create', 'exposure'), 'medium'],
    ['a replacement', { action: 'replace' }, 'medium'],
    ['a removal', { action: 'remove' }, 'medium'],
    [
      'a thing that goes while its service stays',
      { action: 'update', tasks: [taskPlan({ thing: 'x', action: 'remove' })] },
      'medium',
    ],
    ['the removal of what holds data', withEffect('remove', 'data-loss'), 'high'],
    ['a lockout', withEffect('update', 'lockout'), 'high'],
    ['a network cut', withEffect('update', 'network-cut'), 'high'],
    ['a reboot', withEffect('update', 'reboot'), 'high'],
  ])('%s', (_, service, risk) => {
    expect(riskOf(servicePlan({ name: 'a', ...service }))).toBe(risk)
  })

  test('of a plan is that of its riskiest service; an empty one has none', () => {
    const [low, high] = [servicePlan({ name: 'a' }), servicePlan({ name: 'b', ...withEffect('update', 'reboot') })]
    expect([riskOf({ services: [] }), riskOf({ services: [low] }), riskOf({ services: [low, high] })]).toEqual([
      'none',
      'low',
      'high',
    ])
  })

  test('what can hurt is told once, the worst first, with the line that forces it', () => {
    const at = { file: 'b.yaml', line: 7, column: 1 }
    const restart = { kind: 'restart', what: 'web' } as const
    const service = servicePlan({
      name: 'a',
      action: 'remove',
      tasks: [
        taskPlan({ thing: 'unit:web', at, effects: [restart] }),
        taskPlan({ thing: 'unit:web', at, effects: [restart] }),
        taskPlan({ thing: 'directory:/srv', action: 'remove', effects: [{ kind: 'data-loss', what: '/srv' }] }),
      ],
    })
    expect(hazardsOf(service).map(({ kind, risk, what, at }) => [kind, risk, what, at?.line])).toEqual([
      ['data-loss', 'high', '/srv', undefined],
      ['remove', 'high', 'storage_engine/a', undefined],
      ['restart', 'medium', 'web', 7],
    ])
  })
})
