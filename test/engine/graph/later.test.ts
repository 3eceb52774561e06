/** What is known only after apply, from expressions to tasks: types, stand-ins, and what may not depend on it. */
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { type Address, addressOf } from '../../../src/base/address.ts'
import { isLater, Later } from '../../../src/base/later.ts'
import { allocate } from '../../../src/engine/graph/allocate.ts'
import type { Shown } from '../../../src/engine/graph/context.ts'
import { type OwnedTask, tasksOf } from '../../../src/engine/graph/tasks.ts'
import { task } from '../../../src/engine/task.ts'
import { defineTemplate, manyOf, oneOf } from '../../../src/engine/template.ts'
import { smallFacts } from '../../facts.ts'
import { build, lines, secretOf, templates, told } from './world.ts'

const machine = defineTemplate({
  name: 'node.machine',
  summary: 'A machine.',
  data: Type.Object({}),
  connection: () => ({ road: 'local' }),
})
const box = defineTemplate({
  name: 'box',
  summary: 'Takes every sort of value.',
  data: Type.Object({
    text: Type.Optional(Type.String()),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    on: Type.Optional(Type.Boolean()),
    level: Type.Optional(Type.Union([Type.Literal('low'), Type.Literal('high')])),
    list: Type.Optional(Type.Array(Type.String())),
    parts: Type.Optional(Type.Array(Type.Object({ id: Type.Integer() }))),
  }),
  parent: oneOf(['node']),
  consumes: { boxes: manyOf(['box']) },
  outputs: ({ data }) => ({
    shout: data.text?.toUpperCase(),
    next: data.port === undefined ? undefined : data.port + 1,
  }),
  tasks: ({ data, slug, peers }) => [
    task(lines, `file:/${slug}`, [
      data.text ?? '',
      `port=${data.port}`,
      ...(data.on ? ['on'] : ['off']),
      ...peers.boxes.map((peer) => String(peer.outputs.shout)),
    ]),
    task(lines, `file:/${slug}-constant`, ['x']),
  ],
})

const nothing: Shown = { facts: () => undefined, found: () => undefined, remembered: () => undefined, complete: true }
const N = "services['node/n']"

function chosen(text: string, shown: Shown = nothing) {
  const built = build(`node.machine__n: {}\n${text}`, { templates: [...templates, machine, box] })
  expect(told(built.problems)).toEqual([])
  return allocate(built, {
    ...{ kept: [], keptSlugs: new Map(), facts: () => undefined, shown },
    derived: (address, purpose) => secretOf(purpose, address),
    workspace: { id: 'w', tag: '00000000' },
  })
}
const dataOf = (text: string, shown?: Shown) => chosen(text, shown).graph.services.get(addressOf('box', 'b'))?.data
const field = (value: string) => `box__b: { node: n, ${value} }\n`

test.each([
  ['an output alone', `text: "\${${N}.hostname}"`, 'text', 'string'],
  ['text around it', `text: "a \${${N}.hostname} b \${${N}.processors}"`, 'text', 'string'],
  ['a number', `port: "\${${N}.processors}"`, 'port', 'integer'],
  ['a calculation', `port: "\${${N}.processors * 2 + 1}"`, 'port', 'integer'],
  ['a comparison', `on: "\${${N}.hostname == 'x'}"`, 'on', 'boolean'],
  ['a length', `port: "\${size(${N}.hostname)}"`, 'port', 'integer'],
  ['a list', `list: "\${${N}.addresses}"`, 'list', 'list'],
  ['one of a list', `text: "\${${N}.addresses[0]}"`, 'text', 'string'],
  ['a choice between two', `level: "\${${N}.hostname == 'x' ? 'low' : 'high'}"`, 'level', 'string'],
  ['what a stand-in cannot tell', `port: "\${int(${N}.hostname)}"`, 'port', 'any'],
])('%s is known later, with the type that it will have', (_, value, name, type) => {
  const later = dataOf(field(value))?.[name]
  expect(isLater(later) && later.type).toBe(type)
  expect(JSON.parse(JSON.stringify(later))).toMatchObject({
    later: { type, from: expect.arrayContaining([expect.stringMatching(/^node\/n: /)]) },
  })
})

