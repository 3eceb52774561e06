/** Where machines stand: labels that others link to. They do nothing on any node. */
import { Type } from 'typebox'
import { defineTemplate, manyOf, optionalOf } from '../engine/template.ts'

const description = Type.Optional(Type.String())

export const location = defineTemplate({
  name: 'location',
  summary: 'A place in the world: a city, a campus.',
  data: Type.Object({
    country: Type.Optional(Type.String({ description: 'Best its two-letter code: BE.' })),
    city: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    description,
  }),
  outputs: ({ data }) => ({ country: data.country, city: data.city }),
})

export const datacenter = defineTemplate({
  name: 'datacenter',
  summary: 'A building or a room with racks.',
  data: Type.Object({ description }),
  parent: optionalOf([location]),
})

export const rack = defineTemplate({
  name: 'rack',
  summary: 'A rack with the machines in it.',
  data: Type.Object({
    units: Type.Integer({ minimum: 1, maximum: 100, default: 42, description: 'Its height.' }),
    row: Type.Optional(Type.String()),
    description,
  }),
  parent: optionalOf([datacenter]),
  consumes: { nodes: manyOf(['node'], { description: 'The machines in it.' }) },
  outputs: ({ peers }) => ({ machines: peers.nodes.length }),
})

export const farm = defineTemplate({
  name: 'farm',
  summary: 'Machines of one owner.',
  data: Type.Object({ owner: Type.Optional(Type.String()), description }),
  parent: optionalOf([datacenter, location]),
  consumes: { nodes: manyOf(['node'], { description: 'The machines of the farm.' }) },
  outputs: ({ peers }) => ({ machines: peers.nodes.length }),
})
