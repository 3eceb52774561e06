import { expect, test } from 'vitest'
import { build, told } from './world.ts'

const NODES = 'node.ssh__n1: { host: a }\n'
const TWO = `${NODES}node.ssh__n2: { host: b }\n`

test.each([
  ['a bare name', 'engine__e: { node: n1 }'],
  ['role/name', 'engine__e: { node: node/n1 }'],
  ['role!name', 'engine__e: { node: node!n1 }'],
  ['template!name', 'engine__e: { node: node.ssh!n1 }'],
  ['the field parent', 'engine__e: { parent: n1 }'],
])('a parent is named by %s', (_how, text) => {
  const { graph, problems } = build(`${TWO}${text}\n`)
  expect(told(problems)).toEqual([])
  expect(graph.services.get('engine/e' as never)).toMatchObject({ parent: 'node/n1', node: 'node/n1', resolved: {} })
})

test('an unnamed parent with one candidate is that one, and this is noted; the controller itself must be named', () => {
  const { graph, problems } = build(`${NODES}engine__e:\n`)
  expect(told(problems)).toEqual([])
  expect(graph.services.get('engine/e' as never)).toMatchObject({ parent: 'node/n1', resolved: { parent: 'node/n1' } })
  const named = build('engine__e: { node: local }\n')
  expect(told(named.problems)).toEqual([])
  expect(named.graph.services.get('engine/e' as never)?.node).toBe('node/local')
})

test('what is consumed is named by the link or its role, alone or in a list', () => {
  const { graph, problems } = build(
    `${NODES}engine__a:\nengine__b:\nweb__x: { store: [a, engine!b] }\nweb__y: { engine: a }\n`,
  )
  expect(told(problems)).toEqual([])
  expect(graph.services.get('web/x' as never)?.consumes).toEqual({ store: ['engine/a', 'engine/b'] })
  expect(graph.services.get('web/y' as never)?.consumes).toEqual({ store: ['engine/a'] })
  expect(graph.order.indexOf('web/x' as never)).toBeGreaterThan(graph.order.indexOf('engine/b' as never))
})

test('a link with auto makes what is missing, once, and takes what is named', () => {
  const { graph, problems } = build(
    `${NODES}engine__a:\nneedy__p: { store: a }\nneedy__q: { store: a }\nhelper__h:\nneedy__r: { store: a, helper: h }\n`,
  )
  expect(told(problems)).toEqual([])
  expect(graph.services.get('helper/auto_helper' as never)).toMatchObject({ derivedBy: 'needy/p', data: { size: 'm' } })
  expect(graph.services.get('needy/q' as never)?.consumes.helper).toEqual(['helper/auto_helper'])
  expect(graph.services.get('needy/r' as never)?.consumes.helper).toEqual(['helper/h'])
})

test('a derived service can be linked to; a declared one takes its place', () => {
  const derived = build('node.physical__x:\nweb__w: { os: x }\n')
  expect(told(derived.problems)).toEqual([])
  expect(derived.graph.services.get('os/x' as never)).toMatchObject({
    derivedBy: 'node/x',
    parent: 'node/x',
    at: { line: 1 },
  })
  expect(derived.graph.services.get('web/w' as never)).toMatchObject({ parent: 'os/x', node: 'node/x' })
  const declared = build('node.physical__x:\nos.ubuntu__x: { node: x }\n')
  expect(told(declared.problems)).toEqual([])
  expect(declared.graph.services.get('os/x' as never)?.derivedBy).toBeUndefined()
})

test('a node and the system that it brings along are one candidate', () => {
  const { graph, problems } = build('node.physical__x:\nweb__v:\nweb__w: { parent: x }\n')
  expect(told(problems)).toEqual([])
  expect(graph.services.get('web/v' as never)).toMatchObject({ parent: 'node/x', resolved: { parent: 'node/x' } })
  expect(graph.services.get('web/w' as never)).toMatchObject({ parent: 'node/x', resolved: {} })
})

test.each([
  [
    'LINK_UNKNOWN',
    `${TWO}engine__e: { node: n3 }`,
    ['LINK_UNKNOWN 3:20 engine/e: its node is node/n3, which no blueprint declares. [Did you mean n1?]'],
  ],
  [
    'LINK_AMBIGUOUS',
    `${TWO}engine__e:`,
    [
      'LINK_AMBIGUOUS 3:1 engine/e does not say on which node it lives: node/n1, node/n2. [Add node: n1, or the one that is meant.]',
    ],
  ],
  [
    'LINK_MISSING',
    'engine__e:',
    ['LINK_MISSING 1:1 engine/e needs a node to live on, and none is declared. [Declared: node/local.]'],
  ],
  [
    'LINK_ROLE',
    `${NODES}helper__h:\nengine__e: { node: h }`,
    [
      'LINK_ROLE 3:20 engine/e: its node h is helper/h (helper), but node is expected. [Declared: node/local, node/n1.]',
    ],
  ],
  [
    'LINK_COUNT, too many',
    `${NODES}engine__a:\nengine__b:\nengine__c:\nweb__w: { store: [a, b, c] }`,
    ['LINK_COUNT 5:18 web/w names 3 engine as store; at most 2 are allowed. [Take 1 away.]'],
  ],
  [
    'LINK_COUNT, two parents',
    `${TWO}engine__e: { node: [n1, n2] }`,
    ['LINK_COUNT 3:20 engine/e names 2 node as parent; at most 1 is allowed. [Take 1 away.]'],
  ],
  [
    'LINK_MISSING, consumed',
    `${NODES}engine__a:\nneedy__p:`,
    ['LINK_MISSING 3:1 needy/p needs an engine as store, and names none. [Declared: engine/a.]'],
  ],
  [
    'FIELD_TYPE',
    `${NODES}engine__e: { node: { a: 1 } }`,
    [
      'FIELD_TYPE 2:20 node is a map, but the name of a service is expected. [Write a name, role/name, or a list of them.]',
    ],
  ],
  [
    '$after',
    `${NODES}engine__e: { $after: [engine/x] }`,
    ['LINK_UNKNOWN 2:23 engine/e comes $after engine/x, which no blueprint declares. [Did you mean engine/e?]'],
  ],
  [
    'a broken service',
    'node.sssh__n1: { host: a }\nengine__e: { node: n1 }\nengine__f:',
    ['TEMPLATE_UNKNOWN 1:1 node/n1: there is no template node.sssh. [Did you mean node.ssh?]'],
  ],
  [
    'a node that cannot derive',
    'node.physical__x: { host: [1] }\nweb__w: { os: x }',
    [
      'FIELD_TYPE 1:27 node/x: host is a list, but text is expected. [Its template says what it takes: `ays templates show NAME`.]',
    ],
  ],
  [
    'a circle',
    'web__a: { $after: [web/b] }\nweb__b: { $after: [web/a] }',
    [
      'LINK_CYCLE 1:20 web/a → web/b → web/a: each needs the next, so that none can be first. [Take one of these links away.]',
    ],
  ],
  [
    'no node',
    'web__a:',
    ['NODE_MISSING 1:1 web/a needs a node to live on, and none is given. [Give it one: node: NAME]'],
  ],
])('%s is told with its place', (_code, text, expected) => {
  expect(told(build(`${text}\n`).problems)).toEqual(expected)
})

test('two templates of one role with one name are told with both places', () => {
  const { problems } = build('node.ssh__a: { host: x }\nnode.physical__a:\n')
  expect(problems).toMatchObject([{ code: 'SERVICE_DUPLICATE', at: { line: 2 }, also: [{ at: { line: 1 } }] }])
})
