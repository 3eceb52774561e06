// Says what this machine lacks to carry lab nodes, and installs what Debian packages can bring.
import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { environmentVariables } from '../base/environment.ts'

export interface LabCheck {
  readonly check: string
  readonly ok: boolean
  /** What is there: a path, a version, `missing`. */
  readonly found: string
  /** What to do where it is not ok; '' otherwise. */
  readonly how: string
  /** False: only some labs need it, and `check` says which. */
  readonly needed: boolean
}

/** Programs by the Debian package that brings them. */
const PROGRAMS: readonly (readonly [program: string, debian: string])[] = [
  ['ip', 'iproute2'],
  ['tc', 'iproute2'],
  ['nft', 'nftables'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['setsid', 'util-linux'],
  ['flock', 'util-linux'],
  ['losetup', 'mount'],
  ['bash', 'bash'],
  ['setfattr', 'attr'],
  ['ssh', 'openssh-client'],
  ['systemd-socket-activate', 'systemd'],
  ['mmdebstrap', 'mmdebstrap'],
]

/** What `prepareLab` installs. openssh-server is not among them: nobody wants to find their machine listening. */
export const LAB_DEBIAN_PACKAGES: readonly string[] = [...new Set(PROGRAMS.map(([, debian]) => debian))]

/** Debian packages of the programs that lab nodes need and that are not here. Reads folders only. */
export async function missingLabPackages(): Promise<readonly string[]> {
  const found = await Promise.all(PROGRAMS.map(([program]) => tryWhich(program)))
  return [...new Set(PROGRAMS.filter((_, i) => found[i] === undefined).map(([, debian]) => debian))]
}

/** All checks, in the order in which they are best mended. Changes nothing that it does not take back. */
export async function labDoctor(): Promise<readonly LabCheck[]> {
  if (platform() !== 'linux') {
    return [
      check(
        'Linux',
        false,
        platform(),
        'Lab nodes share the kernel of a Linux machine. Run ays on one, or use `driver: sim`.',
      ),
    ]
  }
  const root = process.getuid?.() === 0
  const found = await Promise.all(PROGRAMS.map(([program]) => tryWhich(program)))
  const programs = PROGRAMS.map(([program, debian], i) =>
    check(program, found[i] !== undefined, found[i] ?? 'missing', `apt-get install ${debian}, or \`ays lab prepare\``),
  )
  return [
    check('Linux', true, 'linux', ''),
    check('root', root, root ? 'yes' : `user id ${process.getuid?.()}`, 'Run ays as root: `sudo ays …`.'),
    ...programs,
    ...(root ? await kernelChecks() : []),
    groupsCheck(),
    devicesCheck(),
    {
      ...check(
        'openssh-server, for `root: host`',
        existsSync('/usr/sbin/sshd'),
        existsSync('/usr/sbin/sshd') ? '/usr/sbin/sshd' : 'missing',
        'apt-get install openssh-server, or use `root: debian`',
      ),
      needed: false,
    },
  ]
}

const check = (name: string, ok: boolean, found: string, how: string): LabCheck => ({
  check: name,
  ok,
  found,
  how: ok ? '' : how,
  needed: true,
})

/** Each is tried for real, in a mount and network namespace that ends with it. */
async function kernelChecks(): Promise<readonly LabCheck[]> {
  const tries = [
    [
      'namespaces',
      'true',
      'The kernel needs mount, network, PID, UTS, IPC and cgroup namespaces; a container needs CAP_SYS_ADMIN.',
    ],
    [
      'overlay',
      OVERLAY,
      'The kernel needs overlayfs, and /var/lib must not itself be an overlay: mount a disk at /var/lib/ays.',
    ],
    [
      'veth and bridge',
      'ip link add ays0 type bridge && ip link add ays1 type veth peer name ays2',
      'The kernel needs veth and bridge: `modprobe -a veth bridge`.',
    ],
    [
      'nf_tables for bridges, for `ays lab fault`',
      'nft add table bridge ays',
      'The kernel needs nf_tables with bridge support.',
    ],
    [
      'loop devices, for `disks`',
      'losetup -f',
      'The kernel needs loop devices: `modprobe loop`; a container needs /dev/loop-control.',
    ],
  ] as const
  return await Promise.all(
    tries.map(async ([name, script, how]) => {
      const failure = await failureOf('unshare', ['-m', '-n', '-p', '-u', '-i', '-C', '--fork', 'sh', '-ec', script])
      const needed = !name.includes(', for ')
      return { ...check(name, failure === undefined, failure ?? 'works', how), needed }
    }),
  )
}

const OVERLAY = `mkdir -p /var/lib/ays; d=$(mktemp -d /var/lib/ays/doctor-XXXXXX); trap 'umount "$d/m" 2>/dev/null; rm -rf "$d"; rmdir /var/lib/ays 2>/dev/null || :' EXIT
mkdir "$d/u" "$d/w" "$d/m" "$d/l"; mount -t overlay ays -o "lowerdir=$d/l,upperdir=$d/u,workdir=$d/w" "$d/m"`

/** Which controllers there are, for `memory` and `cpus`. */
function groupsCheck(): LabCheck {
  const unified = '/sys/fs/cgroup/cgroup.controllers'
  const name = 'control groups for memory and cpu'
  if (existsSync(unified)) {
    const have = readFileSync(unified, 'utf8').trim().split(' ')
    const ok = have.includes('memory') && have.includes('cpu')
    return {
      ...check(
        name,
        ok,
        `version 2: ${have.join(' ') || 'none'}`,
        'A container needs these controllers delegated to it.',
      ),
      needed: false,
    }
  }
  const ok =
    existsSync('/sys/fs/cgroup/memory') &&
    (existsSync('/sys/fs/cgroup/cpu') || existsSync('/sys/fs/cgroup/cpu,cpuacct'))
  return {
    ...check(name, ok, ok ? 'version 1' : 'missing', 'Mount the control groups below /sys/fs/cgroup.'),
    needed: false,
  }
}

/** Whether a node can be kept from devices by their numbers, or only by not being able to make device files. */
function devicesCheck(): LabCheck {
  const ok = existsSync('/sys/fs/cgroup/devices')
  const how =
    'Control groups of version 2 have no list of devices: nodes may not make device files there (no CAP_MKNOD).'
  return { ...check('control group for devices', ok, ok ? 'version 1' : 'missing', how), needed: false }
}

const run = promisify(execFile)

async function tryWhich(program: string): Promise<string | undefined> {
  const { stdout } = await run('sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin; command -v "$1" || true', 'sh', program], {
    env: environmentVariables(),
  })
  return stdout.trim() || undefined
}

async function failureOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    await run(program, args, { timeout: 20_000, env: environmentVariables() })
    return undefined
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return stderr.split('\n').at(-1) || (error instanceof Error ? error.message : String(error))
  }
}

/**
 * Installs what is missing through this machine's own apt, one line of progress at a time. Gives the exit code of apt-get;
 * 0 when nothing was missing.
 */
export async function prepareLab({
  onLine,
  signal,
}: {
  onLine(line: string): void
  signal: AbortSignal
}): Promise<number> {
  const missing = (await labDoctor()).filter((one) => !one.ok)
  const wanted = new Set(
    PROGRAMS.filter(([program]) => missing.some((one) => one.check === program)).map(([, debian]) => debian),
  )
  if (wanted.size === 0) return 0
  const updated = await lines('apt-get', ['-q', 'update'], onLine, signal)
  if (updated !== 0) return updated
  const options = ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']
  return await lines('apt-get', ['install', ...options, ...wanted], onLine, signal)
}

function lines(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...environmentVariables(), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env, signal })
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine)
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
