/** What one command holds open: the state, the key, and the nodes. */
import { rmSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { environmentVariable } from '../base/environment.ts'
import { type Sealer, Secret, sealerOf } from '../base/secret.ts'
import type { Connection } from '../engine/connection.ts'
import type { WorkspaceIdentity } from '../engine/template.ts'
import { factsLook } from '../sal/facts/facts.ts'
import { openKey, type WorkspaceKey } from '../store/key.ts'
import { openStore } from '../store/sqlite.ts'
import type { Claim, Store } from '../store/store.ts'
import { openTransport, worldFile } from '../transport/open.ts'
import type { Transport } from '../transport/transport.ts'
import { distFolder } from './dist-folder.ts'
import type { Simulation } from './simulation.ts'

export interface SessionOptions {
  /** The folder of all states of the workspace: `.ays` of its root, unless it is elsewhere. */
  readonly states: string
  readonly environment: string
  readonly workspaceId: string | undefined
  readonly clock: Clock
  readonly simulate?: Simulation | undefined
}

/** What plans and runs need of a state: the real one, or a copy of it. */
export interface OpenSession {
  readonly dir: string
  readonly sealer: Sealer
  readonly identity: WorkspaceIdentity
  /** Who this state is on nodes, for claims and fences: each clone and each environment counts its runs by itself. */
  readonly claimant: string
  readonly store: Store
  /** The state for writing. */
  write(): Store
  derived(address: Address, purpose: string): Secret
  open(node: Address, connection: Connection): Transport
  /** The world of a simulated node, if there is one. */
  removeSimulated(node: Address): void
  /** Who holds the lease, for others to read. */
  who(): Claim
}

/** Opens the state read-only, in memory where there is none; `write` makes it. */
export class Session implements OpenSession {
  readonly dir: string
  readonly sealer: Sealer
  readonly identity: WorkspaceIdentity
  readonly claimant: string
  readonly runtimeDir: string
  readonly #options: SessionOptions
  readonly #key: WorkspaceKey
  #store: Store
  #writes = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.dir = join(options.simulate?.folder ?? options.states, options.environment)
    this.#store = openStore({ dir: this.dir, clock: options.clock, create: false })
    this.#key = openKey({ dir: this.dir, create: false, store: this.#store })
    this.sealer = sealerOf(this.#key.bytes)
    const { tag } = this.#key
    this.identity = {
      id: options.workspaceId ?? `${tag}-${options.environment}`,
      tag,
      host: options.simulate
        ? { linux: true, root: true }
        : { linux: process.platform === 'linux', root: process.getuid?.() === 0 },
      program: { node: process.execPath, proxy: fileURLToPath(new URL('lab-proxy.js', distFolder())) },
    }
    this.claimant = `${this.identity.id}.${tag}`
    this.runtimeDir = join(environmentVariable('XDG_RUNTIME_DIR') ?? '/tmp', `ays-${process.getuid?.() ?? 0}`)
  }

  get store(): Store {
    return this.#store
  }

  /** Made with this session's key where there is none. */
  write(): Store {
    if (this.#writes) return this.#store
    this.#writes = true
    this.#store.close()
    this.#store = openStore({ dir: this.dir, clock: this.#options.clock, create: true, key: this.#key.bytes })
    return this.#store
  }

  /** The state once more, for what outlives this session. */
  openAgain(): Store {
    this.write()
    return openStore({ dir: this.dir, clock: this.#options.clock, create: false })
  }

  derived(address: Address, purpose: string): Secret {
    return new Secret(`${address} ${purpose}`, this.#key.derived(address, purpose), this.sealer)
  }

  open(node: Address, connection: Connection): Transport {
    const { sealer, runtimeDir } = this
    return openTransport({
      node,
      connection: this.#options.simulate?.node(node, connection) ?? connection,
      sealer,
      factsLook,
      runtimeDir,
      simDir: join(this.dir, 'sim'),
      clock: this.#options.clock,
    })
  }

  removeSimulated(node: Address): void {
    rmSync(worldFile(join(this.dir, 'sim'), node), { force: true })
  }

  who(): Claim {
    return { who: `${userInfo().username}@${hostname()}`, host: hostname(), pid: process.pid }
  }

  close(): void {
    this.#store.close()
  }
}
