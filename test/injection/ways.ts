/** How a hostile text in each string field of each template is kept from harm, and where that is held. A new field needs a line. */

/**
 * `refused`: nothing but its own form passes. `noted`: it stays in ays, no task holds it. `unbuilt`: the template is refused.
 * `node`: what arrives on a real node is compared (test/e2e/injection.test.ts). `tool`: what the tool it is written for reads
 * is compared. `open`: it may hold hostile text, and no test compares what comes of it yet.
 */
export type Way = readonly ['refused' | 'tool' | 'node', sample: string] | readonly ['noted' | 'unbuilt' | 'open']

const noted: Way = ['noted']
const open: Way = ['open']
const unbuilt: Way = ['unbuilt']
const refused = (sample: string): Way => ['refused', sample]
const node = (sample: string): Way => ['node', sample]
const tool = (sample: string): Way => ['tool', sample]

/** A real one: sshd must be able to read it. */
export const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVZd2Vyd2Vyd2Vyd2Vyd2Vyd2Vyd2Vyd2Vyd2Vy'
const client = {
  addr: refused('ns.example.org'),
  keyName: refused('key'),
  keySecret: refused('c2VjcmV0'),
  description: noted,
}
const os = { sshAddr: refused('192.0.2.1'), description: noted }

const byTemplate: Readonly<Record<string, Readonly<Record<string, Way>>>> = {
  app_docker: { description: noted },
  bridge: { address: refused('10.0.0.1/24'), 'ports[]': refused('eth1'), hwaddr: refused('02:00:00:00:00:01') },
  caddy: { hostname: open, email: open, root: open, description: noted },
  caddy_proxy: {
    src: open,
    'dst[]': open,
    failTimeout: refused('10s'),
    without: open,
    'headerUpstream[]': tool('X-From here'),
    'headerDownstream[]': tool('X-From here'),
  },
  command: {
    run: node('true'),
    'run[]': node('true'),
    check: node('true'),
    'check[]': node('true'),
    undo: node('true'),
    'undo[]': node('true'),
    timeout: refused('10m'),
  },
  configuration: { 'configurations[].key': noted, 'configurations[].value': noted },
  datacenter: { description: noted },
  dnsclient: client,
  dns_client: client,
  dns_domain: {
    domain: refused('example.org'),
    'aRecords[]': refused('www:192.0.2.1'),
    'cnameRecords[]': refused('shop:www'),
    'records[].name': refused('www'),
    'records[].values[]': open,
    description: noted,
  },
  farm: { owner: noted, description: noted },
  file: {
    path: node('/srv/injected/a'),
    content: node('text'),
    mode: refused('0644'),
    owner: refused('root'),
    group: refused('root'),
  },
  firewall: { 'allow[]': refused('tcp/22') },
  location: { country: noted, city: noted, address: noted, description: noted },
  mongodb: {
    package: refused('mongodb-org-server'),
    bind: refused('127.0.0.1'),
    folder: tool('/srv/mongodb'),
    description: noted,
  },
  'network.g8os': { cidr: unbuilt },
  'network.switchless': { cidr: unbuilt },
  'network.zero-os': { cidr: unbuilt },
  node: {
    host: refused('a.example.org'),
    user: refused('op'),
    identityFile: tool('/root/id'),
    hostKey: open,
  },
  'node.docker': Object.fromEntries(
    'image hostname ports[] volumes[] cmd id ipPublic ipPrivate sshLogin sshPassword description'
      .split(' ')
      .map((name) => [name, unbuilt]),
  ),
  'node.kvm': Object.fromEntries(
    'nics[] ipPublic ipPrivate sshLogin sshPassword description'.split(' ').map((name) => [name, unbuilt]),
  ),
  'node.lab': {
    root: open,
    suite: refused('bookworm'),
    memory: refused('512M'),
    'disks[]': refused('1G'),
    address: refused('10.77.1.1'),
  },
  'node.packet.net': {
    ipPublic: refused('192.0.2.1'),
    sshLogin: refused('root'),
    ...Object.fromEntries(
      'sshPassword projectName planType deviceName deviceOs deviceId location ports[] description'
        .split(' ')
        .map((name) => [name, noted]),
    ),
  },
  'node.physical': {
    ipPublic: refused('192.0.2.1'),
    ipPrivate: refused('192.0.2.1'),
    user: refused('op'),
    identityFile: tool('/root/id'),
    hostKey: open,
    sshLogin: refused('op'),
    description: noted,
  },
  'node.sim': { 'disks[].id': noted },
  os,
  ...Object.fromEntries(
    'alpine arch centos debian fedora opensuse ubuntu'.split(' ').map((system) => [`os.ssh.${system}`, os]),
  ),
  package: { 'names[]': refused('nginx') },
  packetnet_client: { token: noted, description: noted },
  rack: { row: noted, description: noted },
  redis: { host: refused('127.0.0.1'), maxram: refused('100mb'), password: tool('long-password'), description: noted },
  sshkey: { publicKey: open, keyPath: noted, description: noted },
  'storagecluster.block': {
    label: noted,
    engine: refused('redis'),
    maxMemory: refused('100mb'),
    persistence: refused('aof'),
    bind: refused('127.0.0.1'),
    'folders[]': open,
  },
  storage_engine: {
    bind: refused('127.0.0.1'),
    maxMemory: refused('100mb'),
    folder: open,
    password: tool('long-password'),
  },
  storagepool: { 'devices[]': open, mountpoint: open },
  unit: {
    exec: node('/bin/sleep infinity'),
    description: node('text'),
    user: refused('root'),
    workingDirectory: node('/srv'),
    'environment{key}': refused('NAME'),
    'environment{}': node('text'),
    'after[]': refused('network.target'),
    'packages[]': refused('nginx=1.22.1-9'),
  },
  user: {
    'groups[]': refused('adm'),
    shell: node('/bin/sh'),
    home: node('/srv/homes/u'),
    'authorizedKeys[]': node(`${PUBLIC_KEY} a`),
  },
}

/** By `template.field`. */
export const ways: Readonly<Record<string, Way>> = Object.fromEntries(
  Object.entries(byTemplate).flatMap(([template, fields]) =>
    Object.entries(fields).map(([field, way]) => [`${template}.${field}`, way]),
  ),
)

/** What each template needs besides the field. */
export const needed: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  command: { run: 'true' },
  configuration: { configurations: [{ key: 'k', value: 'v' }] },
  caddy_proxy: { dst: ['http://10.0.0.1:80'] },
  dnsclient: { addr: 'ns.example.org', keyName: 'key', keySecret: 'c2VjcmV0' },
  dns_client: { addr: 'ns.example.org', keyName: 'key', keySecret: 'c2VjcmV0' },
  dns_domain: { domain: 'example.org', dnsclient: 'always', records: [{ name: 'www', type: 'TXT', values: ['text'] }] },
  file: { path: '/srv/injected/a', content: 'text' },
  mongodb: { package: 'mongodb-org-server' },
  'network.g8os': { vlanTag: 1, cidr: '10.0.0.0/24' },
  'network.switchless': { vlanTag: 1, cidr: '10.0.0.0/24' },
  'network.zero-os': { vlanTag: 1, cidr: '10.0.0.0/24' },
  node: { host: 'a.example.org' },
  'node.packet.net': { ipPublic: '192.0.2.1' },
  'node.sim': { disks: [{ id: 'd', sizeGb: 1 }] },
  'storagecluster.block': { nrServer: 1, nodes: ['always'] },
  storagepool: { devices: ['/dev/loop'] },
  unit: { exec: '/bin/sleep infinity' },
}
