import type { Secret } from '../base/secret.ts'
import type { Facts } from './facts.ts'

/** How a node is reached. Data; the transports know what to do with it. */
export type Connection =
  | { readonly road: 'local' }
  | SshConnection
  | { readonly road: 'sim'; readonly facts: Facts; readonly faults?: SimFaults }

export interface SshConnection {
  readonly road: 'ssh'
  readonly host: string
  readonly port?: number
  readonly user?: string
  /** A private key file of the person, as ssh_config's IdentityFile. */
  readonly identityFile?: string
  /** A private key that ays made itself (OpenSSH PEM); reaches ssh as a 0600 file in the runtime folder. */
  readonly identity?: Secret
  readonly proxyCommand?: readonly string[]
  /** `ssh-ed25519 AAAA…`: the only key accepted. Absent: the person's known_hosts decide. */
  readonly hostKey?: string
  readonly acceptNewHostKey?: boolean
  readonly become?: 'sudo'
  readonly connectTimeoutMs?: number
}

/**
 * A host or a login name. An ssh_config may put both into a shell (`ProxyCommand`, `Match exec`), so nothing that a shell
 * reads as more than a word is one, and nothing that ssh reads as an option.
 */
export const SSH_WORD = /^(?!-)[\p{L}\p{M}\p{N}_.:%@+=,[\]-]+$/u

/** Faults of a simulated node, drawn from a seed. Probabilities from 0 to 1. */
export interface SimFaults {
  readonly down?: boolean
  readonly seed?: number
  /** The call is lost before anything was done. */
  readonly lostBefore?: number
  /** The work is done, the answer is lost. */
  readonly lostAfter?: number
  /** Changes that could cut ays off do so, and the node takes them back. */
  readonly cuts?: boolean
}
