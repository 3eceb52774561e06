/** Caddy: a web server that passes requests on and gets its certificates by itself. */
import { type Static, Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import type { Facts } from '../engine/facts.ts'
import { defineTemplate, manyOf } from '../engine/template.ts'
import { answersTcp } from '../sal/answers/tcp.ts'
import { packages } from '../sal/apt/packages.ts'
import { directory } from '../sal/files/directory.ts'
import { file } from '../sal/files/file.ts'
import { symlink } from '../sal/files/symlink.ts'
import { running } from '../sal/systemd/running.ts'
import { unit } from '../sal/systemd/unit.ts'
import { onNode } from './places.ts'

/** One word of a Caddyfile: nothing that ends it or begins another. */
const word = { pattern: '^[^\\s\\p{Cc}{}"`#\\\\]+$' }
const header = Type.String({
  pattern: '^[A-Za-z0-9-]+ [^\\p{Cc}{}"`]*[^\\p{Cc}{}"`\\\\]$',
})

const proxyData = Type.Object({
  src: Type.String({
    pattern: '^/[^\\s\\p{Cc}{}"`#*\\\\]*$',
    default: '/',
    description: 'Requests whose path begins so.',
  }),
  dst: Type.Array(Type.String(word), { minItems: 1, description: 'Where they go: `http://10.0.0.3:8080`.' }),
  failTimeout: Type.String({ pattern: '^[0-9]+(ms|s|m|h)$', default: '10s' }),
  maxFails: Type.Integer({ minimum: 1, default: 1 }),
  without: Type.Optional(
    Type.String({ pattern: '^/[^\\s\\p{Cc}{}"`#*\\\\]*$', description: 'Taken off the path before.' }),
  ),
  headerUpstream: Type.Array(header, { default: [], description: '`Name value`, added to requests.' }),
  headerDownstream: Type.Array(header, { default: [], description: '`Name value`, added to answers.' }),
  transparent: Type.Boolean({
    default: false,
    description: 'The host that was asked for is passed on. Always so here.',
  }),
})

export const caddyProxy = defineTemplate({
  name: 'caddy_proxy',
  summary: 'Requests that a caddy passes on, in the fields of AYS.',
  data: proxyData,
})

const data = Type.Object({
  hostname: Type.Optional(
    Type.String({
      ...word,
      description: 'Name that it answers to, and gets a certificate for. Absent: any, over http.',
    }),
  ),
  port: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 65_535, description: 'Absent: 443 with a hostname, else 80.' }),
  ),
  gzip: Type.Boolean({ default: true }),
  email: Type.Optional(Type.String({ ...word, description: 'For the certificate authority.' })),
  stagging: Type.Boolean({
    default: false,
    description: 'AYS spelt it so: certificates for trying, which nobody trusts.',
  }),
  root: Type.Optional(
    Type.String({ pattern: '^/[^\\s\\p{Cc}{}"`#\\\\]*$', description: 'A folder of files to serve.' }),
  ),
  description: Type.Optional(Type.String()),
})

export const caddy = defineTemplate({
  name: 'caddy',
  summary: 'A caddy web server on a node, with what it passes on.',
  data,
  parent: onNode,
  consumes: { caddyProxy: manyOf([caddyProxy], { description: 'What it passes on.' }) },
  tasks: ({ address, slug, data, peers, facts }) => {
    refuseWithoutPackage(address, facts)
    return [
      // The package's own server must neither start nor come back at the next boot.
      symlink('/etc/systemd/system/caddy.service', '/dev/null'),
      packages(['caddy']),
      file(
        `/etc/ays/caddy/${slug}.Caddyfile`,
        caddyfile(
          data,
          peers.caddyProxy.map((peer) => peer.data),
        ),
      ),
      directory(`/var/lib/ays-caddy/${slug}`, { mode: 0o750, owner: 'caddy', group: 'caddy', holds: 'data' }),
      unit(`ays-caddy-${slug}`, unitText(address, slug)),
    ]
  },
  running: ({ slug, data, tasks }) => [
    running(`ays-caddy-${slug}`, { startedWith: tasks }),
    answersTcp({ port: portOf(data) }),
  ],
  outputs: ({ data, node }) => ({ host: data.hostname ?? node?.outputs.host, port: portOf(data) }),
})

