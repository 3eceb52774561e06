/** The way back of what may cut ays off from a node. */
import { expect, test } from 'vitest'
import { decideWanted } from '../../../src/engine/plan/decide.ts'
import { mayCutOff, wayBack } from '../../../src/engine/plan/way-back.ts'
import { file, fileKind } from '../../../src/sal/files/file.ts'
import { ruleset, rulesetKind } from '../../../src/sal/nftables/ruleset.ts'
import { running, runningKind } from '../../../src/sal/systemd/running.ts'

const closed = 'chain input { type filter hook input priority filter; policy drop; }'
const open = 'chain input { type filter hook input priority filter; policy accept; }'
const titles = (commands: readonly { readonly title: string }[] | undefined) => commands?.map(({ title }) => title)
const tableOf = (rules: string) => rulesetKind.settled(ruleset('in', rules).wanted as never, rulesetKind.bare)

test('a firewall that was not there goes, one that was there comes back', () => {
  const wanted = ruleset('in', closed).wanted
  expect(titles(wayBack(rulesetKind as never, wanted, rulesetKind.bare, tableOf(closed)))).toEqual([
    'drop table ays_in',
  ])
  expect(wayBack(rulesetKind as never, wanted, tableOf(open), tableOf(closed))).toMatchObject([
    { title: 'load table ays_in', run: { stdin: expect.stringContaining('policy accept') } },
  ])
})

test('a file of sshd is kept before it is written, and brought back', () => {
  const { wanted } = file('/etc/ssh/sshd_config.d/ports.conf', 'Port 2222\n')
  const found = {
    type: 'file',
    path: '/etc/ssh/sshd_config.d/ports.conf',
    mode: '0644',
    owner: 'root',
    group: 'root',
    digest: `sha256:${'a'.repeat(64)}`,
    text: 'Port 22\n',
  }
  const decision = decideWanted(fileKind as never, 'file:x', wanted, { state: 'seen', found }, undefined)
  expect(titles(decision.commands)).toEqual([
    'keep /etc/ssh/sshd_config.d/ports.conf to bring it back',
    'keep /etc/ssh/sshd_config.d/ports.conf as it is now',
    'write /etc/ssh/sshd_config.d/ports.conf',
  ])
  expect(decision.effects).toMatchObject([{ kind: 'lockout' }])
  expect(decision.undo?.length).toBeGreaterThan(0)
})

test('a restart of sshd is undone by a restart with what it had before', () => {
  const wanted = running('ssh', { startedWith: [file('/etc/ssh/sshd_config', 'Port 2222\n')] }).wanted
  const found = { unit: 'ssh.service', active: 'active', enabled: 'yes', started: 'before' }
  const decision = decideWanted(runningKind as never, 'unit-running:ssh', wanted, { state: 'seen', found }, undefined)
  expect(mayCutOff(decision.commands)).toBe(true)
  expect(decision.undo).toMatchObject([
    { title: 'restart ssh.service', run: { args: ['restart', 'ssh.service', 'before'] } },
  ])
})

test('what cannot cut ays off has no undo of its own', () => {
  const { wanted } = file('/etc/motd', 'hello\n')
  const decision = decideWanted(
    fileKind as never,
    'file:/etc/motd',
    wanted,
    { state: 'seen', found: fileKind.bare },
    undefined,
  )
  expect(decision.undo).toBeUndefined()
  expect(
    titles(wayBack(fileKind as never, wanted, fileKind.bare, fileKind.settled(wanted as never, fileKind.bare))),
  ).toEqual(['remove /etc/motd'])
})
