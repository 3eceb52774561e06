// Lab nodes for real: needs Linux, root and what `ays lab doctor` asks for.
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Secret, sha256 } from '../../../src/base/secret.ts'
import { keyFromSeed } from '../../../src/base/ssh-key.ts'
import { labDoctor } from '../../../src/lab/doctor.ts'
import { labDown } from '../../../src/lab/down.ts'
import { fault, heal } from '../../../src/lab/faults.ts'
import { forward } from '../../../src/lab/forward.ts'
import { listLabNodes } from '../../../src/lab/lab.ts'
import { factsLook } from '../../../src/sal/facts/facts.ts'
import { labNetworkKind } from '../../../src/sal/lab/network.ts'
import { type LabNodeWanted, labNodeKind } from '../../../src/sal/lab/node.ts'
import { roadTo } from '../../../src/sal/lab/places.ts'
import { LAB_PACKAGES, labRootKind, rootNameOf } from '../../../src/sal/lab/root.ts'
import { expectJoined } from '../laws.ts'
import { openNode, type TestNode, testSealer } from '../node.ts'

const missing = (await labDoctor())
  .filter((one) => !one.ok && (one.needed || one.check.includes(', for')))
  .map((one) => one.check)
const tag = randomBytes(4).toString('hex')
const client = keyFromSeed(sha256(`client ${tag}`))
const MiB = 2 ** 20
const debian = { tag, suite: 'host', packages: LAB_PACKAGES }

let node: TestNode
let dir = ''
let network: { tag: string; proxy: { node: string; program: string } }

const wanted = (slug: string, address: string, more: Partial<LabNodeWanted> = {}): LabNodeWanted => {
  const host = keyFromSeed(sha256(`${tag} ${slug}`))
  const hostKeyPrivate = new Secret(`host key of ${slug}`, host.privatePem, testSealer)
  const keys = { clientKey: client.publicLine, hostKey: host.publicLine, hostKeyPrivate }
  return { tag, slug, hostname: slug, address, root: 'host', memoryBytes: 0, cpus: 0, disksBytes: [], ...keys, ...more }
}
const n1 = wanted('n1', '10.77.1.1', { memoryBytes: 256 * MiB, cpus: 1, disksBytes: [64 * MiB, 10 * 2 ** 30] })
const n2 = wanted('n2', '10.77.1.2', { root: `debian:${rootNameOf(debian)}` })

/** What this machine shows of this lab, and of what it is made of. The tag stands in no argument, so that this is not found. */
const traces = (): string =>
  execFileSync('sh', ['-c', TRACES], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TAG: join(dir, 'tag') },
  })
const TRACES = `ls /run/netns 2>/dev/null | grep -f $TAG; grep -f $TAG /proc/mounts; losetup -a | grep -f $TAG
find /sys/fs/cgroup -name 'ays-*' -prune | grep -f $TAG; ls /var/lib/ays/lab 2>/dev/null | grep -f $TAG
for f in $(grep -lsF -f $TAG /proc/[0-9]*/cmdline); do tr '\\0' ' ' <$f 2>/dev/null; done; :`

function ssh(target: LabNodeWanted, command: string, options: readonly string[] = []) {
  const quoted = roadTo(tag, target.address, 22, { greetsWithin: 2 })
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ')
  const own = [
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    `UserKnownHostsFile=${join(dir, 'known')}`,
  ]
  const args = ['-F', 'none', '-i', join(dir, 'key'), ...own, '-o', `ProxyCommand=${quoted}`, ...options]
  const done = spawnSync('ssh', [...args, `root@${target.address}`, command], { encoding: 'utf8', timeout: 60_000 })
  return { code: done.status, out: done.stdout.trim(), err: done.stderr.trim() }
}

