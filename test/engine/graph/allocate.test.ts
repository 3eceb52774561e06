import { Type } from 'typebox'
import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { allocate } from '../../../src/engine/graph/allocate.ts'
import { defineTemplate, oneOf } from '../../../src/engine/template.ts'
import { build, choose, secretOf, templates, told } from './world.ts'

const NODE = 'node.ssh__n: { host: a }\nnode.ssh__m: { host: b }\n'
const at = (address: string): Address => address as Address // written as it is printed
const row = (address: string, value: number) => ({ address: at(address), choice: 'port', pool: 'tcp@node/n', value })

test('choices are given in address order, one value once per pool, and do not depend on the order of the file', () => {
  const [a, b, c] = ['engine__a: { node: n }\n', 'engine__b: { node: n }\n', 'engine__c: { node: m }\n']
  const chosen = choose(NODE + a + b + c)
  expect(Object.fromEntries(chosen.allocated)).toEqual({
    'engine/a': { port: 7000 },
    'engine/b': { port: 7001 },
    'engine/c': { port: 7000 },
  })
  expect(choose(c + b + NODE + a).allocations).toEqual(chosen.allocations)
})

test('what is kept stays, though another comes before it; what a vanished service left is not given away', () => {
  const { allocated, problems } = choose(`${NODE}engine__a: { node: n }\nengine__b: { node: n }\n`, {
    kept: [row('engine/b', 7000), row('engine/gone', 7001)],
  })
  expect(told(problems)).toEqual([])
  expect(Object.fromEntries(allocated)).toEqual({ 'engine/a': { port: 7002 }, 'engine/b': { port: 7000 } })
})

test('a wish comes before free choices, wins over what was kept, and may take what a vanished service left', () => {
  const { allocated, problems } = choose(`${NODE}engine__a: { node: n }\nengine__b: { node: n, port: 7000 }\n`, {
    kept: [row('engine/b', 7002), row('engine/gone', 7000)],
  })
  expect(told(problems)).toEqual([])
  expect(Object.fromEntries(allocated)).toEqual({ 'engine/a': { port: 7001 }, 'engine/b': { port: 7000 } })
})

test.each([
  [
    'two wishes for one',
    `${NODE}engine__a: { node: n, port: 80 }\nengine__b: { node: n, port: 80 }\n`,
    [
      'ALLOCATION_TAKEN 4:29 engine/b asks for port 80 in tcp on node/n, which engine/a has. [Ask for another, or leave it out to get a free one.]',
    ],
  ],
  [
    'a wish for what is kept',
    `${NODE}engine__a: { node: n, port: 7003 }\nengine__k: { node: n }\n`,
    [
      'ALLOCATION_TAKEN 3:29 engine/a asks for port 7003 in tcp on node/n, which engine/k has. [Ask for another, or leave it out to get a free one.]',
    ],
  ],
  [
    'more than there are',
    NODE + ['a', 'b', 'c', 'd', 'e'].map((name) => `engine__${name}: { node: n }\n`).join(''),
    [
      'ALLOCATION_EXHAUSTED 7:1 engine/e: no port is left for it in tcp on node/n: all are taken. [Free one, or widen the pool.]',
    ],
  ],
])('%s is told', (_what, text, expected) => {
  expect(told(choose(text, { kept: [row('engine/k', 7003)] }).problems.slice(-1))).toEqual(expected)
})

test('data that reads data is complete in the graph, data that reads outputs after allocation, through several rounds', () => {
  const text = `${NODE}engine__e: { node: n, size: '\${services["node!n"].host + "mb"}' }
web__a: { node: n, backend: '\${services["engine!e"].url}', size: '\${services["engine!e"].size}' }
web__b: { node: n, backend: 'via \${services["web/a"].through}' }
`
  const built = build(text)
  expect(told(built.problems)).toEqual([])
  expect(built.graph.services.get(at('engine/e'))?.data).toMatchObject({ size: 'amb' })
  expect(built.graph.services.get(at('web/a'))).toMatchObject({ data: { size: 'amb' }, after: ['engine/e'] })
  expect([...built.later.keys()]).toEqual(['web/a', 'web/b'])
  const { graph, outputs, problems } = choose(text)
  expect(told(problems)).toEqual([])
  expect(graph.services.get(at('web/a'))?.data).toEqual({ backend: 'tcp://n:7000', size: 'amb' })
  expect(graph.services.get(at('web/b'))?.data).toEqual({ backend: 'via tcp://n:7000' })
  expect(outputs.get(at('web/b'))).toEqual({ through: 'via tcp://n:7000' })
})

