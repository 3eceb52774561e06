/** What a wave is, and how ays.yaml asks for one. */
import type { Address } from '../../base/address.ts'

/** One entry of `waves` in ays.yaml: so many of the nodes that the plan touches, or those that are named or tagged. */
export interface WaveRule {
  readonly nodes?: number | { readonly percent: number } | 'rest'
  /** Addresses of nodes, or globs of them. */
  readonly targets: readonly string[]
  readonly tags: readonly string[]
  /** How long the nodes are left alone before they are looked at. */
  readonly pauseMs?: number
}

export interface Wave {
  readonly nodes: readonly Address[]
  readonly pauseMs?: number
}
