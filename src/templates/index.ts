import type { AnyTemplate } from '../engine/template.ts'
import { bridge } from './bridge.ts'
import { command } from './command.ts'
import { node, nodeLocal, nodePhysical, nodeSim } from './node.ts'
import { nodeLab } from './node-lab.ts'
import { osSshDebian, osSshUbuntu } from './os.ts'
import { configuration, sshkey } from './sshkey.ts'
import { filesystem, fssnapshot, storagepool } from './storage.ts'
import { storageclusterBlock } from './storage-cluster.ts'
import { storageEngine } from './storage-engine.ts'
import { file, packageTemplate, unit, user } from './system.ts'

/** Every template that ships with ays. */
export const templates: readonly AnyTemplate[] = [
  bridge,
  command,
  configuration,
  file,
  filesystem,
  fssnapshot,
  node,
  nodeLab,
  nodeLocal,
  nodePhysical,
  nodeSim,
  osSshDebian,
  osSshUbuntu,
  packageTemplate,
  sshkey,
  storageEngine,
  storageclusterBlock,
  storagepool,
  unit,
  user,
]
