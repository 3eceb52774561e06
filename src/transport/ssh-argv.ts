/** The command line of the person's own OpenSSH for one node, and the small files it needs in the runtime folder. */
import { chmodSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../base/address.ts'
import { canonical } from '../base/json.ts'
import { sha256 } from '../base/secret.ts'
import { SSH_WORD, type SshConnection } from '../engine/connection.ts'
import { quoted, words } from './quote.ts'
import { TransportError } from './transport.ts'

export interface SshArgvOptions {
  /** A folder of 0700 with a short name: ${XDG_RUNTIME_DIR:-/tmp}/ays-UID. Made when absent. */
  readonly runtimeDir: string
  /** `own`: a connection that nobody shares. */
  readonly connection?: 'shared' | 'own'
}

const CONTROL_PATH_BYTES_MAX = 90
const CONNECT_TIMEOUT_MS = 10_000

/** argv of an interactive ssh to the node, with the connection's own key, host key and proxy. */
export function sshArgv(connection: SshConnection, node: Address, options: SshArgvOptions): string[] {
  const become = connection.become === 'sudo' ? ['sudo', '-n', '-i'] : []
  const tty = become.length > 0 ? ['-t'] : []
  return ['ssh', ...tty, ...sshOptions(connection, node, options), '--', connection.host, ...become]
}

/** argv of a channel that runs `command` on the node, as root through sudo where the connection says so. */
export function sshCommandArgv(
  connection: SshConnection,
  node: Address,
  options: SshArgvOptions,
  command: string,
): string[] {
  const remote = connection.become === 'sudo' ? command.replace(/^exec /, 'exec sudo -n ') : command
  const { runtimeDir } = options
  return [
    'ssh',
    '-T',
    '-x',
    '-o',
    'BatchMode=yes',
    '-o',
    'LogLevel=ERROR',
    ...(options.connection === 'own' ? ALONE : multiplexing(join(runtimeDir, `cm-${keyOf(connection, node)}`))),
    ...sshOptions(connection, node, options),
    '--',
    connection.host,
    remote,
  ]
}

/** Where the generated private key of a connection stands, while a transport is open. */
export function identityPath(connection: SshConnection, node: Address, runtimeDir: string): string {
  return join(runtimeDir, `id-${keyOf(connection, node)}-${process.pid}`)
}

/** The fields of nodes say so with a place; what reaches here came from outputs, secrets or an earlier version's state. */
function refuseOdd({ host, user, hostKey }: SshConnection, node: Address): void {
  const odd = [host, user].find((word) => word !== undefined && !SSH_WORD.test(word))
  if (odd === undefined && !/\p{Cc}/u.test(hostKey?.trim() ?? '')) return
  throw new TransportError({
    code: 'NODE_UNREACHABLE',
    message:
      odd === undefined
        ? `The host key of ${node} is not one line.`
        : `${node} is not reached as ${JSON.stringify(odd)}: ssh could take it for more than a name.`,
    hint: 'Give a name or an address without spaces, quotes and other characters of a shell.',
  })
}

function sshOptions(connection: SshConnection, node: Address, { runtimeDir }: SshArgvOptions): string[] {
  refuseOdd(connection, node)
  ensureRuntimeDir(runtimeDir)
  const set: [string, string][] = [
    ['ServerAliveInterval', '2'],
    ['ServerAliveCountMax', '2'],
    ['ConnectTimeout', String(Math.ceil((connection.connectTimeoutMs ?? CONNECT_TIMEOUT_MS) / 1_000))],
    ['StrictHostKeyChecking', connection.acceptNewHostKey && !connection.hostKey ? 'accept-new' : 'yes'],
  ]
  if (connection.hostKey) {
    const alias = hostAlias(node)
    const known = join(runtimeDir, `kh-${keyOf(connection, node)}`)
    writeWhole(known, `${alias} ${connection.hostKey.trim()}\n`)
    set.push(['UserKnownHostsFile', fileOption(known)], ['GlobalKnownHostsFile', '/dev/null'], ['HostKeyAlias', alias])
    set.push(['CheckHostIP', 'no'], ['VerifyHostKeyDNS', 'no'], ['UpdateHostKeys', 'no'])
  }
  if (connection.identity) {
    const key = identityPath(connection, node, runtimeDir)
    const text = connection.identity.reveal()
    writeWhole(key, text.endsWith('\n') ? text : `${text}\n`)
    set.push(['IdentityFile', fileOption(key)], ['IdentitiesOnly', 'yes'])
  }
  if (connection.identityFile) set.push(['IdentityFile', fileOption(connection.identityFile)])
  if (connection.proxyCommand) set.push(['ProxyCommand', words(connection.proxyCommand).replaceAll('%', '%%')])
  return [
    ...set.flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(connection.port === undefined ? [] : ['-p', String(connection.port)]),
    ...(connection.user === undefined ? [] : ['-l', connection.user]),
  ]
}

/**
 * Calls share one connection. Its name holds all that this connection is made of, so that another pinned host key or
 * another login never rides on it. No socket where the path would be too long for one.
 */
function multiplexing(path: string): string[] {
  if (Buffer.byteLength(path) > CONTROL_PATH_BYTES_MAX) return ALONE
  return ['-o', 'ControlMaster=auto', '-o', 'ControlPersist=60', '-o', `ControlPath=${fileOption(path)}`]
}

const ALONE = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none']

/** Digest of everything that decides whom we reach and as whom. Secrets count by their sealed digest. */
function keyOf(connection: SshConnection, node: Address): string {
  return sha256(canonical({ ...connection, connectTimeoutMs: undefined, node })).slice(0, 20)
}

/** `node/web` → `ays-node-web`: how the pinned key is filed. */
function hostAlias(node: Address): string {
  return `ays-${node.replaceAll(/[^A-Za-z0-9.-]/g, '-').toLowerCase()}`
}

/** ssh reads quotes and % in the values of options. */
function fileOption(path: string): string {
  const escaped = path.replaceAll('%', '%%')
  return /[\s"'\\]/.test(escaped) ? `"${escaped.replaceAll(/["\\]/g, '\\$&')}"` : escaped
}

/** Makes the folder, and refuses one that others may write to. */
export function ensureRuntimeDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const found = lstatSync(dir)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new TransportError({
      code: 'NODE_UNREACHABLE',
      message: `The runtime folder ${dir} is not a folder of this user.`,
      hint: `Remove it, or set XDG_RUNTIME_DIR. (${quoted(dir)})`,
    })
  }
  if ((found.mode & 0o077) !== 0) chmodSync(dir, 0o700)
}

function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, text, { mode: 0o600 })
  renameSync(beside, path)
}
