import type { AnyTemplate } from '../engine/template.ts'
import { bridge } from './bridge.ts'
import { caddy, caddyProxy } from './caddy.ts'
import { command } from './command.ts'
import { dnsClient, dnsclient, dnsDomain } from './dns.ts'
import { appDocker, nodeDocker } from './docker.ts'
import { firewall } from './firewall.ts'
import { mongodb } from './mongodb.ts'
import { node, nodeLocal, nodePhysical, nodeSim } from './node.ts'
import { nodeKvm } from './node-kvm.ts'
import { nodeLab } from './node-lab.ts'
import { nodePacketNet, packetnetClient } from './node-packet.ts'
import { os, osSshAlpine, osSshArch, osSshCentos, osSshDebian, osSshFedora, osSshOpensuse, osSshUbuntu } from './os.ts'
import { redis } from './redis.ts'
import { datacenter, farm, location, rack } from './sites.ts'
import { configuration, sshkey } from './sshkey.ts'
import { filesystem, fssnapshot, storagepool } from './storage.ts'
import { storageclusterBlock } from './storage-cluster.ts'
import { storageEngine } from './storage-engine.ts'
import { file, packageTemplate, unit, user } from './system.ts'
import { networkG8os, networkPublicstorage, networkSwitchless, networkZeroOs } from './zero-os-networks.ts'

/** Every template that ships with ays. */
export const templates: readonly AnyTemplate[] = [
  appDocker,
  bridge,
  caddy,
  caddyProxy,
  command,
  configuration,
  datacenter,
  dnsclient,
  dnsClient,
  dnsDomain,
  farm,
  file,
  filesystem,
  firewall,
  fssnapshot,
  location,
  mongodb,
  networkG8os,
  networkPublicstorage,
  networkSwitchless,
  networkZeroOs,
  node,
  nodeDocker,
  nodeKvm,
  nodeLab,
  nodeLocal,
  nodePacketNet,
  nodePhysical,
  nodeSim,
  os,
  osSshAlpine,
  osSshArch,
  osSshCentos,
  osSshDebian,
  osSshFedora,
  osSshOpensuse,
  osSshUbuntu,
  packageTemplate,
  packetnetClient,
  rack,
  redis,
  sshkey,
  storageclusterBlock,
  storageEngine,
  storagepool,
  unit,
  user,
]
