/** Key-value servers that speak the Redis protocol, one systemd unit each. */
import { Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import { type Secret, type Text, text } from '../base/secret.ts'
import { defineTemplate, oneOf } from '../engine/template.ts'
import { answersRedis } from '../sal/answers/redis.ts'
import { packages } from '../sal/apt/packages.ts'
import { directory } from '../sal/files/directory.ts'
import { file } from '../sal/files/file.ts'
import { symlink } from '../sal/files/symlink.ts'
import { running } from '../sal/systemd/running.ts'
import { unit } from '../sal/systemd/unit.ts'
import { unitWord } from '../sal/systemd/unit-text.ts'
import { listenOn } from './places.ts'
import { restartAction } from './restart.ts'

/** Engines by name: package, program, its own unit and user. */
const engines = {
  redis: { package: 'redis-server', program: '/usr/bin/redis-server', user: 'redis' },
  valkey: { package: 'valkey-server', program: '/usr/bin/valkey-server', user: 'valkey' },
} as const

const named = ['ardb', 'zdb', 'herodb'] as const

export const storageEngine = defineTemplate({
  name: 'storage_engine',
  summary: 'One key-value server on a node (the Redis protocol), with its data and its password.',
  description:
    'It listens on a socket of its own and on a port. Clients need the password that ays made for it: the output `password`.',
  data: Type.Object({
    engine: Type.Union(
      [...Object.keys(engines), ...named].map((one) => Type.Literal(one)),
      { default: 'redis', description: 'redis and valkey are built; the others are names to come.' },
    ),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'Absent: the first free one from 6379 on, kept.' }),
    ),
    bind: Type.String({
      ...listenOn,
      default: '127.0.0.1',
      description: 'Addresses to listen on; `*` for all.',
    }),
    maxMemory: Type.String({ pattern: '^[0-9]+(kb|mb|gb|k|m|g)?$', default: '256mb' }),
    maxMemoryPolicy: Type.Union(
      ['noeviction', 'allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-ttl'].map((one) => Type.Literal(one)),
      { default: 'noeviction' },
    ),
    persistence: Type.Union(
      ['aof', 'rdb', 'none'].map((one) => Type.Literal(one)),
      { default: 'aof' },
    ),
    folder: Type.Optional(
      Type.String({ pattern: '^/.', description: 'Where its data lie. Default: /var/lib/ays-engines/<name>.' }),
    ),
    password: Type.Optional(
      Type.String({ minLength: 8, secret: true, description: 'Best a secret. Absent: ays makes one.' }),
    ),
  }),
  parent: oneOf(['node', 'os', 'filesystem'], {
    description: 'The node it runs on, or the file system its data lie on.',
  }),
  allocate: ({ data, node, take }) => ({
    port: take(`tcp@${node.address}`, 'port', { wish: data.port, from: ports(6379, 6979) }),
  }),
  tasks: (ctx) => {
    const { slug, data } = ctx
    const { program, user, package: name } = engineOf(ctx.address, data.engine)
    const folder = folderOf(slug, data, ctx.parent.outputs.path)
    return [
      // The package's own server must neither start nor come back at the next boot.
      symlink(`/etc/systemd/system/${name}.service`, '/dev/null'),
      packages([name]),
      file(`/etc/ays/engines/${slug}.conf`, conf(slug, folder, Number(ctx.allocated.port), passwordOf(ctx), data), {
        mode: 0o640,
        group: user,
      }),
      directory(folder, { mode: 0o750, owner: user, group: user, holds: 'data' }),
      unit(`ays-engine-${slug}`, unitText({ address: ctx.address, slug, program, user, folder })),
    ]
  },
  running: (ctx) => [
    running(`ays-engine-${ctx.slug}`, { startedWith: ctx.tasks }),
    answersRedis({ socket: socketOf(ctx.slug), password: passwordOf(ctx) }),
  ],
  actions: { restart: restartAction(({ slug }) => `ays-engine-${slug}`) },
  outputs: (ctx) => ({
    host: ctx.node?.outputs.host,
    port: Number(ctx.allocated.port),
    address: `${String(ctx.node?.outputs.host)}:${String(ctx.allocated.port)}`,
    socket: socketOf(ctx.slug),
    password: passwordOf(ctx),
  }),
})

interface EngineContext {
  readonly data: { readonly password?: string | undefined }
  derived(purpose: string): Secret
}

/** Given or made; hexadecimal, so it needs no quoting in any configuration. */
function passwordOf(ctx: EngineContext): Secret {
  const made = ctx.derived('password')
  return ctx.data.password === undefined ? made : asSecret(ctx.data.password, made)
}

/** A password is a secret, also where the blueprint gives it in plain. Validated data may hold a Secret where the schema says string. */
const asSecret = (value: Text, like: Secret): Secret =>
  typeof value === 'string' ? like.with('password', value) : value

function engineOf(address: string, name: string): (typeof engines)[keyof typeof engines] {
  const found = Object.entries(engines).find(([key]) => key === name)?.[1]
  if (found) return found
  throw new ProblemsError([
    {
      code: 'TEMPLATE_UNBUILT',
      message: `${address} asks for the engine ${name}, which no package source of the supported systems has; its work is not built.`,
      hint: 'redis and valkey work today.',
    },
  ])
}

const folderOf = (slug: string, data: { readonly folder?: string | undefined }, path: unknown): string =>
  data.folder ?? (typeof path === 'string' ? `${path}/${slug}` : `/var/lib/ays-engines/${slug}`)

const socketOf = (slug: string): string => `/run/ays-engine-${slug}/engine.sock`

function conf(
  slug: string,
  folder: string,
  port: number,
  password: Secret,
  data: {
    readonly bind: string
    readonly maxMemory: string
    readonly maxMemoryPolicy: string
    readonly persistence: string
  },
): Text {
  const keeps =
    data.persistence === 'aof'
      ? 'appendonly yes\nsave ""'
      : data.persistence === 'rdb'
        ? 'appendonly no\nsave 900 1 300 10 60 10000'
        : 'appendonly no\nsave ""'
  return text`# Made by ays for this engine; changes by hand are drift.
port ${port}
bind ${data.bind}
unixsocket ${socketOf(slug)}
unixsocketperm 770
dir ${redisWord(folder)}
${keeps}
maxmemory ${data.maxMemory}
maxmemory-policy ${data.maxMemoryPolicy}
supervised systemd
requirepass ${password.with(password.ref, redisWord(password.reveal()))}
`
}

/** One word of a redis configuration: whatever is not plain stands in quotes, its bytes as `\\xHH`. */
function redisWord(text: string): string {
  if (/^[A-Za-z0-9_/.:@+=,-]+$/.test(text)) return text
  const bytes = [...Buffer.from(text)].map((byte) => {
    const isPlain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
    return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${bytes.join('')}"`
}

const unitText = (of: {
  address: string
  slug: string
  program: string
  user: string
  folder: string
}): string => `[Unit]
Description=${of.address} (storage engine)
After=network.target

[Service]
Type=notify
ExecStart=${of.program} /etc/ays/engines/${of.slug}.conf
User=${of.user}
Group=${of.user}
RuntimeDirectory=ays-engine-${of.slug}
RuntimeDirectoryMode=0750
UMask=0077
LimitNOFILE=16384
Restart=on-failure
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${/^[A-Za-z0-9_/.:@+=,-]+$/.test(of.folder) ? of.folder : unitWord('the folder', of.folder)}
ProtectHome=yes
PrivateTmp=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
`

function* ports(from: number, to: number): Generator<number> {
  for (let port = from; port <= to; port++) yield port
}
