// The laws of kinds over the kinds of labs; what they do for real is in lab.test.ts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { labNetworkKind } from '../../../src/sal/lab/network.ts'
import { type LabNodeFound, type LabNodeWanted, labNodeKind } from '../../../src/sal/lab/node.ts'
import { cableOf, labAddresses } from '../../../src/sal/lab/places.ts'
import { labRootKind } from '../../../src/sal/lab/root.ts'
import { laws } from '../laws.ts'
import { secret } from '../node.ts'

const tag = fc.constantFrom('00c0ffee', '12345678')
const program = fc.constantFrom('/opt/ays/dist/lab-proxy.js', '/usr/lib/ays/lab-proxy.js')
const network = fc.record(
  { tag, proxy: fc.record({ node: fc.constant('/usr/bin/node'), program }) },
  { requiredKeys: ['tag'] },
)
const root = fc.record({
  tag,
  suite: fc.constantFrom('host', 'bookworm', 'trixie'),
  packages: fc.uniqueArray(fc.constantFrom('dbus', 'systemd')),
})
const disks = fc.array(fc.constantFrom(2 ** 26, 2 ** 30, 10 * 2 ** 30), { maxLength: 3 })
const node: fc.Arbitrary<LabNodeWanted> = fc.record({
  tag,
  slug: fc.constantFrom('n1', 'web-0'),
  hostname: fc.constant('n1'),
  address: fc.constantFrom('10.77.1.1', '10.77.1.2'),
  root: fc.constantFrom('host', 'debian:host-0123456789abcdef', '/srv/root'),
  memoryBytes: fc.constantFrom(0, 2 ** 28, 100_000_001),
  cpus: fc.constantFrom(0, 0.5, 0.333, 2),
  disksBytes: disks,
  clientKey: fc.constantFrom('ssh-ed25519 AAAA1', 'ssh-ed25519 AAAA2'),
  hostKey: fc.constantFrom('ssh-ed25519 BBBB1', 'ssh-ed25519 BBBB2'),
  hostKeyPrivate: fc.constantFrom('one', 'two').map((value) => secret(value)),
})
const found: fc.Arbitrary<LabNodeFound> = fc
  .tuple(node, fc.constantFrom('stopped' as const, 'running' as const), fc.boolean())
  .map(([wanted, state, answers]) => {
    const settled = labNodeKind.settled(wanted, labNodeKind.bare)
    return state === 'running'
      ? { ...settled, answers }
      : { ...settled, state, memoryBytes: 0, cpus: 0, answers: false }
  })

laws(labNetworkKind, { wanted: network })
laws(labRootKind, { wanted: root })
laws(labNodeKind, { wanted: node, found })

test('where the proxy lies is no difference', () => {
  fc.assert(
    fc.property(network, program, (wanted, moved) => {
      const there = labNetworkKind.settled(wanted, labNetworkKind.bare)
      const proxy = wanted.proxy && { ...wanted.proxy, program: moved }
      expect(labNetworkKind.compare({ ...wanted, ...(proxy ? { proxy } : {}) }, there)).toEqual([])
    }),
  )
})

test('only what loses data is called data loss: another root, a disk that shrinks or goes', () => {
  fc.assert(
    fc.property(node, found, (wanted, there) => {
      const shrinks = there.disksBytes.some((bytes, i) => bytes > (wanted.disksBytes[i] ?? 0))
      const commands = labNodeKind.compare(wanted, there).length === 0 ? [] : labNodeKind.commands(wanted, there)
      const loses = commands.some((command) => command.effects?.some((effect) => effect.kind === 'data-loss'))
      expect(loses).toBe(shrinks || wanted.root !== there.root)
    }),
  )
})

test('addresses are given in order, and their cables have names short enough', () => {
  const addresses = [...labAddresses()]
  expect(addresses.slice(0, 2)).toEqual(['10.77.1.1', '10.77.1.2'])
  expect(new Set(addresses.map(cableOf)).size).toBe(addresses.length)
  expect(Math.max(...addresses.map((address) => cableOf(address).length))).toBeLessThanOrEqual(15)
})