test.each([
  ['a link through a name', `${NODE}engine__e: { node: '\${services["node!n"].name}' }`, []],
  [
    'a link through an output',
    `${NODE}engine__e: { node: n }\nengine__f: { node: '\${services["engine/e"].url}' }`,
    ['SET_UNKNOWN'],
  ],
  ['an unknown service', `${NODE}engine__e: { node: n, size: '\${services["node!x"].host}' }`, ['LINK_UNKNOWN']],
  ['an unknown field', `${NODE}engine__e: { node: n, size: '\${services["node!n"].hots}' }`, ['EXPRESSION']],
  ['a value that does not fit', `${NODE}engine__e: { node: n, size: '\${services["node!n"].port}' }`, ['FIELD_TYPE']],
  [
    'a circle',
    `${NODE}engine__e: { node: n, size: '\${services["engine/f"].size}' }\nengine__f: { node: n, size: '\${services["engine/e"].size}' }`,
    ['LINK_CYCLE'],
  ],
  ['itself', `${NODE}engine__e: { node: n, size: '\${services["engine/e"].url}' }`, ['LINK_CYCLE']],
  [
    'a service with a mistake',
    `${NODE}engine__e: { node: n, size: [1] }\nengine__f: { node: n, size: '\${services["engine/e"].size}' }`,
    ['FIELD_TYPE'],
  ],
  ['a derived service', `node.physical__p:\nweb__w: { node: p, size: '\${services["os/p"].name}' }`, []],
])('an expression that reads %s gives its problems', (_what, text, codes) => {
  expect(build(`${text}\n`).problems.map(({ code }) => code)).toEqual(codes)
})

test('an output that is no such is told after allocation, at its place', () => {
  const text = `${NODE}engine__e: { node: n }\nweb__w: { node: n, size: '\${services["engine/e"].ulr}' }\n`
  expect(build(text).problems).toEqual([])
  expect(choose(text).problems).toMatchObject([{ code: 'EXPRESSION', at: { line: 4 } }])
})

test('a value that an output gives is validated too', () => {
  const text = `${NODE}engine__e: { node: n }\nengine__f: { node: n, port: '\${services["engine/e"].url}' }\n`
  expect(choose(text).problems).toMatchObject([{ code: 'FIELD_TYPE', at: { line: 4, column: 29 } }])
})

test('a renamed service keeps its slug and its choices', () => {
  const { slugs, allocated } = choose(`${NODE}engine__new: { node: n, $moved: engine/old }\n`, {
    keptSlugs: new Map([[at('engine/old'), 'old']]),
    kept: [row('engine/old', 7002)],
  })
  expect(slugs.get(at('engine/new'))).toBe('old')
  expect(allocated.get(at('engine/new'))).toEqual({ port: 7002 })
})

test('the ports of a renamed node stay those of its services', () => {
  const { allocated } = choose('node.ssh__new: { host: a, $moved: node/n }\nengine__e: { node: new }\n', {
    kept: [row('engine/e', 7002)],
  })
  expect(allocated.get(at('engine/e'))).toEqual({ port: 7002 })
})

test('a disk that is gone is told, and stays the choice', () => {
  const disks = (ids: string[]) => {
    const pooled = defineTemplate({
      name: 'pooled',
      summary: 'x',
      data: Type.Object({}),
      parent: oneOf(['node']),
      allocate: ({ node, take }) => ({ disk: take(`disk@${node.address}`, 'disk', { from: ids }) }),
    })
    const built = build(`${NODE}pooled__p: { node: n }\n`, { templates: [...templates, pooled] })
    return allocate(built, {
      kept: [{ address: at('pooled/p'), choice: 'disk', pool: 'disk@node/n', value: 'wwn-1' }],
      keptSlugs: new Map(),
      facts: () => undefined,
      derived: (address) => secretOf(address, 'x'),
      workspace: { id: 'w', tag: '0' },
    })
  }
  expect(told(disks(['wwn-2']).problems)).toEqual([
    'ALLOCATION_LOST 3:1 pooled/p: its disk wwn-1 is gone from disk on node/n. [Bring it back, or renew it: ays apply --replace pooled/p.]',
  ])
  expect(disks(['wwn-2']).allocated.get(at('pooled/p'))).toEqual({ disk: 'wwn-1' })
  expect(told(disks(['wwn-2', 'wwn-1']).problems)).toEqual([])
  expect(told(disks([]).problems)).toEqual([])
})
