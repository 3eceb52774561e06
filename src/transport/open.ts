/** Opens the road that a node's connection names, and loads only that one. */
import { join } from 'node:path'
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Sealer } from '../base/secret.ts'
import type { Connection } from '../engine/connection.ts'
import type { FactsLook } from '../engine/facts.ts'
import { fileName } from './quote.ts'
import type { Transport } from './transport.ts'

export interface OpenOptions {
  readonly node: Address
  readonly connection: Connection
  readonly sealer: Sealer
  readonly factsLook: FactsLook
  /** For ssh's sockets and generated keys: ${XDG_RUNTIME_DIR:-/tmp}/ays-UID. */
  readonly runtimeDir: string
  /** Where simulated nodes live. */
  readonly simDir: string
  readonly clock: Clock
  /** Instead of the node's own folder of ays: for tests. */
  readonly folder?: string
  /** Deadlines of a program with all its questions, and with a single one. */
  readonly lookMs?: number
  readonly singleLookMs?: number
}

/** The world file of a simulated node. */
export const worldFile = (simDir: string, node: Address): string =>
  join(simDir, `${fileName(node.replaceAll('/', '-'))}.json`)

/** Nothing is opened before the first call. */
export function openTransport(options: OpenOptions): Transport {
  let opened: Promise<Transport> | undefined
  const road = (): Promise<Transport> => {
    opened ??= load(options)
    return opened
  }
  return {
    look: async (questions, signal) => (await road()).look(questions, signal),
    act: async (jobs, signal) => (await road()).act(jobs, signal),
    attach: async (ids, signal) => (await road()).attach(ids, signal),
    end: async (ids, signal) => (await road()).end(ids, signal),
    confirm: async (id, signal) => (await road()).confirm(id, signal),
    facts: async (signal) => (await road()).facts(signal),
    exec: async (run, how) => (await road()).exec(run, how),
    leave: async (workspace, signal) => (await road()).leave(workspace, signal),
    endRunning: async () => (await opened)?.endRunning(),
    close: async () => (await opened)?.close(),
  }
}

async function load(options: OpenOptions): Promise<Transport> {
  const { connection } = options
  switch (connection.road) {
    case 'local':
      return (await import('./local.ts')).localTransport(options)
    case 'ssh':
      return (await import('./ssh.ts')).sshTransport({ ...options, connection })
    case 'sim': {
      const { simTransport, worldIn } = await import('./sim.ts')
      return simTransport({
        node: options.node,
        connection,
        world: worldIn(worldFile(options.simDir, options.node)),
      })
    }
  }
}
