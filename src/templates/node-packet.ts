/** Machines that AYS ordered from packet.net, and the account that paid for them. */
import { Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import { defineTemplate, manyOf } from '../engine/template.ts'
import { sshWord } from './node.ts'

export const packetnetClient = defineTemplate({
  name: 'packetnet_client',
  summary: 'An account at packet.net, as AYS wrote it. Only noted.',
  data: Type.Object({
    token: Type.Optional(Type.String({ secret: true, description: 'Best a secret. Nothing uses it any more.' })),
    description: Type.Optional(Type.String()),
  }),
})

export const nodePacketNet = defineTemplate({
  name: 'node.packet.net',
  summary: 'A machine that AYS ordered from packet.net: reached where it still stands, never ordered.',
  description: [
    'packet.net, later Equinix Metal, sells machines no more, so ays orders none: without `ipPublic` it is refused. A machine that',
    'is there is reached like `node.physical`. Declares `os.ssh.ubuntu` of the same name, as AYS did.',
  ].join('\n'),
  data: Type.Object({
    ipPublic: Type.Optional(Type.String({ ...sshWord, description: 'Address of the machine that is there.' })),
    sshLogin: Type.String({ ...sshWord, default: 'root' }),
    sshPassword: Type.Optional(Type.String({ description: 'Read as AYS had it, not used: ays logs in with keys.' })),
    sshPort: Type.Integer({ minimum: 1, maximum: 65_535, default: 22 }),
    projectName: Type.Optional(Type.String({ description: 'This and what follows: noted, as they were ordered.' })),
    planType: Type.String({ default: 'Type 0' }),
    deviceName: Type.Optional(Type.String()),
    deviceOs: Type.String({ default: 'Ubuntu 14.04 LTS' }),
    deviceId: Type.Optional(Type.String()),
    location: Type.String({ default: 'amsterdam' }),
    ports: Type.Array(Type.String(), { default: [] }),
    description: Type.Optional(Type.String()),
  }),
  consumes: {
    client: manyOf([packetnetClient], { max: 1 }),
    sshkey: manyOf(['sshkey'], { description: 'Read as AYS did; ays logs in with your own agent and keys.' }),
  },
  derive: ({ name }) => [{ template: 'os.ssh.ubuntu', name, data: { node: name } }],
  tasks: ({ address, data }) => {
    if (data.ipPublic !== undefined) return []
    throw new ProblemsError([
      {
        code: 'TEMPLATE_UNBUILT',
        message: `${address} has no ip.public, and ays orders no machine: packet.net, later Equinix Metal, sells them no more.`,
        hint: 'Give ip.public of a machine that is there, or order one elsewhere and declare it as node.',
      },
    ])
  },
  outputs: ({ data }) => ({ host: data.ipPublic }),
  connection: ({ data, name }) => ({
    road: 'ssh',
    host: data.ipPublic ?? name,
    port: data.sshPort,
    user: data.sshLogin,
  }),
})
