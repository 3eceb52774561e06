import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningWanted, running, runningKind } from '../../../src/sal/systemd/running.ts'
import { type UnitWanted, unit, unitKind } from '../../../src/sal/systemd/unit.ts'
import { lacksSystemd, openSystemdNode, type SystemdNode } from '../lab-node.ts'
import { expectJoined } from '../laws.ts'
import { secret } from '../node.ts'

const lacks = lacksSystemd()
let node: SystemdNode
beforeEach((ctx) => {
  if (lacks) return ctx.skip(`needs ${lacks}`)
  node = openSystemdNode()
})
afterEach(() => {
  if (lacks) return
  node.sh(
    'systemctl stop "ays-test-*" || true; rm -f /etc/systemd/system/ays-test-* /etc/systemd/system/*/ays-test-*; systemctl daemon-reload; systemctl reset-failed',
  )
  node.close()
})

const text = (command: string): string =>
  `[Service]\nExecStart=/bin/sh -c '${command}'\n[Install]\nWantedBy=multi-user.target\n`
const SLEEPS = text('exec sleep 1000')
const unitOf = (name: string, content: Parameters<typeof unit>[1]): UnitWanted =>
  unit(name, content).wanted as UnitWanted
const runningOf = (...args: Parameters<typeof running>): RunningWanted => running(...args).wanted as RunningWanted
const start = (name: string, content: string): RunningWanted => runningOf(name, { startedWith: [unit(name, content)] })

test('a unit file settles, its drift is seen, and it goes without a trace', async () => {
  const [a, b] = [unitOf('ays-test-a', SLEEPS), unitOf('ays-test-b', secret('\n'))]
  await expectJoined(node, unitKind, [a, b])
  const { before } = await node.settle(unitKind, a)
  expect(before).toEqual(unitKind.bare)
  await node.settle(unitKind, b)
  await expectJoined(node, unitKind, [a, b, unitOf('ays-test-none', '')])
  expect((await node.settle(unitKind, b)).changes).toEqual([])
  node.sh('echo "# by hand" >>/etc/systemd/system/ays-test-a.service')
  expect((await node.settle(unitKind, a)).changes.map(({ path }) => path)).toContain('text')
  await node.undo(unitKind, b, before)
  await node.undo(unitKind, a, before)
})

test('a file that systemd has not read yet is a change', async () => {
  const wanted = unitOf('ays-test-a', SLEEPS)
  await node.settle(unitKind, wanted)
  node.sh('systemctl start ays-test-a; sleep 1.1; touch /etc/systemd/system/ays-test-a.service')
  expect((await node.settle(unitKind, wanted)).changes.map(({ path }) => path)).toEqual(['loaded'])
})

test('a masked unit is unmasked, and masked again by removal', async () => {
  node.sh('ln -s /dev/null /etc/systemd/system/ays-test-a.service')
  const wanted = unitOf('ays-test-a', SLEEPS)
  const { before } = await node.settle(unitKind, wanted)
  await node.undo(unitKind, wanted, before)
  expect(node.sh('readlink /etc/systemd/system/ays-test-a.service')).toBe('/dev/null\n')
})

test('a unit runs, is enabled, and goes without a trace', async () => {
  await node.settle(unitKind, unitOf('ays-test-a', SLEEPS))
  await node.settle(unitKind, unitOf('ays-test-b', SLEEPS))
  const [a, b] = [start('ays-test-a', SLEEPS), runningOf('ays-test-b', { enabled: false })]
  await expectJoined(node, runningKind, [a, b, runningOf('ays-test-none')])
  const { before } = await node.settle(runningKind, a)
  expect(before).toEqual(runningKind.bare)
  await node.settle(runningKind, b)
  await expectJoined(node, runningKind, [a, b])
  expect(node.sh('systemctl is-active ays-test-a; systemctl is-enabled ays-test-a')).toBe('active\nenabled\n')
  expect((await node.settle(runningKind, a)).changes).toEqual([])
  await node.undo(runningKind, b, before)
  await node.undo(runningKind, a, before)
})

test('another content restarts it, once; a crash between write and restart forgets nothing', async () => {
  await node.settle(unitKind, unitOf('ays-test-a', SLEEPS))
  await node.settle(runningKind, start('ays-test-a', SLEEPS))
  const other = `${SLEEPS}# two\n`
  const changes = runningKind.compare(
    start('ays-test-a', other),
    await node.look(runningKind, start('ays-test-a', other)),
  )
  expect(changes.map(({ how }) => how)).toEqual(['restart'])
  await node.settle(unitKind, unitOf('ays-test-a', other))
  const pid = node.sh('systemctl show -p MainPID --value ays-test-a')
  expect((await node.settle(runningKind, start('ays-test-a', other))).changes.map(({ how }) => how)).toEqual([
    'restart',
  ])
  expect(node.sh('systemctl show -p MainPID --value ays-test-a')).not.toBe(pid)
  expect((await node.settle(runningKind, start('ays-test-a', other))).changes).toEqual([])
})

test('a start by another hand does not count when the files were changed before it', async () => {
  await node.settle(unitKind, unitOf('ays-test-a', SLEEPS))
  const wanted = start('ays-test-a', SLEEPS)
  await node.settle(runningKind, wanted)
  node.sh(
    'echo "# by hand" >>/etc/systemd/system/ays-test-a.service; systemctl daemon-reload; systemctl restart ays-test-a',
  )
  await node.settle(unitKind, unitOf('ays-test-a', SLEEPS))
  expect((await node.settle(runningKind, wanted)).changes.map(({ how }) => how)).toEqual(['restart'])
})

test('a start by systemd itself counts when its files are those of the noted start and older', {
  timeout: 20_000,
}, async () => {
  await node.settle(unitKind, unitOf('ays-test-a', SLEEPS))
  const wanted = start('ays-test-a', SLEEPS)
  await node.settle(runningKind, wanted)
  node.sh('sleep 5; systemctl restart ays-test-a')
  expect((await node.settle(runningKind, wanted)).changes).toEqual([])
})

test('a unit that falls over at once is an error that shows its journal', async () => {
  const content = text('echo the reason is this >&2; exit 3')
  await node.settle(unitKind, unitOf('ays-test-a', content))
  const wanted = start('ays-test-a', content)
  const [failed] = await node.run(runningKind.commands(wanted, await node.look(runningKind, wanted)))
  expect(failed?.code).toBe(1)
  expect(failed?.stderr).toContain('the reason is this')
})

test('a unit that is on its way up is moving until it stands', async () => {
  const content = `[Service]\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'sleep 1; systemd-notify --ready; exec sleep 1000'\n`
  await node.settle(unitKind, unitOf('ays-test-a', content))
  node.sh('systemctl start --no-block ays-test-a')
  const wanted = runningOf('ays-test-a', { enabled: false })
  expect((await node.finding(runningKind, wanted)).state).toBe('moving')
  expect(await node.look(runningKind, wanted)).toMatchObject({ active: 'active', enabled: 'static' })
})
