/** Nodes that exist already: any machine with sshd, the controller's own, and simulated ones. */
import { Type } from 'typebox'
import { SSH_WORD } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import { defineTemplate } from '../engine/template.ts'

/** What your ssh_config may put into a shell (`ProxyCommand`, `Match exec`): nothing that a shell reads as more than a word. */
export const sshWord = { pattern: SSH_WORD.source }

const reach = {
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 22, description: 'Port of sshd.' }),
  user: Type.Optional(Type.String({ ...sshWord, description: 'Login name. Absent: what your ssh_config says.' })),
  identityFile: Type.Optional(Type.String({ description: 'Private key file. Absent: your agent and ssh_config.' })),
  hostKey: Type.Optional(
    Type.String({
      pattern: '^(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ +[A-Za-z0-9+/]+={0,2}(?: [^\\p{Cc}]*)?$',
      description: '`ssh-ed25519 AAAA…`: the only host key accepted. Absent: your known_hosts decide.',
    }),
  ),
  acceptNewHostKey: Type.Boolean({
    default: false,
    description: 'Accept a key never seen before. A changed one is refused all the same.',
  }),
  become: Type.Optional(
    Type.Literal('sudo', { description: 'Become root with sudo, which must not ask for a password.' }),
  ),
  connectTimeoutSeconds: Type.Integer({ minimum: 1, maximum: 300, default: 10 }),
}

export const node = defineTemplate({
  name: 'node',
  summary: 'A machine of yours that is reached over SSH.',
  description:
    'Uses your own OpenSSH with its config, agent and jump hosts. `host` may be an alias of your ssh_config.',
  data: Type.Object({
    host: Type.String({ ...sshWord, description: 'Name, address or ssh_config alias.' }),
    ...reach,
  }),
  outputs: ({ data }) => ({ host: data.host }),
  connection: ({ data }) => ({
    road: 'ssh',
    host: data.host,
    port: data.port,
    ...(data.user ? { user: data.user } : {}),
    ...(data.identityFile ? { identityFile: data.identityFile } : {}),
    ...(data.hostKey ? { hostKey: data.hostKey } : {}),
    ...(data.become ? { become: data.become } : {}),
    acceptNewHostKey: data.acceptNewHostKey,
    connectTimeoutMs: data.connectTimeoutSeconds * 1_000,
  }),
})

export const nodePhysical = defineTemplate({
  name: 'node.physical',
  summary: 'A machine of yours, in the fields of AYS.',
  description: 'Declares `os.ssh.ubuntu` of the same name, as AYS did, unless the blueprint declares an os for it.',
  data: Type.Object({
    ipPublic: Type.Optional(Type.String(sshWord)),
    ipPrivate: Type.Optional(Type.String(sshWord)),
    ...reach,
    sshPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'Wins over port.' })),
    sshLogin: Type.Optional(Type.String({ ...sshWord, description: 'Wins over user.' })),
    description: Type.Optional(Type.String()),
  }),
  derive: ({ name }) => [{ template: 'os.ssh.ubuntu', name, data: { node: name } }],
  outputs: ({ data }) => ({ host: data.ipPublic ?? data.ipPrivate ?? '' }),
  connection: ({ data, name }) => ({
    road: 'ssh',
    host: data.ipPublic ?? data.ipPrivate ?? name,
    port: data.sshPort ?? data.port,
    user: data.sshLogin ?? data.user ?? 'root',
    ...(data.identityFile ? { identityFile: data.identityFile } : {}),
    ...(data.hostKey ? { hostKey: data.hostKey } : {}),
    ...(data.become ? { become: data.become } : {}),
    acceptNewHostKey: data.acceptNewHostKey,
    connectTimeoutMs: data.connectTimeoutSeconds * 1_000,
  }),
})

export const nodeLocal = defineTemplate({
  name: 'node.local',
  summary: 'The machine that ays runs on. Every workspace has node/local.',
  data: Type.Object({}),
  outputs: () => ({ host: '127.0.0.1' }),
  connection: () => ({ road: 'local' }),
})

export const nodeSim = defineTemplate({
  name: 'node.sim',
  summary: 'A simulated node: plans and applies are computed, nothing real is touched.',
  data: Type.Object({
    cpus: Type.Integer({ minimum: 1, default: 4 }),
    memoryMb: Type.Integer({ minimum: 1, default: 8_192 }),
    disks: Type.Array(
      Type.Object({
        id: Type.String(),
        sizeGb: Type.Integer({ minimum: 1 }),
        rotational: Type.Boolean({ default: false }),
      }),
      { default: [] },
    ),
    faults: Type.Object(
      {
        down: Type.Boolean({ default: false }),
        seed: Type.Integer({ default: 1 }),
        lostBefore: Type.Number({ minimum: 0, maximum: 1, default: 0 }),
        lostAfter: Type.Number({ minimum: 0, maximum: 1, default: 0 }),
      },
      { default: {}, description: 'Faults to draw from the seed.' },
    ),
  }),
  outputs: ({ name }) => ({ host: name }),
  connection: ({ name, data, address }) => ({
    road: 'sim',
    facts: simulatedFacts(name, address, data),
    faults: data.faults,
  }),
})

function simulatedFacts(
  name: string,
  address: string,
  data: { cpus: number; memoryMb: number; disks: readonly { id: string; sizeGb: number; rotational: boolean }[] },
): Facts {
  return {
    hostname: name,
    machineId: `sim-${address}`,
    os: { id: 'debian', version: '12', name: 'Debian (simulated)' },
    kernel: 'simulated',
    arch: 'x86_64',
    cpus: data.cpus,
    memoryBytes: data.memoryMb * 1_048_576,
    init: 'systemd',
    root: true,
    addresses: [],
    disks: data.disks.map((disk, i) => ({
      id: disk.id,
      path: `/dev/sim${i}`,
      sizeBytes: disk.sizeGb * 1_073_741_824,
      rotational: disk.rotational,
    })),
    claims: {},
  }
}
