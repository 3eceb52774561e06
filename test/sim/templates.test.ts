/** Every template on a simulated node: a bare node settles, is at rest, is repaired, and is left as it was found. */
import { expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { templates } from '../../src/templates/index.ts'
import { changesOf, openSimWorld } from './world.ts'

/** A small blueprint per template, beside `node.sim__n1`. */
const blueprints: Readonly<Record<string, string>> = {
  app_docker: 'app_docker__d: { node: n1 }',
  bridge: 'bridge__b: { node: n1, address: 10.20.0.1/24, nat: true }',
  caddy: `caddy__c: { node: n1, caddyProxy: p }
caddy_proxy__p: { dst: ["http://127.0.0.1:8080"] }`,
  caddy_proxy: 'caddy_proxy__p: { dst: ["http://127.0.0.1:8080"] }',
  command: 'command__c: { node: n1, run: "touch /tmp/c", check: test -e /tmp/c, undo: rm /tmp/c }',
  configuration: 'configuration__c: { configurations: [{ key: a, value: b }] }',
  datacenter: 'datacenter__d: {}',
  dnsclient: 'dnsclient__c: { addr: 192.0.2.53 }',
  dns_client: 'dns_client__c: { addr: 192.0.2.53 }',
  farm: 'farm__f: { nodes: [n1] }',
  file: 'file__f: { node: n1, path: /etc/f, content: text }',
  filesystem: 'storagepool__p: { node: n1, devices: [/dev/sim0] }\nfilesystem__f: { storagepool: p, quotaGb: 1 }',
  firewall: 'firewall__f: { node: n1, allow: [tcp/22, "udp/60000-61000 from fd00::/8"] }',
  fssnapshot: `storagepool__p: { node: n1, devices: [/dev/sim0] }
filesystem__f: { storagepool: p }
fssnapshot__s: { filesystem: f }`,
  location: 'location__l: { city: Lochristi }',
  mongodb: 'mongodb__m: { node: n1, package: mongodb-org }',
  'network.publicstorage': 'network.publicstorage__s: {}',
  'node.sim': 'node.sim__n2: {}',
  'node.lab': 'node.lab__n2: { driver: sim }\nfile__f: { node: n2, path: /etc/f, content: text }',
  os: 'os__o: { node: n1 }\nfile__f: { os: o, path: /etc/f, content: text }',
  'os.ssh.alpine': 'os.ssh.alpine__o: { node: n1 }',
  'os.ssh.arch': 'os.ssh.arch__o: { node: n1 }',
  'os.ssh.centos': 'os.ssh.centos__o: { node: n1 }',
  'os.ssh.debian': 'os.ssh.debian__o: { node: n1 }\nfile__f: { os: o, path: /etc/f, content: text }',
  'os.ssh.fedora': 'os.ssh.fedora__o: { node: n1 }',
  'os.ssh.opensuse': 'os.ssh.opensuse__o: { node: n1 }',
  'os.ssh.ubuntu': 'os.ssh.ubuntu__o: { node: n1 }',
  package: 'package__htop: { node: n1 }',
  packetnet_client: 'packetnet_client__p: {}',
  rack: 'rack__r: { nodes: [n1] }',
  redis: 'redis__r: { node: n1 }',
  sshkey: 'sshkey__k: {}\nuser__u: { node: n1, sshkey: [k] }',
  storage_engine: 'storage_engine__e: { node: n1 }',
  'storagecluster.block': 'storagecluster.block__c: { nodes: [n1], nrServer: 3 }',
  storagepool: 'storagepool__p: { node: n1, devices: [/dev/sim0, /dev/sim1] }',
  unit: 'unit__u: { node: n1, exec: /bin/sleep infinity }',
  user: 'user__u: { node: n1, groups: [adm] }',
}

/** Those that no simulated node can stand for, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  dns_domain: 'works on the machine that ays runs on',
  node: 'is reached over ssh',
  'node.local': 'is the machine that ays runs on',
  'node.packet.net': 'is reached over ssh',
  'node.physical': 'is reached over ssh',
}

test('every template that is built has its blueprint here', () => {
  const built = templates.filter((template) => template.unbuilt === undefined).map((template) => template.name)
  expect([...Object.keys(blueprints), ...Object.keys(elsewhere)].sort()).toEqual(built.sort())
})

test.each(Object.entries(blueprints))(
  '%s: settles, rests, is repaired, and leaves the node as found',
  async (_, text) => {
    const world = openSimWorld(`node.sim__n1: {}\n${text}\n`)
    const nodes = ['n1', 'n2'].map((name) => addressOf('node', name))

    expect(await world.apply()).toMatchObject({ state: 'ok', problems: [] })
    expect(changesOf(await world.plan())).toEqual([])

    for (const node of nodes) {
      const settled = world.read(node).things
      for (const thing of Object.keys(settled)) {
        world.change(node, ({ things }) => delete things[thing])
        expect(changesOf(await world.plan()), thing).not.toEqual([])
        expect(await world.apply({ allow: ['data-loss'] }), thing).toMatchObject({ state: 'ok' })
        expect(changesOf(await world.plan()), thing).toEqual([])
        expect(world.read(node).things, thing).toEqual(settled)
      }
    }

    expect(await world.destroy()).toMatchObject({ state: 'ok' })
    // A lab node goes whole, with what is on it.
    for (const node of nodes.filter(() => !text.startsWith('node.lab'))) {
      const { things, claims } = world.read(node)
      expect({ things, claims }).toEqual({ things: {}, claims: {} })
    }
  },
)
