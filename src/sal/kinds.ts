import type { AnyKind } from '../engine/kind.ts'
import { answersRedisKind } from './answers/redis.ts'
import { answersTcpKind } from './answers/tcp.ts'
import { packagesKind } from './apt/packages.ts'
import { filesystemKind } from './btrfs/filesystem.ts'
import { subvolumeKind } from './btrfs/subvolume.ts'
import { commandKind } from './command/command.ts'
import { dnsRecordsKind } from './dns/records.ts'
import { directoryKind } from './files/directory.ts'
import { fileKind } from './files/file.ts'
import { symlinkKind } from './files/symlink.ts'
import { labNetworkKind } from './lab/network.ts'
import { labNodeKind } from './lab/node.ts'
import { labRootKind } from './lab/root.ts'
import { mountKind } from './mount/mount.ts'
import { addressKind } from './network/address.ts'
import { bridgeKind } from './network/bridge.ts'
import { routeKind } from './network/route.ts'
import { rulesetKind } from './nftables/ruleset.ts'
import { sysctlKind } from './sysctl/sysctl.ts'
import { runningKind } from './systemd/running.ts'
import { unitKind } from './systemd/unit.ts'
import { authorizedKeyKind } from './users/authorized-key.ts'
import { groupKind } from './users/group.ts'
import { userKind } from './users/user.ts'

/** Every kind there is. What was applied with one of them is removed by it, years later. */
const all: readonly AnyKind[] = [
  fileKind,
  directoryKind,
  symlinkKind,
  commandKind,
  sysctlKind,
  groupKind,
  userKind,
  authorizedKeyKind,
  mountKind,
  packagesKind,
  unitKind,
  runningKind,
  filesystemKind,
  subvolumeKind,
  bridgeKind,
  addressKind,
  routeKind,
  rulesetKind,
  dnsRecordsKind,
  answersRedisKind,
  answersTcpKind,
  labNetworkKind,
  labRootKind,
  labNodeKind,
]

const byName = new Map(all.map((kind) => [kind.name, kind]))

/** The kind of that name and version, or undefined. */
export const tryFindKind = (name: string): AnyKind | undefined => byName.get(name)
export const kinds: readonly AnyKind[] = all
