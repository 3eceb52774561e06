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
