import type { Json } from '../base/json.ts'
import type { Claim } from './claim.ts'

/** What a node is: asked at first sight and remembered. Free space, load and clocks are health, not facts. */
export interface Facts {
  readonly hostname: string
  readonly machineId: string
  readonly os: { readonly id: string; readonly version: string; readonly name: string }
  readonly kernel: string
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly init: string
  /** user id 0 on the channel that ays uses. */
  readonly root: boolean
  readonly addresses: readonly { readonly device: string; readonly address: string }[]
  readonly disks: readonly DiskFact[]
  /** Claims of workspaces on things of this node: thing → who claims it. */
  readonly claims: Readonly<Record<string, Claim>>
}

/** What expressions read of a node that was seen, by name: `${services["node/n1"].hostname}`. */
export const factOutputs: Readonly<Record<string, FactOutput>> = {
  hostname: { type: 'string', description: 'Its own name for itself.', of: ({ hostname }) => hostname },
  machineId: { type: 'string', description: 'What /etc/machine-id says.', of: ({ machineId }) => machineId },
  distribution: { type: 'string', description: 'Such as debian, as /etc/os-release has it.', of: ({ os }) => os.id },
  distributionVersion: { type: 'string', description: 'Such as 12.', of: ({ os }) => os.version },
  kernel: { type: 'string', description: 'The release of its kernel.', of: ({ kernel }) => kernel },
  architecture: { type: 'string', description: 'Such as x86_64 or aarch64.', of: ({ arch }) => arch },
  processors: { type: 'integer', description: 'How many it has.', of: ({ cpus }) => cpus },
  memoryBytes: { type: 'integer', description: 'How much memory it has.', of: ({ memoryBytes }) => memoryBytes },
  addresses: {
    type: 'list',
    description: 'Its addresses but for those of the loopback, as text.',
    of: ({ addresses }) => addresses.map(({ address }) => address),
  },
}

export interface FactOutput {
  readonly type: 'string' | 'integer' | 'list'
  readonly description: string
  of(facts: Facts): Json
}

export interface DiskFact {
  /** WWN, serial or backing file: how the disk is known for ever. Never /dev/sdX. */
  readonly id: string
  /** Where it is now: /dev/vdb. */
  readonly path: string
  readonly sizeBytes: number
  readonly rotational: boolean
  readonly fileSystem?: string
  readonly mountpoint?: string
}

/** How facts are asked: a constant sh program without arguments, and the meaning of what it prints. */
export interface FactsLook {
  readonly program: string
  /** undefined: the answer makes no sense. */
  parse(answer: string): Facts | undefined
}
