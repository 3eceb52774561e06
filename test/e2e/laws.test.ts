/** The laws of the contract, once for every kind, on a real lab node over real ssh. */
import { expect, test } from 'vitest'
import { type Address, addressOf } from '../../src/base/address.ts'
import { sameData } from '../../src/base/json.ts'
import type { Command } from '../../src/engine/kind.ts'
import type { AnyTask } from '../../src/engine/task.ts'
import { answersTcp } from '../../src/sal/answers/tcp.ts'
import { packages } from '../../src/sal/apt/packages.ts'
import { filesystem } from '../../src/sal/btrfs/filesystem.ts'
import { snapshot } from '../../src/sal/btrfs/snapshot.ts'
import { subvolume } from '../../src/sal/btrfs/subvolume.ts'
import { command } from '../../src/sal/command/command.ts'
import { directory } from '../../src/sal/files/directory.ts'
import { file } from '../../src/sal/files/file.ts'
import { symlink } from '../../src/sal/files/symlink.ts'
import { mount } from '../../src/sal/mount/mount.ts'
import { address } from '../../src/sal/network/address.ts'
import { bridge } from '../../src/sal/network/bridge.ts'
import { route } from '../../src/sal/network/route.ts'
import { ruleset } from '../../src/sal/nftables/ruleset.ts'
import { sysctl } from '../../src/sal/sysctl/sysctl.ts'
import { running } from '../../src/sal/systemd/running.ts'
import { unit } from '../../src/sal/systemd/unit.ts'
import { authorizedKey } from '../../src/sal/users/authorized-key.ts'
import { group } from '../../src/sal/users/group.ts'
import { user } from '../../src/sal/users/user.ts'
import type { NodeJob, Question, Transport } from '../../src/transport/transport.ts'
import { openWorkspace } from '../../src/workspace.ts'
import { lacksLab, openWorld } from './world.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl someone'

/** In the order of making; taken away the other way round. What one stands on comes before it. */
const tasks: readonly AnyTask[] = [
  packages(['btrfs-progs', 'nftables', 'tree']),
  directory('/srv/laws', { mode: 0o750 }),
  file('/srv/laws/one.conf', 'one\n', { mode: 0o640 }),
  file('/etc/motd', 'instead of what was there\n'),
  symlink('/srv/laws/link', 'one.conf'),
  group('lawyers', { system: true }),
  user('judge', { groups: ['lawyers'], shell: '/bin/sh' }),
  authorizedKey('judge', KEY),
  command({ name: 'court', run: 'mkdir -p /srv/court', check: 'test -d /srv/court', undo: 'rmdir /srv/court' }),
  sysctl('net.ipv4.ip_forward', '1'),
  mount({ source: 'tmpfs', path: '/srv/memory', type: 'tmpfs', options: ['noexec'] }),
  unit('laws', '[Service]\nExecStart=/bin/sleep 1d\n[Install]\nWantedBy=multi-user.target\n'),
  running('laws'),
  bridge('brlaws', { addresses: ['10.99.0.1/24'] }),
  address('brlaws', '10.99.1.1/24'),
  route('10.98.0.0/16', '10.99.0.2', 'brlaws'),
  ruleset('laws', 'chain input {\n  type filter hook input priority 10; policy accept;\n  tcp dport 4711 drop\n}\n'),
  filesystem({ devices: ['/dev/vdb'], label: 'laws', dataProfile: 'single', metadataProfile: 'dup' }),
  mount({ source: '/dev/vdb', path: '/mnt/laws', type: 'btrfs', options: [] }),
  subvolume('/mnt/laws/volume', { quotaBytes: 64 * 1_048_576 }),
  snapshot('/mnt/laws/before', '/mnt/laws/volume', { readOnly: true }),
  answersTcp({ host: '127.0.0.1', port: 22 }),
]

const never = new AbortController().signal

test('compare is empty after the commands, many are answered as each alone, and removal leaves the node as found', async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const world = openWorld({ blueprint: 'node.lab__n1:\n  disks: [512M]\n' })
  await world.ok('apply', '--yes')
  const workspace = await openWorkspace({ folder: world.folder })
  try {
    const node = await workspace.transport(addressOf('node', 'n1'))
    const found = new Map<string, unknown>()
    for (const task of tasks) {
      const before = await look(node, task)
      found.set(task.thing, before)
      const changes = task.kind.compare(task.wanted, before)
      if (changes.length > 0) await act(node, task, task.kind.commands(task.wanted, before), `make ${task.thing}`)
      const after = await look(node, task)
      expect(task.kind.compare(task.wanted, after), `${task.thing} is as wanted`).toEqual([])
      if (changes.length > 0)
        expect(
          task.kind.compare(task.wanted, task.kind.settled(task.wanted, before)),
          `${task.thing} was foretold`,
        ).toEqual([])
    }
    const together = await node.look(tasks.map(questionOf), never)
    for (const [i, task] of tasks.entries()) {
      const [alone] = await node.look([questionOf(task)], never)
      expect(alone?.digest, `${task.thing} alone and among others`).toBe(together[i]?.digest)
    }
    for (const task of [...tasks].reverse()) {
      const now = await look(node, task)
      const before = found.get(task.thing)
      if (sameData(now, before) || task.kind.watches) continue
      await act(node, task, task.kind.remove(task.wanted, before, now), `remove ${task.thing}`)
      expect(await look(node, task), `${task.thing} is as it was found`).toEqual(before)
    }
  } finally {
    await workspace.close()
  }
})

const questionOf = (task: AnyTask): Question => ({ kind: task.kind, thing: task.thing, wanted: task.wanted })

/** Waits for what is under way by itself. */
async function look(node: Transport, task: AnyTask): Promise<unknown> {
  for (let tries = 0; tries < 100; tries++) {
    const [seen] = await node.look([questionOf(task)], never)
    if (seen?.finding.state === 'seen') return seen.finding.found
    if (seen?.finding.state === 'unknown') throw new Error(`${task.thing}: ${seen.finding.problem.message}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${task.thing} keeps moving`)
}

let jobs = 0
async function act(node: Transport, task: AnyTask, commands: readonly Command[], what: string): Promise<void> {
  const job: NodeJob = {
    id: `laws-${process.pid}-${jobs++}`,
    fence: 1,
    workspace: 'laws',
    service: 'laws/all' as Address,
    steps: [{ question: questionOf(task), commands, becomes: undefined }],
    expect: [],
    afterwards: [],
    claim: [],
    unclaim: [],
  }
  const [outcome] = await node.act([job], never)
  expect(outcome, what).toMatchObject({ state: 'done' })
}
