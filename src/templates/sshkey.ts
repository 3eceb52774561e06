/** Keys that log people in. */
import { Type } from 'typebox'
import { keyFromSeed } from '../base/ssh-key.ts'
import { defineTemplate } from '../engine/template.ts'

export const sshkey = defineTemplate({
  name: 'sshkey',
  summary: 'An SSH key pair: yours by its public key, or one that ays makes and keeps for this workspace.',
  data: Type.Object({
    publicKey: Type.Optional(
      Type.String({
        pattern: '^(ssh|ecdsa|sk)-(?:[^\\p{Cc}]|\\t)+\\s*$',
        description: 'The line of the .pub file. Absent: ays makes a pair.',
      }),
    ),
    keyPath: Type.Optional(
      Type.String({ description: 'AYS: where the private key lies on your machine. Only noted.' }),
    ),
    description: Type.Optional(Type.String()),
  }),
  outputs: ({ data, derived, address }) => ({
    publicKey: data.publicKey ?? keyFromSeed(derived('key').reveal(), address).publicLine,
  }),
})

export const configuration = defineTemplate({
  name: 'configuration',
  summary: 'Keys and values for others to read.',
  data: Type.Object({
    configurations: Type.Array(Type.Object({ key: Type.String(), value: Type.String({ secret: true }) }), {
      default: [],
    }),
  }),
  outputs: ({ data }) => Object.fromEntries(data.configurations.map(({ key, value }) => [key, value])),
})
