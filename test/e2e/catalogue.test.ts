/** Templates of AYS's catalogue on a real Debian node, asked with the clients that people use. */
import { expect, test } from 'vitest'
import { traces } from './traces.ts'
import { lacksLab, openWorld, type World } from './world.ts'

const BARE = 'node.lab__n1: {}\n'
const SERVICES = `${BARE}
package__tools: { node: n1, names: [curl] }
redis__cache: { node: n1, maxram: 32mb, password: lab-password }
file__page: { node: n1, path: /srv/front/index.html, content: "a page\\n" }
caddy__front: { node: n1, root: /srv/front, caddyProxy: [api], $after: [file/page] }
caddy_proxy__api: { src: /api, without: /api, dst: ["http://127.0.0.1:8000"] }
caddy__behind: { node: n1, port: 8000, root: /srv/behind }
file__behind: { node: n1, path: /srv/behind/who, content: "the one behind\\n" }
app_docker__dockerd: { node: n1, compose: false }
`

test('redis, caddy and docker answer their clients, are back when killed, are repaired, and leave the node as found', {
  timeout: 400_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const world = openWorld({ blueprint: BARE })
  await world.ok('apply', '--yes')
  const bare = await standing(world)

  world.write('blueprints/main.yaml', SERVICES)
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)
  expect(await answers(world)).toEqual(ALL_WELL)
  expect(await world.on('n1', CONTAINER)).toBe('said in a container')

  // Each comes back by itself, as another process.
  const units = ['ays-engine-cache', 'ays-caddy-front', 'docker']
  const before = await pids(world, units)
  await world.on('n1', `systemctl kill -s KILL ${units.join(' ')}`)
  expect(await answers(world)).toEqual(ALL_WELL)
  expect((await pids(world, units)).filter((pid, i) => pid === '0' || pid === before[i])).toEqual([])
  expect((await world.ays('plan')).code).toBe(0)

  // What is changed behind its back is told and put right; the others are left alone.
  const [engine] = await pids(world, units)
  await world.on(
    'n1',
    'systemctl stop docker docker.socket; echo ":80 { respond moved }" > /etc/ays/caddy/front.Caddyfile',
  )
  const drift = await world.ays('plan', '--json')
  expect([drift.code, changed(drift.stdout)]).toEqual([2, ['app_docker/dockerd', 'caddy/front']])
  await world.ok('apply', '--yes')
  expect(await answers(world)).toEqual(ALL_WELL)
  expect((await pids(world, units))[0]).toBe(engine)

  world.write('blueprints/main.yaml', BARE)
  const refused = await world.ays('apply', '--yes')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('DATA_LOSS')])
  await world.ok('apply', '--yes', '--allow', 'data-loss')
  expect(await standing(world)).toEqual(bare)
})

test('mongodb is refused on Debian 12 before anything is done, and where apt knows no such package it says so', {
  timeout: 240_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const world = openWorld({ blueprint: BARE })
  await world.ok('apply', '--yes')
  const bare = await standing(world)

  world.write('blueprints/main.yaml', `${BARE}mongodb__db: { node: n1 }\n`)
  const none = await world.ays('apply', '--yes')
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('has no package of MongoDB')])

  world.write('blueprints/main.yaml', `${BARE}mongodb__db: { node: n1, package: mongodb-org-server }\n`)
  const other = await world.ays('apply', '--yes')
  expect([other.code, other.stdout + other.stderr]).toEqual([1, expect.stringContaining('mongodb-org-server')])

  world.write('blueprints/main.yaml', BARE)
  await world.ok('apply', '--yes', '--allow', 'data-loss')
  expect(await standing(world)).toEqual(bare)
})

test('what carries labels of AYS works through them, is repaired, and leaves the node as found', {
  timeout: 300_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const bareNode = 'node.lab__n1: { disks: [512M, 512M] }\n'
  const world = openWorld({ blueprint: bareNode })
  await world.ok('apply', '--yes')
  const bare = await standing(world)

  world.write('blueprints/main.yaml', `${bareNode}${LABELLED}`)
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)
  const ASK = `cat /etc/greeting; id -Gn anna; wc -l < /home/anna/.ssh/authorized_keys; cat /srv/done
ip -br address show dev guests | awk '{ print $3 }'; systemctl is-active ays-idle; btrfs subvolume list /mnt/storagepools/pool | wc -l`
  const well = 'Welcome in Ghent.\nanna adm\n1\nonce\n10.20.0.1/24\nactive\n2'
  expect(await world.on('n1', ASK)).toBe(well)

  await world.on(
    'n1',
    'rm /srv/done /home/anna/.ssh/authorized_keys; ip address flush dev guests; systemctl stop ays-idle',
  )
  const drift = await world.ays('plan', '--json')
  expect([drift.code, changed(drift.stdout)]).toEqual([2, ['bridge/guests', 'command/once', 'unit/idle', 'user/anna']])
  await world.ok('apply', '--yes')
  expect(await world.on('n1', ASK)).toBe(well)

  world.write('blueprints/main.yaml', bareNode)
  await world.ok('apply', '--yes', '--allow', 'data-loss')
  expect(await standing(world)).toEqual(bare)
})

