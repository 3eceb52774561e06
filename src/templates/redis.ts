/** AYS's redis: its fields, carried out by a storage engine. */
import { Type } from 'typebox'
import { defineTemplate } from '../engine/template.ts'
import { listenOn, onNode } from './places.ts'

export const redis = defineTemplate({
  name: 'redis',
  summary: 'A redis server, in the fields of AYS.',
  description: [
    'Declares a `storage_engine` of the same name, which does the work: its own package, unit, data folder and socket. Clients need',
    "a password, which AYS's redis did not have: `password`, or the one that the storage engine makes.",
  ].join('\n'),
  data: Type.Object({
    host: Type.Optional(
      Type.String({
        ...listenOn,
        description: 'Address to listen on. Absent: this node alone.',
      }),
    ),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 6379 }),
    maxram: Type.String({ pattern: '^[0-9]+(kb|mb|gb|k|m|g)?$', default: '100mb' }),
    appendonly: Type.Boolean({ default: true, description: 'Writes are kept on disk as they come.' }),
    password: Type.Optional(Type.String({ minLength: 8, secret: true, description: 'Best a secret.' })),
    description: Type.Optional(Type.String()),
  }),
  parent: onNode,
  whole: true,
  derive: ({ name, data, links }) => {
    const [parent] = links.parent ?? []
    return [
      {
        template: 'storage_engine',
        name,
        data: {
          ...(parent === undefined ? {} : { parent }),
          engine: 'redis',
          port: data.port,
          bind: data.host ?? '127.0.0.1',
          maxMemory: data.maxram,
          persistence: data.appendonly ? 'aof' : 'none',
          password: data.password,
        },
      },
    ]
  },
  outputs: ({ data, node }) => ({
    host: node?.outputs.host,
    port: data.port,
    address: `${String(node?.outputs.host)}:${data.port}`,
  }),
})