const portOf = (given: Static<typeof data>): number => given.port ?? (given.hostname === undefined ? 80 : 443)

/** The configuration of Caddy 2. AYS wrote that of Caddy 0.9; the fields mean the same. */
export function caddyfile(given: Static<typeof data>, proxies: readonly Static<typeof proxyData>[]): string {
  const options = [
    'admin off',
    ...(given.email === undefined ? [] : [`email ${given.email}`]),
    ...(given.stagging ? ['acme_ca https://acme-staging-v02.api.letsencrypt.org/directory'] : []),
  ]
  const site = given.hostname === undefined ? `http://:${portOf(given)}` : `${given.hostname}:${portOf(given)}`
  const directives = [
    ...(given.gzip ? ['encode gzip'] : []),
    ...proxies.flatMap(proxyLines),
    ...(given.root === undefined ? [] : ['handle {', `\troot * ${given.root}`, '\tfile_server', '}']),
  ]
  const block = (head: string, lines: readonly string[]): string =>
    `${head}{\n${lines.map((line) => `\t${line}\n`).join('')}}\n`
  return `# Made by ays; changes by hand are drift.\n${block('', options)}${block(`${site} `, directives)}`
}

function proxyLines(proxy: Static<typeof proxyData>): string[] {
  return [
    proxy.src === '/' && proxy.without === undefined ? 'handle {' : `handle ${proxy.src.replace(/\/$/, '')}* {`,
    ...(proxy.without === undefined ? [] : [`\turi strip_prefix ${proxy.without}`]),
    `\treverse_proxy ${proxy.dst.join(' ')} {`,
    `\t\tfail_duration ${proxy.failTimeout}`,
    `\t\tmax_fails ${proxy.maxFails}`,
    ...proxy.headerUpstream.map((one) => `\t\theader_up ${quotedHeader(one)}`),
    ...proxy.headerDownstream.map((one) => `\t\theader_down ${quotedHeader(one)}`),
    '\t}',
    '}',
  ]
}

/** In quotes, Caddy reads a backslash as itself, but for one before a quote. */
const quotedHeader = (text: string): string => text.replace(/^(\S+) (.*)$/s, '$1 "$2"')

/** Releases before which the distribution has no package of it. A node that nobody saw yet is not judged. */
const SINCE: Readonly<Record<string, number>> = { debian: 12, ubuntu: 23.04 }

function refuseWithoutPackage(address: string, facts: Facts | undefined): void {
  if (!facts || Number.parseFloat(facts.os.version) >= (SINCE[facts.os.id] ?? Number.POSITIVE_INFINITY)) return
  throw new ProblemsError([
    {
      code: 'TEMPLATE_UNBUILT',
      message: `${address}: ${facts.os.name} has no package of caddy; Debian has one since 12, Ubuntu since 23.04.`,
      hint: 'Let it live on a node with a newer system.',
    },
  ])
}

const unitText = (address: string, slug: string): string => `[Unit]
Description=${address} (caddy)
After=network-online.target
Wants=network-online.target

[Service]
Environment=XDG_DATA_HOME=/var/lib/ays-caddy/${slug} XDG_CONFIG_HOME=/var/lib/ays-caddy/${slug}
ExecStart=/usr/bin/caddy run --config /etc/ays/caddy/${slug}.Caddyfile --adapter caddyfile
User=caddy
Group=caddy
AmbientCapabilities=CAP_NET_BIND_SERVICE
LimitNOFILE=1048576
Restart=on-failure
ProtectSystem=full
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`
