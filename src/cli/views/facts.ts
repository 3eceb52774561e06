/** What a node is, for people. */
import type { Address } from '../../base/address.ts'
import type { Facts } from '../../engine/facts.ts'
import { paletteOf } from './paint.ts'
import { oneLine, showBytes } from './plain-text.ts'
import { table } from './table.ts'

export function factsView(node: Address, facts: Facts, { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  const rows: readonly (readonly [string, string])[] = [
    ['hostname', facts.hostname],
    ['system', `${facts.os.name} (${facts.os.id} ${facts.os.version})`],
    ['kernel', `${facts.kernel} ${facts.arch}`],
    ['init', facts.init],
    ['processors', String(facts.cpus)],
    ['memory', showBytes(facts.memoryBytes)],
    ['machine id', facts.machineId],
    ['root', facts.root ? 'yes' : 'no'],
    ...facts.addresses.map(({ device, address }, i) => [i === 0 ? 'addresses' : '', `${address} (${device})`] as const),
  ]
  const disks = facts.disks.map((disk) => [
    `  ${disk.path}`,
    showBytes(disk.sizeBytes),
    disk.rotational ? 'rotating' : 'solid',
    disk.fileSystem ?? '',
    disk.mountpoint ?? '',
    disk.id,
  ])
  const claims = Object.entries(facts.claims).map(([thing, { service, workspace }]) => [
    `  ${oneLine(thing)}`,
    service,
    workspace,
  ])
  return [
    palette.bold(node),
    ...rows.map(([name, value]) => `  ${palette.faint(name.padEnd(12))}${oneLine(value)}`),
    ...(disks.length > 0
      ? ['', table(['  disk', 'size', 'kind', 'file system', 'mounted', 'id'], disks, palette.faint)]
      : []),
    ...(claims.length > 0 ? ['', table(['  claimed', 'service', 'workspace'], claims, palette.faint)] : []),
  ].join('\n')
}
