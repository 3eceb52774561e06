/** Docker on a node, and containers as nodes. */
import { Type } from 'typebox'
import { defineTemplate, manyOf, oneOf } from '../engine/template.ts'
import { packages } from '../sal/apt/packages.ts'
import { command } from '../sal/command/command.ts'
import { directory } from '../sal/files/directory.ts'
import { running } from '../sal/systemd/running.ts'
import { onNode } from './places.ts'

export const appDocker = defineTemplate({
  name: 'app_docker',
  summary: 'Docker on a node, from the packages of its distribution.',
  description: [
    'Its images, containers and volumes are data: removal asks for `--allow data-loss`. The bridge and the firewall rules that the',
    'Docker daemon made in the kernel stay until the node boots again.',
  ].join('\n'),
  data: Type.Object({
    compose: Type.Boolean({ default: true, description: 'docker-compose as well, as AYS installed it.' }),
    description: Type.Optional(Type.String()),
  }),
  parent: onNode,
  tasks: ({ data }) => [
    // What both daemons make for themselves, so that it goes with them: with the modes that they give it.
    directory('/etc/cni/net.d', { mode: 0o700 }),
    directory('/etc/docker', { holds: 'data' }),
    directory('/var/lib/containerd', { mode: 0o700, holds: 'data' }),
    directory('/var/lib/docker', { mode: 0o710, holds: 'data' }),
    packages(['docker.io', ...(data.compose ? ['docker-compose'] : [])]),
  ],
  running: () => [leaving, running('containerd'), running('docker')],
})

/**
 * Where the root file system is not shared, the daemon mounts its folder onto itself, and after a crash it leaves that
 * mount behind. Nothing to do but when it goes: what is mounted is not taken away.
 */
const leaving = command({
  name: 'docker-mount',
  run: ['true'],
  check: ['test', '-d', '/var/lib/docker'],
  undo: 'if mountpoint -q /var/lib/docker; then umount /var/lib/docker; fi',
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