/** Labels, and one of each small template below them. */
const LABELLED = `
location__ghent: { city: Ghent }
datacenter__dc1: { location: ghent }
rack__r1: { datacenter: dc1, nodes: [n1] }
farm__mine: { datacenter: dc1, nodes: [n1] }
configuration__house: { configurations: [{ key: greeting, value: Welcome in Ghent. }] }
sshkey__anna: {}
os.ssh.debian__n1: { node: n1, sshkey: [anna] }
network.publicstorage__storage: {}
file__greeting: { os: n1, path: /etc/greeting, content: "\${services['configuration/house'].greeting}\\n" }
user__anna: { os: n1, groups: [adm], sshkey: [anna] }
command__once: { os: n1, run: echo once > /srv/done, check: test -e /srv/done, undo: rm /srv/done }
unit__idle: { os: n1, exec: /bin/sleep infinity }
bridge__guests: { os: n1, address: 10.20.0.1/24, nat: true }
storagepool__pool: { os: n1, devices: [/dev/vdb, /dev/vdc] }
filesystem__home: { storagepool: pool, quota.gb: 0.1 }
fssnapshot__first: { filesystem: home }
`

test('examples/web shows its page, counts visits through a crash of redis, and goes without a trace', {
  timeout: 400_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const world = openWorld({ example: 'web' })
  await world.ok('apply', '--yes')
  const get = (path: string) =>
    world.on('front', `curl -fsS --retry 50 --retry-delay 1 --retry-all-errors localhost${path} 2>/dev/null`)
  expect([await get('/'), await get('/api'), await get('/api')]).toEqual(['<h1>It works.</h1>', 'visit 1', 'visit 2'])

  const [pid] = await pids(world, ['ays-engine-visits'], 'back')
  await world.on('back', 'systemctl kill -s KILL ays-engine-visits')
  expect(await get('/api')).toBe('visit 3')
  expect(await pids(world, ['ays-engine-visits'], 'back')).not.toEqual([pid])
  expect((await world.ays('plan')).code).toBe(0)

  const tag = world.tag()
  if (!tag) throw new Error('there is no state')
  expect(traces(tag)).not.toEqual([])
  await world.ok('destroy', '--yes', '--allow', 'data-loss')
  expect(traces(tag)).toEqual([])
})

const ALL_WELL = { ping: 'PONG', unasked: 'NOAUTH Authentication required.', page: 'a page', behind: 'the one behind' }

/** What the clients on the node are told; each may take a while after a start. */
async function answers(world: World): Promise<Record<string, string>> {
  const said = await world.on(
    'n1',
    `soon() { for try in $(seq 100); do said=$("$@" 2>/dev/null) && [ -n "$said" ] && break; sleep 0.1; done; echo "$said"; }
soon redis-cli --no-auth-warning -a lab-password ping
redis-cli ping
soon curl -fsS http://127.0.0.1/
soon curl -fsS http://127.0.0.1/api/who`,
  )
  const [ping = '', unasked = '', page = '', behind = ''] = said.split('\n').filter(Boolean)
  return { ping, unasked, page, behind }
}

/** An image of the node's own echo and its libraries, run once. */
const CONTAINER = `set -e
for try in $(seq 100); do docker info >/dev/null 2>&1 && break; sleep 0.1; done
tar -chf - /bin/echo $(ldd /bin/echo | grep -o '/[^ ]*') 2>/dev/null | docker import - small >/dev/null
docker run --rm small /bin/echo said in a container`

/** Main processes of units, once each has one. */
async function pids(world: World, units: readonly string[], node = 'n1'): Promise<string[]> {
  const script = `for unit in ${units.join(' ')}; do
  for try in $(seq 100); do pid=$(systemctl show -p MainPID --value $unit); [ "$pid" != 0 ] && break; sleep 0.1; done
  echo "$pid"
done`
  return (await world.on(node, script)).split('\n')
}

/** What stands on the node, without apt's own notes and the users that Debian's packages leave behind. */
const standing = async (world: World): Promise<string[]> =>
  (
    await world.on(
      'n1',
      `dpkg-query -W -f '\${Package} \${Status}\\n'
find /etc /srv /opt /var/lib -xdev \\( -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/ays -o -path /var/lib/systemd -o -path /etc/ssl/certs \\) -prune -o -print
systemctl list-units --all --no-legend --plain --type service,socket --state active | cut -d' ' -f1
ss -lntup | awk 'NR > 1 { print $1, $5 }'`,
    )
  )
    .split('\n')
    .filter((line) => !/^\/etc\/(passwd|group|gshadow|shadow|subuid|subgid)-$/.test(line))
    .sort()

/** Services that a plan would change. */
function changed(json: string): string[] {
  // The program's own output.
  const { services } = JSON.parse(json) as { services: { address: string; action: string }[] }
  return services.filter(({ action }) => action !== 'none').map(({ address }) => address)
}
