/** Work that is cut off on a real node: a restart is not forgotten, a long command runs once; and a node knows only its own disks. */
import { beforeEach, expect, test } from 'vitest'
import type { Facts } from '../../src/engine/facts.ts'
import { lacksLab, openWorld, sleep, until } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

test('a kill between the write of a configuration and the restart still restarts', async () => {
  const world = openWorld({ blueprint: unitOf('one') })
  await world.ok('apply', '--yes')
  expect(await world.on('n1', LEVEL)).toBe('LEVEL=one')

  // The node's systemctl stops at a restart, so that the kill falls between.
  await world.on(
    'n1',
    `printf '#!/bin/sh\\n[ "$1" != restart ] || { touch /run/at-restart; exec sleep 300; }\\nexec /usr/bin/systemctl "$@"\\n' >/usr/local/sbin/systemctl
chmod +x /usr/local/sbin/systemctl`,
  )
  world.write('blueprints/main.yaml', unitOf('two'))
  const apply = world.start('apply', '--yes')
  await until(
    'the restart',
    apply,
    async () => (await world.ays('exec', 'n1', '--', 'test', '-e', '/run/at-restart')).code === 0,
  )
  apply.process.kill('SIGKILL')
  await apply.ended
  await world.on(
    'n1',
    `for job in /var/lib/ays/jobs/*; do
  [ ! -s $job/group ] || { read -r pid rest <$job/pid; kill -9 $pid; read -r group <$job/group; kill -9 -$group; }
done; rm /usr/local/sbin/systemctl`,
  )
  expect(await world.on('n1', 'systemctl cat ays-demo | grep -o LEVEL=[a-z]*')).toBe('LEVEL=two')
  expect(await world.on('n1', LEVEL)).toBe('LEVEL=one')

  const plan = await world.ays('plan')
  expect(plan.code).toBe(2)
  expect(plan.stdout).toMatch(/restart/)
  await world.ok('apply', '--yes')
  expect(await world.on('n1', LEVEL)).toBe('LEVEL=two')
  expect((await world.ays('plan')).code).toBe(0)
})

const LEVEL = `tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value ays-demo)/environ | grep LEVEL`

const unitOf = (level: string): string => `node.lab__n1: {}
unit__demo:
  node: n1
  exec: /bin/sleep infinity
  environment: { LEVEL: ${level} }
`

test('ays is killed during a long command: the next apply waits for it, and one process is seen all the time', async () => {
  const world = openWorld({ blueprint: 'node.lab__n1: {}\n' })
  await world.ok('apply', '--yes')
  await world.on(
    'n1',
    `systemd-run --quiet --unit seen sh -c 'while :; do echo "pids $(pgrep -x -f "sleep 8.642" | tr "\\n" " ")" >>/run/seen; sleep 0.1; done'`,
  )
  world.write(
    'blueprints/main.yaml',
    `node.lab__n1: {}
command__long:
  node: n1
  run: echo began >>/var/tmp/began; exec sleep 8.642
`,
  )
  const apply = world.start('apply', '--yes')
  await until(
    'the begin of the command',
    apply,
    async () => (await world.ays('exec', 'n1', '--', 'test', '-e', '/var/tmp/began')).code === 0,
  )
  await sleep(1_000)
  apply.process.kill('SIGKILL')
  await apply.ended
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)

  expect(await world.on('n1', 'cat /var/tmp/began')).toBe('began')
  const seen = (await world.on('n1', 'uniq /run/seen')).split('\n').map((line) => line.trim())
  expect(seen).toEqual(['pids', expect.stringMatching(/^pids \d+$/), 'pids'])
})

test('a lab node lists its own disks and none of this machine', async () => {
  const world = openWorld({ blueprint: 'node.lab__n1:\n  disks: [64M]\nnode.lab__n2: {}\n' })
  await world.ok('apply', '--yes')
  expect(await world.on('n1', 'lsblk -dno NAME; ls /sys/block /sys/class/block')).toBe(
    'vdb\n/sys/block:\nvdb\n\n/sys/class/block:\nvdb',
  )
  expect(await world.on('n1', 'sed 1,2d /proc/partitions | wc -l; cat /proc/diskstats')).toBe('1')
  expect(await world.on('n2', 'lsblk -dno NAME; ls /sys/block; sed 1,2d /proc/partitions')).toBe('')
  // The program's own output.
  const { facts } = JSON.parse((await world.ok('facts', 'n1', '--json')).stdout) as { facts: Facts }
  expect(facts.disks.map(({ id, path }) => `${id} ${path}`)).toEqual([`ays-${world.tag()}-n1-vdb /dev/vdb`])
})
