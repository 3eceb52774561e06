import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AddressWanted, address, addressKind } from '../../../src/sal/network/address.ts'
import { type BridgeWanted, bridge, bridgeKind } from '../../../src/sal/network/bridge.ts'
import { type RouteWanted, route, routeKind } from '../../../src/sal/network/route.ts'
import { expectJoined } from '../laws.ts'
import { lacksForRoom, openRoom, type Room } from '../room.ts'

const lacks = lacksForRoom()
let room: Room
beforeEach(async (ctx) => {
  if (lacks) return ctx.skip(`needs ${lacks}`)
  room = await openRoom()
  room.sh('ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up')
})
afterEach(() => room?.close())

const bridgeWanted = (...args: Parameters<typeof bridge>): BridgeWanted => bridge(...args).wanted as BridgeWanted
const addressWanted = (...args: Parameters<typeof address>): AddressWanted => address(...args).wanted as AddressWanted
const routeWanted = (...args: Parameters<typeof route>): RouteWanted => route(...args).wanted as RouteWanted

test('a bridge comes up with its port, addresses and mac, and goes without a trace', async () => {
  const wanted = bridgeWanted('br0', {
    addresses: ['10.1.0.1/24', 'FD00:0::1/64'],
    ports: ['v0'],
    mac: '02:00:00:00:00:AA',
  })
  const other = bridgeWanted('br1')
  await expectJoined(room, bridgeKind, [wanted, other])
  const { before } = await room.settle(bridgeKind, wanted)
  expect(before).toEqual(bridgeKind.bare)
  expect(room.sh('ip -o addr show dev br0')).toContain('10.1.0.1/24')
  expect(room.sh('ip -o link show master br0')).toContain('v0@')
  expect((await room.settle(bridgeKind, wanted)).changes).toEqual([])
  await expectJoined(room, bridgeKind, [wanted, other])

  const moved = bridgeWanted('br0', { addresses: ['10.1.0.2/24'], ports: ['v0'] })
  await room.settle(bridgeKind, moved)
  expect(room.sh('ip -o addr show dev br0')).not.toContain('10.1.0.1/24')

  await room.undo(bridgeKind, moved, before)
  expect(room.sh('ls /etc/ays /etc/systemd/system/ays-network.service 2>&1 || true')).not.toContain('br0')
  expect(room.sh('ip -o link')).not.toContain('br0')
})

test('drift is seen and repaired: a bridge set down, a port taken out, an address dropped', async () => {
  const wanted = bridgeWanted('br0', { addresses: ['10.1.0.1/24'], ports: ['v0'] })
  await room.settle(bridgeKind, wanted)
  room.sh('ip link set br0 down; ip link set v0 nomaster; ip addr del 10.1.0.1/24 dev br0')
  const { changes } = await room.settle(bridgeKind, wanted)
  expect(changes.map(({ path }) => path)).toEqual(['up', 'addresses', 'ports'])
})

test('a port of another hand stays in the bridge', async () => {
  const wanted = bridgeWanted('br0', { ports: ['v0'] })
  await room.settle(bridgeKind, wanted)
  room.sh('ip link set v1 master br0')
  expect((await room.settle(bridgeKind, wanted)).changes).toEqual([])
})

test('a device of that name that is no bridge is not touched', async () => {
  const found = await room.look(bridgeKind, bridgeWanted('v0'))
  expect(found.state).toBe('other')
  const [failed] = await room.run(bridgeKind.commands(bridgeWanted('v0'), found))
  expect(failed).toMatchObject({ code: 1, stderr: 'v0 is there and is no bridge\n' })
})

test('addresses and routes settle, come back after a boot, and go', async () => {
  const wanted = addressWanted('v0', '10.2.0.1/24')
  const six = addressWanted('v0', 'fd02::1/64')
  const away = routeWanted('10.9.0.0/16', '10.2.0.2', 'v0')
  const first = await room.settle(addressKind, wanted)
  await room.settle(addressKind, six)
  await expectJoined(room, addressKind, [wanted, six, addressWanted('v1', '10.3.0.1')])
  const { before } = await room.settle(routeKind, away)
  await expectJoined(room, routeKind, [away, routeWanted('default', '10.2.0.2', 'v0')])
  expect(room.sh('ip route show 10.9.0.0/16')).toContain('via 10.2.0.2 dev v0')

  room.sh('ip addr flush dev v0; ip route flush table main')
  room.sh(
    `sed -n "s/^ExecStart=.bin.sh -c '\\(.*\\)'$/\\1/p" /etc/systemd/system/ays-network.service | sed 's/\\$\\$/$/g' | sh`,
  )
  expect((await room.settle(addressKind, wanted)).changes).toEqual([])
  expect((await room.settle(routeKind, away)).changes).toEqual([])

  await room.undo(routeKind, away, before)
  await room.undo(addressKind, wanted, first.before)
})

test('another length of an address is a change, and removal gives the former one back', async () => {
  room.sh('ip addr add 10.2.0.1/16 dev v0')
  const wanted = addressWanted('v0', '10.2.0.1/24')
  const { before, changes } = await room.settle(addressKind, wanted)
  expect(changes[0]).toMatchObject({ from: '10.2.0.1/16', to: '10.2.0.1/24' })
  await room.undo(addressKind, wanted, before)
})

test('an address goes alone, though the kernel would take its network with it', async () => {
  const [first, second] = [addressWanted('v0', '10.2.0.1/24'), addressWanted('v0', '10.2.0.2/24')]
  const { before } = await room.settle(addressKind, first)
  await room.settle(addressKind, second)
  await room.undo(addressKind, first, before)
  expect((await room.settle(addressKind, second)).changes).toEqual([])
})

test('what goes over the device of the default route is told', async () => {
  room.sh('ip addr add 10.2.0.1/24 dev v0; ip route add default via 10.2.0.2')
  const found = await room.look(bridgeKind, bridgeWanted('br0', { ports: ['v0', 'v1'] }))
  expect(found.carries).toEqual({ v0: 'the default route' })
  expect((await room.look(addressKind, addressWanted('v0', '10.5.0.1/24'))).carries).toBe('the default route')
})

test('what the connection of ays comes over is told', async () => {
  room.sh('ip addr add 10.2.0.1/24 dev v0')
  const program = bridgeKind.look(bridgeWanted('br0', { ports: ['v0'] }))
  const text = `end() { :; }\nSSH_CONNECTION="10.2.0.9 40000 10.2.0.1 22"\n${program.program.text}`
  const [done] = await room.run([{ title: 'look', run: { script: text, args: program.args } }])
  expect(done?.stdout).toContain('over v0 carries the connection of ays')
})
