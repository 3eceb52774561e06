/** What a simulated node is of which nobody said what it is. */
import type { Address } from '../base/address.ts'
import type { Facts } from '../engine/facts.ts'

/** An ordinary machine: it is given to a node that was never seen, and to those of tests that name no facts. */
export const commonMachine = (node: Address): Facts => ({
  hostname: node.slice(node.indexOf('/') + 1),
  machineId: `sim-${node}`,
  os: { id: 'debian', version: '12', name: 'Debian (simulated)' },
  kernel: 'simulated',
  arch: 'x86_64',
  cpus: 4,
  memoryBytes: 8 * 2 ** 30,
  init: 'systemd',
  root: true,
  addresses: [],
  disks: [],
  claims: {},
})
