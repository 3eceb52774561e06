/** The road to a node over the person's own OpenSSH. */
import { rm } from 'node:fs/promises'
import type { Address } from '../base/address.ts'
import type { SshConnection } from '../engine/connection.ts'
import { bootCommand } from './lane-program.ts'
import { type ShellOptions, shellTransport } from './shell.ts'
import { identityPath, sshCommandArgv } from './ssh-argv.ts'
import { sshProblem } from './ssh-problem.ts'
import type { Transport } from './transport.ts'

export { sshArgv } from './ssh-argv.ts'

export interface SshOptions extends Pick<ShellOptions, 'sealer' | 'factsLook' | 'folder' | 'lookMs' | 'singleLookMs'> {
  readonly node: Address
  readonly connection: SshConnection
  readonly runtimeDir: string
}

const CONNECT_TIMEOUT_MS = 10_000
/** Beyond the time to connect: login, sudo and the hello. */
const LOGIN_MS = 15_000

export function sshTransport(options: SshOptions): Transport {
  const { connection, node, runtimeDir } = options
  return shellTransport({
    ...options,
    argv: async () => sshCommandArgv(connection, node, { runtimeDir }, bootCommand),
    freshArgv: async () => sshCommandArgv(connection, node, { runtimeDir, connection: 'own' }, bootCommand),
    helloMs: (connection.connectTimeoutMs ?? CONNECT_TIMEOUT_MS) + LOGIN_MS,
    openProblem: (lost) => sshProblem(connection, node, lost.stderr),
    onClose: async () => {
      if (connection.identity) await rm(identityPath(connection, node, runtimeDir), { force: true })
    },
  })
}
