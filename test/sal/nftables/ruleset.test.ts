import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RulesetWanted, ruleset, rulesetKind } from '../../../src/sal/nftables/ruleset.ts'
import { expectJoined } from '../laws.ts'
import { hasPrograms } from '../node.ts'
import { lacksForRoom, openRoom, type Room } from '../room.ts'

const lacks = lacksForRoom() ?? (hasPrograms('nft') ? undefined : 'nft')
let room: Room
beforeEach(async (ctx) => {
  if (lacks) return ctx.skip(`needs ${lacks}`)
  room = await openRoom()
})
afterEach(() => room?.close())

const wantedOf = (name: string, rules: string): RulesetWanted => ruleset(name, rules).wanted as RulesetWanted
const RULES = `chain in {
  type filter hook input priority 0; policy accept;
  tcp dport 22 counter accept
}`

test('a table is loaded whole, shows nothing more to do, and goes without a trace', async () => {
  const [wanted, other] = [wantedOf('web', RULES), wantedOf('nat', 'set a { type ipv4_addr; }')]
  const { before } = await room.settle(rulesetKind, wanted)
  await room.settle(rulesetKind, other)
  expect(before).toEqual(rulesetKind.bare)
  await expectJoined(room, rulesetKind, [wanted, other, wantedOf('none', '')])
  expect(room.sh('nft list tables')).toBe('table inet ays_web\ntable inet ays_nat\n')
  await room.undo(rulesetKind, other, before)
  await room.undo(rulesetKind, wanted, before)
  expect(room.sh('nft list tables; ls /etc/ays/nft /etc/systemd/system/ays-nftables.service 2>/dev/null || true')).toBe(
    '',
  )
})

test('traffic that counts is no difference; a rule of another hand is, and is put right', async () => {
  const wanted = wantedOf('web', RULES)
  await room.settle(rulesetKind, wanted)
  room.sh('timeout 1 bash -c "exec 3<>/dev/tcp/127.0.0.1/22" 2>/dev/null || true')
  expect(room.sh('nft list table inet ays_web')).toMatch(/packets [1-9]/)
  expect((await room.settle(rulesetKind, wanted)).changes).toEqual([])
  room.sh('nft add rule inet ays_web in tcp dport 23 drop')
  const { changes } = await room.settle(rulesetKind, wanted)
  expect(changes.map(({ path, from }) => [path, from])).toEqual([['loaded', 'changed']])
  expect(room.sh('nft list table inet ays_web')).not.toContain('dport 23')
})

test('rules that nft refuses change nothing that is loaded', async () => {
  await room.settle(rulesetKind, wantedOf('web', RULES))
  const bad = wantedOf('web', 'chain in { nonsense }')
  const [failed] = await room.run(rulesetKind.commands(bad, await room.look(rulesetKind, bad)))
  expect(failed?.code).not.toBe(0)
  expect(failed?.stderr).toContain('nonsense')
  expect((await room.settle(rulesetKind, wantedOf('web', RULES))).changes).toEqual([])
})

test('a table that is gone is loaded again; after a boot the unit has done so', async () => {
  const wanted = wantedOf('web', RULES)
  await room.settle(rulesetKind, wanted)
  room.sh('nft flush ruleset')
  expect((await room.look(rulesetKind, wanted)).loaded).toBeNull()
  room.sh(
    `sed -n "s/^ExecStart=.bin.sh -c '\\(.*\\)'$/\\1/p" /etc/systemd/system/ays-nftables.service | sed 's/\\$\\$/$/g' | sh`,
  )
  expect((await room.settle(rulesetKind, wanted)).changes).toEqual([])
})

test('who may not look gets no answer, rather than that nothing is there', async () => {
  const { program, args } = rulesetKind.look(wantedOf('web', RULES))
  const run = { script: `end() { :; }\n${program.text}`, args }
  const [done] = await room.run([{ title: 'look', run, as: 'nobody' }])
  expect(rulesetKind.parse(done?.stdout ?? '').state).toBe('unknown')
})
