/** The facts of a small machine, for tests to which they do not matter. */
import type { Facts } from '../src/engine/facts.ts'

export const smallFacts = (hostname: string): Facts => ({
  hostname,
  machineId: 'm',
  os: { id: 'debian', version: '12', name: 'Debian' },
  kernel: '6',
  arch: 'x86_64',
  cpus: 1,
  memoryBytes: 1,
  init: 'systemd',
  root: true,
  addresses: [],
  disks: [],
  claims: {},
})
