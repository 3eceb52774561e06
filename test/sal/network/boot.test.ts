import { expect, test } from 'vitest'
import { type BridgeWanted, bridge, bridgeKind } from '../../../src/sal/network/bridge.ts'
import { rulesetKind } from '../../../src/sal/nftables/ruleset.ts'
import { lacksSystemd, openSystemdNode } from '../lab-node.ts'

test('what a boot forgets, the units bring back: bridges and rulesets', { timeout: 60_000 }, async (ctx) => {
  const lacks = lacksSystemd()
  if (lacks) return ctx.skip(`needs ${lacks}`)
  const node = openSystemdNode()
  const link = bridge('ays-test-br', { addresses: ['10.99.0.1/24'] }).wanted as BridgeWanted
  const rules = { name: 'test', rules: 'set a {\n\ttype ipv4_addr\n}' }
  try {
    const first = await node.settle(bridgeKind, link)
    const second = await node.settle(rulesetKind, rules)
    node.sh('ip link del ays-test-br; nft delete table inet ays_test; systemctl restart ays-network ays-nftables')
    expect((await node.settle(bridgeKind, link)).changes).toEqual([])
    expect((await node.settle(rulesetKind, rules)).changes).toEqual([])
    await node.undo(rulesetKind, rules, second.before)
    await node.undo(bridgeKind, link, first.before)
    expect(node.sh('systemctl list-unit-files --no-legend "ays-n*"; ls /etc/ays 2>/dev/null || true')).toBe('')
  } finally {
    node.close()
  }
})