beforeAll(async () => {
  if (missing.length > 0) return
  dir = mkdtempSync(join(tmpdir(), 'ays-lab-test-'))
  writeFileSync(join(dir, 'tag'), `${tag}\n`)
  writeFileSync(join(dir, 'key'), client.privatePem, { mode: 0o600 })
  writeFileSync(join(dir, 'known'), [n1, n2].map((one) => `${one.address} ${one.hostKey}\n`).join(''))
  const program = join(dir, 'lab-proxy.mjs')
  await build({
    entryPoints: ['src/lab/apt-proxy.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  })
  network = { tag, proxy: { node: process.execPath, program } }
  node = openNode()
})

afterAll(async () => {
  if (missing.length > 0) return
  await labDown(tag)
  node.close()
  rmSync(dir, { recursive: true })
})

describe('a lab', { timeout: 240_000 }, () => {
  beforeEach((ctx) => {
    if (missing.length > 0) ctx.skip(`needs ${missing.join(', ')}`)
  })

  test('comes up: a network, a root, two nodes of different roots, and looks alike when asked together', async () => {
    await node.settle(labNetworkKind, network)
    await node.settle(labRootKind, debian)
    for (const one of [n1, n2]) await node.settle(labNodeKind, one)
    for (const one of [n1, n2]) expect((await node.settle(labNodeKind, one)).changes).toEqual([])
    await expectJoined(node, labNodeKind, [n1, n2, wanted('n3', '10.77.1.3')])
    await expectJoined(node, labNetworkKind, [network, { tag: '00000000' }])
    expect(traces()).toContain(`ays-${tag}-n1`)
    expect((await listLabNodes(tag)).map((one) => [one.slug, one.running, one.faults])).toEqual([
      ['n1', true, []],
      ['n2', true, []],
    ])
  })

  test.each([
    ['n1', n1],
    ['n2', n2],
  ])('%s is a whole system: systemd is content, and sshd lets in the key', (slug, one) => {
    const done = ssh(one, 'systemctl is-system-running --wait; hostname; cat /proc/1/comm')
    expect(done).toMatchObject({ code: 0, out: `running\n${slug}\nsystemd` })
  })

  test('a node sees its own disks, by names that stay, and none of the machine', () => {
    const done = ssh(n1, `cat <<'F' | sh\n${factsLook.program}\nF`)
    const facts = factsLook.parse(`${done.out}\n`)
    expect(facts?.disks.map((disk) => [disk.id, disk.path, disk.sizeBytes])).toEqual([
      [`ays-${tag}-n1-vdb`, '/dev/vdb', 64 * MiB],
      [`ays-${tag}-n1-vdc`, '/dev/vdc', 10 * 2 ** 30],
    ])
    expect(
      ssh(
        n2,
        'lsblk -n; cat /proc/diskstats; ls /sys/block /sys/class/block /sys/dev/block; tail -n +3 /proc/partitions',
      ).out,
    ).toBe('/sys/block:\n\n/sys/class/block:\n\n/sys/dev/block:')
    expect(ssh(n1, 'mkfs.ext4 -q /dev/vdb && mount /dev/vdb /mnt && echo kept >/mnt/file && umount /mnt').code).toBe(0)
  })

  test('the machine is out of reach: its disks, its kernel settings, its clock, and limits of the node itself', () => {
    const number = execFileSync('sh', ['-c', 'cat /sys/block/[!lr]*/dev | head -n 1'], { encoding: 'utf8' })
      .trim()
      .replace(':', ' ')
    expect(ssh(n1, `mknod /tmp/disk b ${number || '8 0'} && dd if=/tmp/disk count=1 of=/dev/null`).code).not.toBe(0)
    for (const one of [
      'echo 10 >/proc/sys/vm/swappiness',
      'date -s 2001-01-01',
      'echo a >/sys/fs/cgroup/devices/devices.allow && dd if=/tmp/disk count=1 of=/dev/null',
    ]) {
      expect(ssh(n1, one).code, one).not.toBe(0)
    }
    expect(ssh(n1, 'echo 1 >/proc/sys/net/ipv4/ip_forward').code).toBe(0)
  })

  test('memory is limited, and a limit is changed in place', async () => {
    const hog = 'head -c 400m /dev/zero | tail -c 400m | wc -c'
    expect(ssh(n1, hog).out).toBe('0')
    const more = { ...n1, memoryBytes: 1024 * MiB, cpus: 0.5 }
    const settled = await node.settle(labNodeKind, more)
    expect(settled.changes.map((change) => [change.path, change.how])).toEqual([
      ['memory', 'in place'],
      ['cpus', 'in place'],
    ])
    expect(ssh(n1, hog).out).toBe(String(400 * MiB))
    await node.settle(labNodeKind, n1)
  })

  test('apt installs a package through the proxy, its unit runs, and the proxy keeps it', () => {
    const install =
      'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -q -y install redis-server && redis-cli ping'
    const done = ssh(n2, install)
    expect(done.out.split('\n').at(-1), done.err).toBe('PONG')
    expect(existsSync('/var/cache/ays/lab/apt')).toBe(true)
  })

  test('the proxy serves only the mirrors of the machine, and says in its log what it refused', () => {
    const ask = (line: string) =>
      ssh(n1, `exec 3<>/dev/tcp/10.77.0.1/3142; printf '${line}\\r\\n\\r\\n' >&3; head -n 1 <&3`).out.trim()
    expect(ask('GET http://example.com/pool/x.deb HTTP/1.0')).toBe('HTTP/1.1 403 Forbidden')
    expect(ask('CONNECT deb.debian.org:443 HTTP/1.0')).toBe('HTTP/1.1 403 Forbidden')
    expect(readFileSync(`/var/lib/ays/lab/${tag}/proxy.log`, 'utf8')).toContain(
      'refused GET http://example.com/pool/x.deb',
    )
  })

  test('nodes reach each other, and nothing outside', () => {
    expect(ssh(n1, 'ping -c 1 -W 2 10.77.1.2 >/dev/null').code).toBe(0)
    expect(ssh(n1, 'exec 3<>/dev/tcp/192.0.2.1/80').err).toContain('unreachable')
  })

  test('a reboot inside brings the node back, with what was written', async () => {
    const booted = (): string => ssh(n1, 'stat -c %Y /proc/1; ls /run/systemd/system >/dev/null').out
    ssh(n1, 'echo mine >/etc/mine; touch /run/gone')
    const first = booted()
    ssh(n1, 'systemctl reboot')
    await until(() => {
      const now = booted()
      return now !== '' && now !== first
    })
    expect(ssh(n1, 'cat /etc/mine; ls /run/gone').out).toBe('mine')
    expect((await node.settle(labNodeKind, n1)).changes).toEqual([])
  })

  test('a crash is drift, and repairing keeps changes and disks', async () => {
    await fault({ tag, slug: 'n1' }, 'crash')
    const { changes, before: found } = await node.settle(labNodeKind, n1)
    expect(found.state).toBe('stopped')
    expect(changes).toEqual([{ path: 'state', from: 'stopped', to: 'running', how: 'in place' }])
    expect(ssh(n1, 'cat /etc/mine; mount /dev/vdb /mnt && cat /mnt/file && umount /mnt').out).toBe('mine\nkept')
  })

  test('a disk that grows keeps what is on it; one that goes is data loss', async () => {
    const grown = { ...n1, disksBytes: [128 * MiB, 10 * 2 ** 30] }
    const { changes } = await node.settle(labNodeKind, grown)
    expect(changes.map((change) => change.how)).toEqual(['restart'])
    expect(ssh(n1, 'blockdev --getsize64 /dev/vdb; mount /dev/vdb /mnt && cat /mnt/file && umount /mnt').out).toBe(
      `${128 * MiB}\nkept`,
    )
    const less = { ...n1, disksBytes: [128 * MiB] }
    const commands = labNodeKind.commands(less, await node.look(labNodeKind, less))
    expect(commands.flatMap((command) => command.effects ?? []).map((effect) => effect.kind)).toEqual(['data-loss'])
  })

  test('faults cut, lose, slow and freeze; healing mends them, and looks do not take them for drift', async () => {
    const target = { tag, slug: 'n2' }
    const reached = (): boolean => ssh(n2, 'true', ['-o', 'ConnectTimeout=2']).code === 0
    for (const kind of ['cut', 'freeze'] as const) {
      await fault(target, kind)
      expect(reached(), kind).toBe(false)
      expect((await node.settle(labNodeKind, n2)).changes).toEqual([])
      await heal(target)
      await until(reached)
    }
    await fault(target, 'loss', { lossPercent: 50 })
    const pings = ssh(n1, 'ping -q -c 60 -i 0.01 -W 1 10.77.1.2').out
    expect(Number(/(\d+)% packet loss/.exec(pings)?.[1])).toBeGreaterThan(20)
    await heal(target)
    await fault(target, 'slow')
    const startedMs = performance.now()
    ssh(n2, 'head -c 400000 /dev/urandom')
    expect(performance.now() - startedMs).toBeGreaterThan(2_000)
    await heal(target)
    expect((await listLabNodes(tag)).find((one) => one.slug === 'n2')?.faults).toEqual([])
  })

  test('a port of a node is carried to loopback', async () => {
    const carried = await forward({ tag, address: n2.address, port: 22 })
    try {
      expect(await bannerOf(carried.port)).toBe('SSH-2.0-')
    } finally {
      await carried.close()
    }
  })

  test('removal leaves nothing, also of connections that were kept open', async () => {
    const master = join(dir, 'master')
    expect(
      ssh(n1, 'true', ['-o', 'ControlMaster=auto', '-o', `ControlPath=${master}`, '-o', 'ControlPersist=60']).code,
    ).toBe(0)
    for (const one of [n1, n2]) await node.undo(labNodeKind, one, labNodeKind.bare)
    await node.undo(labRootKind, debian, labRootKind.bare)
    await node.undo(labNetworkKind, network, labNetworkKind.bare)
    await until(() => traces() === '')
    expect(traces()).toBe('')
  })

  test('a lab whose state is lost is found by its names and taken away', async () => {
    await node.settle(labNetworkKind, network)
    await node.settle(labNodeKind, n1)
    rmSync(`/var/lib/ays/lab/${tag}/nodes/n1/address`)
    expect(await labDown(tag)).toEqual(['n1', 'network'])
    await until(() => traces() === '')
    expect(traces()).toBe('')
  })
})

async function bannerOf(port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', (bytes) => {
      resolve(bytes.toString().slice(0, 8))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 100))
}
