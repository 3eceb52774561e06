/** Names in the DNS: a server that takes signed updates, and the records of a domain on it. */
import { Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import { isSecret, text } from '../base/secret.ts'
import { type Context, defineTemplate, manyOf, type Peer } from '../engine/template.ts'
import { RECORD_TYPES, type RecordType } from '../sal/dns/record-text.ts'
import { dnsRecords } from '../sal/dns/records.ts'
import { file } from '../sal/files/file.ts'

const ALGORITHMS = ['hmac-sha256', 'hmac-sha512', 'hmac-sha384', 'hmac-sha224', 'hmac-sha1', 'hmac-md5'] as const

const clientData = Type.Object({
  addr: Type.String({
    pattern: '^[A-Za-z0-9.:_][A-Za-z0-9.:_-]*$',
    description: 'Name or address of the primary server.',
  }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 53 }),
  keyName: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._][A-Za-z0-9._-]*$',
      description: 'Name of the TSIG key. Absent: updates are not signed.',
    }),
  ),
  keyAlgorithm: Type.Union(
    ALGORITHMS.map((one) => Type.Literal(one)),
    { default: 'hmac-sha256' },
  ),
  keySecret: Type.Optional(
    Type.String({ minLength: 1, secret: true, description: 'The key in base64. Best a secret.' }),
  ),
  description: Type.Optional(Type.String()),
})

/** Everything of a client happens on the controller's own machine, which needs dig and nsupdate. */
const clientNamed = (name: string, summary: string) =>
  defineTemplate({
    name,
    summary,
    description: [
      'Its key lies in /etc/ays/dns/ on the machine that ays runs on, readable by root alone, so that records can be taken back',
      'when nothing else is known of it. dig and nsupdate must be there (on Debian and Ubuntu: bind9-dnsutils).',
    ].join('\n'),
    data: clientData,
    on: 'local',
    tasks: (ctx) => {
      const { address, data, derived } = ctx
      const { keyName, keyAlgorithm, keySecret } = data
      if (keyName === undefined && keySecret === undefined) return []
      if (keyName === undefined || keySecret === undefined)
        throw misfit(address, `has ${keyName === undefined ? 'keySecret' : 'keyName'} alone; a key is both.`)
      // Validated data may hold a Secret where the schema says string; a key given in plain is one all the same.
      const given: unknown = keySecret
      const secret = isSecret(given) ? given : derived('key').with('keySecret', keySecret)
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(secret.reveal())) throw misfit(address, 'has a keySecret that is not base64.')
      const key = text`key "${keyName}" { algorithm ${keyAlgorithm}; secret "${secret}"; };\n`
      return [file(keyFileOf(ctx), key, { mode: 0o600 })]
    },
    outputs: ({ data }) => ({ addr: data.addr, port: data.port }),
  })

export const dnsclient = clientNamed(
  'dnsclient',
  'A DNS server that takes dynamic updates (RFC 2136), and the key for them.',
)
export const dnsClient = clientNamed('dns_client', 'The same as dnsclient: AYS 8 wrote it so.')

const keyFileOf = ({ slug, workspace }: Pick<Context, 'slug' | 'workspace'>): string =>
  `/etc/ays/dns/${workspace.tag}-${slug}.key`

const record = Type.Object({
  name: Type.String({ minLength: 1, default: '@', description: '`www`, or `@` for the domain itself.' }),
  type: Type.Union(
    RECORD_TYPES.map((one) => Type.Literal(one)),
    { default: 'A' },
  ),
  values: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
  ttl: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Absent: that of the domain.' })),
})

export const dnsDomain = defineTemplate({
  name: 'dns_domain',
  summary: 'Records of a domain on a DNS server that takes dynamic updates.',
  description: [
    'Each name and type is set whole: other values of it are taken away, and come back when the service is removed. Names and',
    'types that it does not mention are left alone. The zone must be there, with a primary server that accepts the updates.',
  ].join('\n'),
  data: Type.Object({
    domain: Type.String({ minLength: 1, description: 'The zone: example.org.' }),
    ttl: Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 600, description: 'Seconds.' }),
    aRecords: Type.Array(Type.String({ pattern: '^[^:]+:.+$' }), {
      default: [],
      description: '`www:192.0.2.1`, or `www:n1` with the name of a consumed node.',
    }),
    cnameRecords: Type.Array(Type.String({ pattern: '^[^:]+:.+$' }), {
      default: [],
      description: '`shop:www`; a target of one word is a name in the domain.',
    }),
    records: Type.Array(record, { default: [], description: 'Records of any type.' }),
    description: Type.Optional(Type.String()),
  }),
  consumes: {
    dnsclient: manyOf([dnsclient, dnsClient], { min: 1, description: 'Servers that get the records.' }),
    node: manyOf(['node'], { description: 'Nodes whose names may stand for their addresses.' }),
  },
  on: 'local',
  tasks: ({ address, data, peers, workspace }) => {
    const sets = new Map<string, { name: string; type: RecordType; ttl: number; values: string[] }>()
    const add = (name: string, type: RecordType, values: readonly string[], ttl = data.ttl): void => {
      const key = `${name.toLowerCase()} ${type}`
      const known = sets.get(key)
      if (known && known.ttl !== ttl) throw misfit(address, `gives ${type} of ${name} twice, with different ttl.`)
      sets.set(key, { name, type, ttl, values: [...(known?.values ?? []), ...values] })
    }
    for (const [name, value] of data.aRecords.map(split)) {
      const host = addressOfNode(peers.node, value)
      add(name, host.includes(':') ? 'AAAA' : 'A', [host])
    }
    for (const [name, value] of data.cnameRecords.map(split)) add(name, 'CNAME', [value])
    for (const { name, type, values, ttl } of data.records) add(name, typeOf(type), values, ttl)
    // Addresses first: servers refuse mail and name servers in the zone that have none.
    const isAddress = ({ type }: { readonly type: RecordType }): boolean => type === 'A' || type === 'AAAA'
    const ordered = [...sets.values()].sort((a, b) => Number(isAddress(b)) - Number(isAddress(a)))
    return peers.dnsclient.flatMap((server) =>
      ordered.map((set) =>
        dnsRecords({
          ...set,
          server: server.data.addr,
          port: server.data.port,
          zone: data.domain,
          ...(server.data.keyName === undefined ? {} : { keyFile: keyFileOf({ slug: server.slug, workspace }) }),
        }),
      ),
    )
  },
  outputs: ({ data }) => ({ domain: data.domain }),
})

function split(entry: string): [string, string] {
  const at = entry.indexOf(':')
  return [entry.slice(0, at), entry.slice(at + 1)]
}

function addressOfNode(nodes: readonly Pick<Peer, 'name' | 'outputs'>[], value: string): string {
  const host = nodes.find((node) => node.name === value)?.outputs.host
  return typeof host === 'string' ? host : value
}

const typeOf = (type: string): RecordType => RECORD_TYPES.find((one) => one === type) ?? 'A'

function misfit(address: string, what: string): ProblemsError {
  return new ProblemsError([{ code: 'FIELD_TYPE', message: `${address} ${what}` }])
}
