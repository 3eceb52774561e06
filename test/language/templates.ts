/** Small templates for the tests of the language: one for each thing that a template may ask of a blueprint. */
import { Type } from 'typebox'
import { type AnyTemplate, defineTemplate, manyOf, oneOf, optionalOf } from '../../src/engine/template.ts'

/** Every type of a field. */
const app = defineTemplate({
  name: 'app',
  summary: 'Has a field of every type.',
  data: Type.Object({
    title: Type.String({ default: 'untitled' }),
    maxMemory: Type.Optional(Type.String()),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
    ratio: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    enabled: Type.Optional(Type.Boolean()),
    level: Type.Optional(Type.Union([Type.Literal('low'), Type.Literal('high')])),
    ports: Type.Optional(Type.Array(Type.Integer())),
    words: Type.Optional(Type.Array(Type.String())),
    owner: Type.Optional(Type.Object({ name: Type.String(), id: Type.Optional(Type.Integer()) })),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    any: Type.Optional(Type.Unknown()),
    password: Type.Optional(Type.String({ secret: true })),
  }),
  parent: optionalOf(['node', 'os']),
  consumes: { store: manyOf(['db'], { max: 2 }) },
})
const db = defineTemplate({
  name: 'db',
  summary: 'Is consumed.',
  data: Type.Object({ size: Type.String({ default: 'm' }) }),
})
const dbBig = defineTemplate({ name: 'db.big', summary: 'Of the same role.', data: Type.Object({}) })
const needy = defineTemplate({
  name: 'needy',
  summary: 'Needs two.',
  data: Type.Object({}),
  consumes: { store: manyOf(['db'], { min: 2 }) },
})
const child = defineTemplate({
  name: 'child',
  summary: 'Lives on an app.',
  data: Type.Object({}),
  parent: oneOf(['app']),
})
const helper = defineTemplate({ name: 'helper', summary: 'Is made by itself.', data: Type.Object({}) })
const helped = defineTemplate({
  name: 'helped',
  summary: 'Has what it needs made.',
  data: Type.Object({}),
  parent: oneOf(['helper'], { auto: true }),
  consumes: { store: manyOf(['db.big'], { min: 1, auto: true }) },
})
const bundle = defineTemplate({
  name: 'bundle',
  summary: 'Declares others.',
  data: Type.Object({ size: Type.String({ default: 'm' }) }),
  derive: ({ name, data }) => [{ template: 'db', name, data: { size: data.size } }],
})
const maker = defineTemplate({
  name: 'maker',
  summary: 'Gives what is known only later.',
  data: Type.Object({}),
  outputs: () => ({ token: 'made' }),
})
const cron = defineTemplate({
  name: 'cron',
  summary: 'Has an action of its own.',
  data: Type.Object({}),
  actions: {
    trim: {
      summary: 'Trims.',
      args: Type.Object({ keep: Type.Optional(Type.Integer({ minimum: 1 })) }),
      tasks: () => [],
    },
  },
})
const future = defineTemplate({
  name: 'future',
  summary: 'To come.',
  data: Type.Object({}),
  unbuilt: 'It needs a thing that does not exist.',
})

export const languageTemplates: readonly AnyTemplate[] = [
  app,
  db,
  dbBig,
  needy,
  child,
  helper,
  helped,
  bundle,
  maker,
  cron,
  future,
]
