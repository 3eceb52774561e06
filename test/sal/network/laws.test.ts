import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AddressWanted, address, addressKind } from '../../../src/sal/network/address.ts'
import { tryReadCidr } from '../../../src/sal/network/address-text.ts'
import { type BridgeWanted, bridge, bridgeKind } from '../../../src/sal/network/bridge.ts'
import { type RouteWanted, route, routeKind } from '../../../src/sal/network/route.ts'
import { laws } from '../laws.ts'

const cidr = fc.oneof(
  fc.ipV4().map((one) => `${one}/24`),
  fc.ipV6().map((one) => `${one}/64`),
)
const device = fc.constantFrom('eth0', 'br0', 'wlan-1.5')
const carries = fc.option(fc.constant('the default route'))

laws(addressKind, {
  wanted: fc.tuple(device, cidr).map(([a, b]) => address(a, b).wanted as AddressWanted),
  found: fc.record({ device, cidr, carries, batch: fc.constant('addr'), boot: fc.boolean() }),
})
laws(routeKind, {
  wanted: fc
    .tuple(fc.oneof(fc.constant('default'), cidr), fc.oneof(fc.constant(''), fc.ipV4()), device)
    .map(([to, via, dev]) => route(to, via, dev).wanted as RouteWanted),
})
laws(bridgeKind, {
  wanted: fc
    .tuple(device, fc.array(cidr, { maxLength: 2 }), fc.array(device, { maxLength: 2 }), fc.boolean())
    .map(
      ([name, addresses, ports, mac]) =>
        bridge(name, { addresses, ports, ...(mac ? { mac: '02:00:00:00:00:01' } : {}) }).wanted as BridgeWanted,
    ),
})

describe('addresses', () => {
  test.each([
    ['10.0.0.1/24', '10.0.0.1/24'],
    ['10.0.0.1', '10.0.0.1/32'],
    ['FD00:0:0::1/64', 'fd00::1/64'],
    ['10.0.0.256/24', undefined],
    ['10.0.0.1/33', undefined],
    ['a; reboot', undefined],
  ])('%s is %s', (text, found) => expect(tryReadCidr(text)).toBe(found))
})

test('work on the device of the default route says that it may cut the network', () => {
  const wanted = address('eth0', '10.0.0.1/24').wanted as AddressWanted
  const found = { ...addressKind.bare, carries: 'the default route' }
  expect(addressKind.commands(wanted, found)[0]?.effects).toEqual([
    { kind: 'network-cut', what: 'eth0, which carries the default route' },
  ])
  const port = bridge('br0', { ports: ['eth0'] }).wanted as BridgeWanted
  expect(bridgeKind.commands(port, { ...bridgeKind.bare, carries: { eth0: 'the default route' } })[0]?.effects).toEqual(
    [{ kind: 'network-cut', what: 'eth0, which carries the default route' }],
  )
})
