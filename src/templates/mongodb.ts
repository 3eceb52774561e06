/** MongoDB servers, where a package of them can be had. */
import { Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import type { Facts } from '../engine/facts.ts'
import { defineTemplate } from '../engine/template.ts'
import { answersTcp } from '../sal/answers/tcp.ts'
import { packages } from '../sal/apt/packages.ts'
import { directory } from '../sal/files/directory.ts'
import { file } from '../sal/files/file.ts'
import { symlink } from '../sal/files/symlink.ts'
import { running } from '../sal/systemd/running.ts'
import { unit } from '../sal/systemd/unit.ts'
import { onNode } from './places.ts'

/** Releases whose own packages hold a server: its licence made the later ones drop it. */
const RELEASES: Readonly<Record<string, readonly string[]>> = {
  debian: ['8', '9'],
  ubuntu: ['16.04', '18.04', '20.04'],
}

export const mongodb = defineTemplate({
  name: 'mongodb',
  summary: 'A MongoDB server on a node, with its data.',
  description: [
    'Debian since 10 and Ubuntu since 22.04 have no package of it, and there ays refuses. MongoDB Inc. documents an apt source of its',
    'own; a node that has it takes the name of its package. `$after` has the source and its key on the node before the package is',
    'installed.',
    '',
    '```yaml',
    'file__mongodb_key:                    # from https://pgp.mongodb.com/server-8.0.asc',
    '  node: n1',
    '  path: /usr/share/keyrings/mongodb-server-8.0.asc',
    '  content: ${file("files/server-8.0.asc")}',
    'file__mongodb_source:',
    '  node: n1',
    '  path: /etc/apt/sources.list.d/mongodb-org-8.0.list',
    '  content: |',
    '    deb [signed-by=/usr/share/keyrings/mongodb-server-8.0.asc] http://repo.mongodb.org/apt/debian bookworm/mongodb-org/8.0 main',
    'mongodb__db:',
    '  node: n1',
    '  package: mongodb-org-server',
    '  $after: [file/mongodb_key, file/mongodb_source]',
    '```',
  ].join('\n'),
  data: Type.Object({
    package: Type.Optional(
      Type.String({ pattern: '^[a-z0-9][a-z0-9+.-]*$', description: 'Absent: mongodb-server of the distribution.' }),
    ),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'Absent: the first free one from 27017 on, kept.' }),
    ),
    bind: Type.String({
      pattern: '^[A-Za-z0-9.:,_][A-Za-z0-9.:,_-]*$',
      default: '127.0.0.1',
      description: 'Addresses, with commas.',
    }),
    folder: Type.Optional(
      Type.String({ pattern: '^/[^\\n"]+$', description: 'Default: /var/lib/ays-mongodb/<name>.' }),
    ),
    description: Type.Optional(Type.String()),
  }),
  parent: onNode,
  allocate: ({ data, node, take }) => ({
    port: take(`tcp@${node.address}`, 'port', { wish: data.port, from: ports(27_017, 27_117) }),
  }),
  tasks: ({ address, slug, data, facts, allocated }) => {
    if (data.package === undefined) refuseWithoutPackage(address, facts)
    const folder = data.folder ?? `/var/lib/ays-mongodb/${slug}`
    const conf = `# Made by ays for this server; changes by hand are drift.
storage:
  dbPath: ${JSON.stringify(folder)}
net:
  port: ${Number(allocated.port)}
  bindIp: ${data.bind}
`
    return [
      // The package's own server must neither start nor come back at the next boot; packages differ in its name.
      symlink('/etc/systemd/system/mongodb.service', '/dev/null'),
      symlink('/etc/systemd/system/mongod.service', '/dev/null'),
      packages([data.package ?? 'mongodb-server']),
      file(`/etc/ays/mongodb/${slug}.conf`, conf),
      directory(folder, { mode: 0o750, owner: 'mongodb', group: 'mongodb', holds: 'data' }),
      unit(`ays-mongodb-${slug}`, unitText(address, slug)),
    ]
  },
  running: ({ slug, tasks, allocated }) => [
    running(`ays-mongodb-${slug}`, { startedWith: tasks }),
    answersTcp({ port: Number(allocated.port) }),
  ],
  outputs: ({ node, allocated }) => ({
    host: node?.outputs.host,
    port: Number(allocated.port),
    address: `${String(node?.outputs.host)}:${String(allocated.port)}`,
  }),
})

/** A node that nobody saw yet is not judged. */
function refuseWithoutPackage(address: string, facts: Facts | undefined): void {
  if (!facts || RELEASES[facts.os.id]?.includes(facts.os.version)) return
  throw new ProblemsError([
    {
      code: 'TEMPLATE_UNBUILT',
      message: `${address}: ${facts.os.name} has no package of MongoDB.`,
      hint: 'Give the node the apt source of MongoDB Inc. (`ays templates show mongodb` has it), and `package: mongodb-org-server`.',
    },
  ])
}

const unitText = (address: string, slug: string): string => `[Unit]
Description=${address} (MongoDB)
After=network.target

[Service]
ExecStart=/usr/bin/mongod --config /etc/ays/mongodb/${slug}.conf
User=mongodb
Group=mongodb
LimitNOFILE=64000
Restart=on-failure
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`

function* ports(from: number, to: number): Generator<number> {
  for (let port = from; port <= to; port++) yield port
}
