/** Sets of storage engines spread over nodes. */
import { Type } from 'typebox'
import { defineTemplate, manyOf } from '../engine/template.ts'
import { listenOn } from './places.ts'

export const storageclusterBlock = defineTemplate({
  name: 'storagecluster.block',
  summary: 'Storage engines spread evenly over nodes: the back end of block storage.',
  description:
    'Declares `storage_engine` services `<name>-0`, `<name>-1` … Engine i lives on node i modulo the number of nodes, in a data folder of its own, or in the folder that `folders` gives for it (one per disk).',
  data: Type.Object({
    label: Type.Optional(Type.String()),
    nrServer: Type.Integer({ minimum: 1, maximum: 1_000, description: 'How many engines.' }),
    engine: Type.String({ default: 'redis' }),
    maxMemory: Type.String({ default: '256mb' }),
    persistence: Type.String({ default: 'aof' }),
    bind: Type.String({
      ...listenOn,
      default: '*',
      description: 'Engines of a cluster are used from other nodes; every one has its own password.',
    }),
    folders: Type.Array(Type.String({ pattern: '^/.' }), {
      default: [],
      description: 'Data folders on each node, one per disk; engines of a node take them in turn.',
    }),
    diskType: Type.Optional(
      Type.Union(
        ['nvme', 'ssd', 'hdd', 'archive'].map((one) => Type.Literal(one)),
        { description: 'Noted; disks are chosen by `folders`.' },
      ),
    ),
  }),
  consumes: { nodes: manyOf(['node'], { min: 1, description: 'Where the engines live.' }) },
  derive: ({ name, data, links }) => {
    const nodes = links.nodes ?? []
    if (nodes.length === 0) return []
    return Array.from({ length: data.nrServer }, (_, i) => {
      const folder =
        data.folders.length > 0 ? data.folders[Math.floor(i / nodes.length) % data.folders.length] : undefined
      const base = {
        node: nodes[i % nodes.length],
        engine: data.engine,
        maxMemory: data.maxMemory,
        persistence: data.persistence,
        bind: data.bind,
      }
      return {
        template: 'storage_engine',
        name: `${name}-${i}`,
        data: folder === undefined ? base : { ...base, folder: `${folder}/${name}-${i}` },
      }
    })
  },
  outputs: ({ data }) => ({ label: data.label, servers: data.nrServer }),
})