test('the same expressions give values as soon as the node was seen', () => {
  const seen: Shown = { ...nothing, facts: () => ({ ...smallFacts('web'), cpus: 4 }) }
  expect(dataOf(field(`text: "at \${${N}.hostname}", port: "\${${N}.processors * 2}"`), seen)).toMatchObject({
    text: 'at web',
    port: 8,
  })
})

test.each([
  [
    'text for a number',
    `port: "\${${N}.hostname}"`,
    'FIELD_TYPE',
    'port is text that is known after apply (node/n: hostname)',
  ],
  [
    'a number for text',
    `text: "\${${N}.processors}"`,
    'FIELD_TYPE',
    'text is a whole number that is known after apply',
  ],
  ['a list for text', `text: "\${${N}.addresses}"`, 'FIELD_TYPE', 'text is a list'],
  ['what does not go together', `text: "\${${N}.hostname + 1}"`, 'EXPRESSION', 'no such overload'],
  ['an output that there is not', `text: "\${${N}.hostnam}"`, 'EXPRESSION', 'No such key'.toLowerCase()],
  ['a list inside text', `text: "x \${${N}.addresses}"`, 'EXPRESSION', 'cannot stand inside text'],
])('%s is told when the plan is made', (_, value, code, says) => {
  const { problems } = chosen(field(value))
  expect(problems.map((one) => one.code)).toEqual([code])
  expect(problems[0]?.message.toLowerCase()).toContain(says.toLowerCase())
})

test('only tasks that hold it are open, whatever the template made of it, and those of who reads them through a link', () => {
  const allocated = chosen(
    `box__b: { node: n, text: "\${${N}.hostname}" }\nbox__c: { node: n, boxes: b }\nbox__d: { node: n, boxes: c }\nbox__e: { node: n, text: known }\n`,
  )
  const { tasks, problems } = tasksOf(allocated)
  expect(problems).toEqual([])
  const open = [...tasks.values()].flat().filter((one: OwnedTask) => one.later)
  expect(open.map(({ thing, later }) => [thing, later?.sources.map(({ output }) => output)])).toEqual([
    ['file:/b', ['hostname']],
    ['file:/c', ['hostname']],
  ])
})

test('a number has stand-ins that its field takes, and what is made of it is known later too', () => {
  const { outputs, graph } = chosen(field(`port: "\${${N}.processors}"`))
  const later = graph.services.get(addressOf('box', 'b'))?.data.port
  if (!isLater(later)) throw new Error('it is known')
  for (const standIn of later.standIns) expect(standIn).toSatisfy((one: number) => one >= 1 && one <= 65_535)
  expect(later.standIns[0]).not.toBe(later.standIns[1])
  expect(outputs.get('box/b' as Address)?.next).toBeInstanceOf(Later)
})

test('which things a service wants may not depend on it', () => {
  const named = defineTemplate({
    name: 'named',
    summary: 'Names its file.',
    data: Type.Object({ text: Type.String() }),
    parent: oneOf(['node']),
    tasks: ({ data }) => [task(lines, `file:/${data.text}`, [])],
  })
  const built = build(`node.machine__n: {}\nnamed__a: { node: n, text: "\${${N}.hostname}" }\n`, {
    templates: [...templates, machine, named],
  })
  const problemsOf = (shown: Shown) =>
    tasksOf(
      allocate(built, {
        ...{ kept: [], keptSlugs: new Map(), facts: () => undefined, shown },
        derived: (address, purpose) => secretOf(purpose, address),
        workspace: { id: 'w', tag: '00000000' },
      }),
    ).problems.map(({ code }) => code)
  expect(problemsOf(nothing)).toEqual(['SET_UNKNOWN'])
  // A look may still tell.
  expect(problemsOf({ ...nothing, complete: false })).toEqual([])
})
