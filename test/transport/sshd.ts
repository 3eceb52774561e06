/** A real sshd of our own on a free port of 127.0.0.1, with its own keys and configuration in a folder. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Sshd {
  readonly port: number
  /** `ssh-ed25519 AAAA…`. */
  readonly hostKey: string
  /** The private key that it lets in, and one that it does not. */
  readonly key: string
  readonly strangerKey: string
  /** Another host key, as a machine made anew would show. */
  readonly otherHostKey: string
  stop(): Promise<void>
}

const SSHD = '/usr/sbin/sshd'

/** What is missing to run one, or undefined. */
export function sshdMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root'
  if (!existsSync(SSHD)) return 'needs openssh-server'
  return undefined
}

export async function startSshd(dir: string): Promise<Sshd> {
  mkdirSync(dir, { recursive: true })
  chmodSync(dir, 0o700)
  mkdirSync('/run/sshd', { recursive: true })
  for (const name of ['host', 'other', 'client', 'stranger']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)])
  }
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8')
  const publicKey = (name: string): string => read(`${name}.pub`).split(' ').slice(0, 2).join(' ')
  writeFileSync(join(dir, 'authorized'), read('client.pub'), { mode: 0o600 })
  const port = await freePort()
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(dir, 'host')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized')}`,
    `PidFile ${join(dir, 'pid')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'UseDNS no',
    // What this machine's root has in ~/.bashrc is no part of the test: bash reads it for every command over ssh.
    `SetEnv HOME=${dir}`,
    'MaxStartups 100:30:200',
  ]
  writeFileSync(join(dir, 'sshd_config'), `${config.join('\n')}\n`)
  const child = spawn(SSHD, ['-D', '-f', join(dir, 'sshd_config'), '-E', join(dir, 'log')], { stdio: 'ignore' })
  for (let i = 0; i < 100 && !(await answers(port)); i++) await delay(50)
  return {
    port,
    hostKey: publicKey('host'),
    otherHostKey: publicKey('other'),
    key: read('client'),
    strangerKey: read('stranger'),
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(0),
      )
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (yes: boolean) => () => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('data', done(true))
    socket.once('error', done(false))
    socket.setTimeout(1_000, done(false))
  })
}
