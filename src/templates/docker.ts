/** Docker on a node, and containers as nodes. */
import { Type } from 'typebox'
import { defineTemplate, manyOf, oneOf } from '../engine/template.ts'
import { packages } from '../sal/apt/packages.ts'
import { running } from '../sal/systemd/running.ts'
import { onNode } from './places.ts'

export const appDocker = defineTemplate({
  name: 'app_docker',
  summary: 'Docker on a node, from the packages of its distribution.',
  data: Type.Object({
    compose: Type.Boolean({ default: true, description: 'docker-compose as well, as AYS installed it.' }),
    description: Type.Optional(Type.String()),
  }),
  parent: onNode,
  tasks: ({ data }) => [packages(['docker.io', ...(data.compose ? ['docker-compose'] : [])])],
  running: () => [running('docker')],
})

export const nodeDocker = defineTemplate({
  name: 'node.docker',
  summary: 'A container as a node, as AYS had it.',
  unbuilt: 'containers as nodes need a kind that makes and reaches them. Docker itself is `app_docker`.',
  data: Type.Object({
    image: Type.String({ default: 'ubuntu' }),
    hostname: Type.Optional(Type.String()),
    ports: Type.Array(Type.String({ description: '`80` or `8080:80`.' }), { default: [] }),
    volumes: Type.Array(Type.String(), { default: [] }),
    cmd: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    ipPublic: Type.Optional(Type.String()),
    ipPrivate: Type.Optional(Type.String()),
    sshLogin: Type.Optional(Type.String()),
    sshPassword: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
  }),
  parent: oneOf(['os'], { description: 'The system that the container runs on.' }),
  consumes: {
    docker: manyOf([appDocker], { max: 1, description: 'Docker on that system.' }),
    sshkey: manyOf(['sshkey'], { max: 1 }),
  },
  derive: ({ name }) => [{ template: 'os.ssh.ubuntu', name, data: { node: name } }],
  outputs: ({ data }) => ({ host: data.ipPublic ?? data.ipPrivate }),
})
