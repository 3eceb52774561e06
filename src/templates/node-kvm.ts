/** Virtual machines as nodes, as AYS had them. */
import { Type } from 'typebox'
import { defineTemplate, manyOf, oneOf } from '../engine/template.ts'

export const nodeKvm = defineTemplate({
  name: 'node.kvm',
  summary: 'A virtual machine as a node, as AYS had it.',
  unbuilt: 'virtual machines need a kind that makes and reaches them. For trying things there is `node.lab`.',
  data: Type.Object({
    memory: Type.Integer({ minimum: 64, default: 512, description: 'MiB.' }),
    cpu: Type.Integer({ minimum: 1, default: 1 }),
    disks: Type.Array(Type.Integer({ minimum: 1 }), { default: [], description: 'Sizes in GiB.' }),
    nics: Type.Array(Type.String(), { default: [], description: 'Bridges that it is plugged into.' }),
    ipPublic: Type.Optional(Type.String()),
    ipPrivate: Type.Optional(Type.String()),
    sshLogin: Type.String({ default: 'root' }),
    sshPassword: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
  }),
  parent: oneOf(['os'], { description: 'The system that it runs on.' }),
  consumes: { imageOs: manyOf(['image_os'], { max: 1 }), sshkey: manyOf(['sshkey'], { max: 1 }) },
  derive: ({ name }) => [{ template: 'os.ssh.ubuntu', name, data: { node: name } }],
  outputs: ({ data }) => ({ host: data.ipPublic ?? data.ipPrivate }),
})
