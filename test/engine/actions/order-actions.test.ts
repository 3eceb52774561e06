import { describe, expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import {
  type ActionGraph,
  actionKey,
  isBackward,
  LIFECYCLE,
  orderActions,
  stepsOf,
} from '../../../src/engine/actions/order-actions.ts'
import { trackReadiness } from '../../../src/engine/run/readiness.ts'

const a = (text: string): Address => text as Address

function graphOf(of: {
  parents?: Record<string, string>
  consumes?: Record<string, string[]>
  own?: Record<string, readonly string[]>
  ok?: string[]
}): ActionGraph {
  return {
    producers: (service) => [
      ...(of.parents?.[service] ? [a(of.parents[service])] : []),
      ...(of.consumes?.[service] ?? []).map(a),
    ],
    children: (service) =>
      Object.entries(of.parents ?? {}).flatMap(([child, parent]) => (parent === service ? [a(child)] : [])),
    requires: (_service, action) =>
      of.own?.[action] ?? ((LIFECYCLE as readonly string[]).includes(action) ? [] : undefined),
    isOk: (service, action) => of.ok?.includes(actionKey(service, action)) ?? false,
  }
}

const shown = (graph: ActionGraph, ...asked: [string, string][]) =>
  stepsOf(
    orderActions(
      graph,
      asked.map(([service, action]) => ({ service: a(service), action })),
    ),
  ).map((row) => row.map((step) => `${step.service} ${step.action}`))

describe('the lifecycle', () => {
  test('delete of a parent goes children first, step by step', () => {
    expect(shown(graphOf({ parents: { 'x/kid': 'x/kp' } }), ['x/kp', 'delete'])).toEqual([
      ['x/kid stop'],
      ['x/kid uninstall', 'x/kp stop'],
      ['x/kid delete', 'x/kp uninstall'],
      ['x/kp delete'],
    ])
  })

  test('start pulls in install and init, and the same of every producer', () => {
    expect(shown(graphOf({ consumes: { 'x/web': ['x/db'] } }), ['x/web', 'start'])).toEqual([
      ['x/db init'],
      ['x/db install', 'x/web init'],
      ['x/db start', 'x/web install'],
      ['x/web start'],
    ])
  })

  test('what is ok already is not pulled in; what is asked for by name is', () => {
    const graph = graphOf({
      consumes: { 'x/web': ['x/db'] },
      ok: ['x/db#start', 'x/db#install', 'x/web#install', 'x/web#start'],
    })
    expect(shown(graph, ['x/web', 'start'])).toEqual([['x/web start']])
  })

  test('the failed-layer rule holds within one service: test2 is ok, test3 never starts, the run is error', () => {
    const own = { test: ['install'], test2: ['install'], test3: ['test2'] }
    const steps = orderActions(
      graphOf({ own }),
      ['test', 'test2', 'test3'].map((action) => ({ service: a('x/one'), action })),
    )
    expect(ends(steps, ['x/one#test'])).toEqual({
      'x/one#init': 'ok',
      'x/one#install': 'ok',
      'x/one#test': 'error',
      'x/one#test2': 'ok',
      'x/one#test3': 'skipped',
    })
  })

  test('over three services of the same shape the third runs', () => {
    const own = { test: ['install'], test3: ['install'] }
    const steps = orderActions(graphOf({ own }), [
      { service: a('x/one'), action: 'test' },
      { service: a('x/two'), action: 'test' },
      { service: a('x/three'), action: 'test3' },
    ])
    expect(ends(steps, ['x/one#test'])['x/three#test3']).toBe('ok')
  })

  test('only stop, uninstall and delete go backwards', () => {
    expect(LIFECYCLE.filter(isBackward)).toEqual(['stop', 'uninstall', 'delete'])
  })
})

/** Runs the steps with the named ones failing. */
function ends(steps: ReturnType<typeof orderActions>, failing: string[]): Record<string, string> {
  const works = steps.map((step) => ({ key: actionKey(step.service, step.action), after: step.after, behind: [] }))
  const readiness = trackReadiness(works)
  const result: Record<string, string> = {}
  const queue = [...readiness.first]
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    const end = failing.includes(key) ? 'error' : 'ok'
    result[key] = end
    const next = readiness.settle(key, end)
    for (const { key: skipped } of next.skipped) result[skipped] = 'skipped'
    queue.push(...next.ready)
  }
  return result
}
