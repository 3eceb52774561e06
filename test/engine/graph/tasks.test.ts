import { Type } from 'typebox'
import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { ProblemsError } from '../../../src/base/problem.ts'
import { allocate } from '../../../src/engine/graph/allocate.ts'
import { tasksOf, thingKey } from '../../../src/engine/graph/tasks.ts'
import { task } from '../../../src/engine/task.ts'
import { defineTemplate, oneOf } from '../../../src/engine/template.ts'
import { build, choose, lines, secretOf, templates, told } from './world.ts'

const NODE = 'node.ssh__n: { host: a }\nnode.ssh__m: { host: b }\n'
const at = (address: string): Address => address as Address // written as it is printed

test('tasks stand on the node of their service, with what was allocated for it', () => {
  const { tasks, problems } = tasksOf(choose(`${NODE}engine__e: { node: m }\n`))
  expect(told(problems)).toEqual([])
  expect([...tasks.keys()]).toEqual(['engine/e'])
  expect(tasks.get(at('engine/e'))).toMatchObject([
    { thing: 'file:/etc/e.conf', wanted: ['port 7000'], node: 'node/m', rung: 'installed', owners: ['engine/e'] },
  ])
})

test('services that want one thing on one node share it, united; on different nodes they do not meet', () => {
  const { tasks, things, problems } = tasksOf(
    choose(
      `${NODE}web__a: { node: n, shared: x }\nweb__b: { node: n, shared: y }\nweb__c: { node: n, shared: y }\nweb__d: { node: m, shared: z }\n`,
    ),
  )
  expect(told(problems)).toEqual([])
  const shared = things.get(thingKey(at('node/n'), 'file:/etc/shared'))
  expect(shared).toMatchObject({ wanted: ['x', 'y'], owners: ['web/a', 'web/b', 'web/c'] })
  expect(tasks.get(at('web/a'))).toEqual([shared])
  expect(tasks.get(at('web/c'))).toEqual([shared])
  expect(things.get(thingKey(at('node/m'), 'file:/etc/shared'))).toMatchObject({ wanted: ['z'], owners: ['web/d'] })
})

test('what cannot be united is a conflict that names both services with their places', () => {
  const { problems } = tasksOf(choose(`${NODE}web__a: { node: n, shared: x }\nweb__b: { node: n, shared: "!y" }\n`))
  expect(told(problems)).toEqual([
    'THING_CONFLICT 4:1 web/a and web/b both want file:/etc/shared on node/n: a line with ! stands alone. [Change one of them, or let them live on different nodes.]',
  ])
  expect(problems[0]?.also).toMatchObject([{ at: { line: 3 }, note: 'web/a wants it too' }])
})

const daemon = defineTemplate({
  name: 'daemon',
  summary: 'Has a file while it is installed and another while it runs.',
  data: Type.Object({ fail: Type.Optional(Type.String()) }),
  parent: oneOf(['node']),
  tasks: ({ data, derived }) => {
    if (data.fail === 'problem')
      throw new ProblemsError([{ code: 'FIELD_TYPE', message: 'fail is not what it should be.' }])
    if (data.fail === 'bug') throw new TypeError('a bug')
    return [task(lines, 'file:/d', [derived('key').ref])]
  },
  running: ({ tasks }) => [
    task(
      lines,
      'file:/run',
      tasks.map(({ thing }) => thing),
    ),
    task(lines, 'file:/d', ['more']),
  ],
})
const maker = defineTemplate({
  name: 'node.made',
  summary: 'A node that the controller makes.',
  data: Type.Object({}),
  on: 'local',
  tasks: ({ slug }) => [task(lines, `file:/nodes/${slug}`, [])],
})
const plan = (text: string) => {
  const built = build(NODE + text, { templates: [...templates, daemon, maker] })
  expect(told(built.problems)).toEqual([])
  return tasksOf(
    allocate(built, {
      kept: [],
      keptSlugs: new Map(),
      facts: () => undefined,
      derived: (address, purpose) => secretOf(`${address} ${purpose}`, 'x'),
      workspace: { id: 'w', tag: '0' },
    }),
  )
}

test('tasks of running() stand on the upper rung; a thing that is wanted on both stands on the lower', () => {
  const { tasks } = plan('daemon__d: { node: n }\n')
  expect(tasks.get(at('daemon/d'))?.map(({ thing, rung, wanted }) => [thing, rung, wanted])).toEqual([
    ['file:/d', 'installed', ['daemon/d key', 'more']],
    ['file:/run', 'running', ['file:/d']],
  ])
})

test('what a template does on the controller stands on node/local', () => {
  const { tasks } = plan('node.made__x:\n')
  expect(tasks.get(at('node/x'))).toMatchObject([{ thing: 'file:/nodes/x', node: 'node/local' }])
})

test('a template may report bad data; its bugs show', () => {
  expect(plan('daemon__d: { node: n, fail: problem }\n').problems).toMatchObject([
    { code: 'FIELD_TYPE', at: { line: 3 } },
  ])
  expect(() => plan('daemon__d: { node: n, fail: bug }\n')).toThrow(TypeError)
})
