// A node of the test's own on this machine: its own network, and an /etc whose changes are gone afterwards.
import { execFileSync, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { openNode, type TestNode } from './node.ts'

export interface Room extends TestNode {
  /** Runs a command inside; gives its output. */
  sh(script: string, ...args: readonly string[]): string
  /** Words for nsenter: how another process gets in. */
  readonly enter: readonly string[]
}

/** What a room needs of the machine; undefined when all is there. */
export function lacksForRoom(): string | undefined {
  try {
    execFileSync('unshare', ['--net', '--mount', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'root, and network and mount namespaces'
  }
}

/**
 * Opens a room; it ends with `close`, and by itself when this process ends. With `whole`, not only /etc but the whole
 * root is the room's own, for packages and the like; /tmp is shared with this machine.
 */
export async function openRoom(options: { readonly whole?: boolean } = {}): Promise<Room> {
  const keeper = spawn('unshare', ['--net', '--mount', '/bin/sh', '-c', options.whole ? PREPARE_WHOLE : PREPARE], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    keeper.stdout.once('data', () => resolve())
    keeper.once('exit', () => reject(new Error('The room did not open.')))
  })
  const enter = ['-t', String(keeper.pid), '-n', '-m', ...(options.whole ? ['-r', '-w'] : []), '--']
  const node = openNode({ enter: ['nsenter', ...enter] })
  const [inside] = await node.run([{ title: 'where am I', run: { script: 'readlink /proc/self/ns/net', args: [] } }])
  if (inside?.stdout.trim() === readlinkSync('/proc/self/ns/net'))
    throw new Error('This is no room but the machine itself.')
  return {
    ...node,
    enter,
    sh: (script, ...args) =>
      execFileSync('nsenter', [...enter, '/bin/sh', '-c', script, 'sh', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    close: () => {
      keeper.kill('SIGKILL')
      node.close()
    },
  }
}

const PREPARE = `set -e
mount --make-rprivate /
mount -t tmpfs room /mnt
mkdir /mnt/up /mnt/work
mount -t overlay room -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work /etc
ip link set lo up
echo ready
exec cat`

const PREPARE_WHOLE = `set -e
mount --make-rprivate /
mount -t tmpfs room /mnt
mkdir /mnt/up /mnt/work /mnt/root
mount -t overlay room -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/root
for dir in proc dev tmp; do mount --rbind "/$dir" "/mnt/root/$dir"; done
mount -t tmpfs run /mnt/root/run
ip link set lo up
echo ready
exec chroot /mnt/root cat`
