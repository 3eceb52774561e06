import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rulesetKind } from '../../../src/sal/nftables/ruleset.ts'
import { laws } from '../laws.ts'

const CLOSED = 'chain in {\n type filter hook input priority 0; policy drop;\n}'
const rules = fc.oneof(fc.constantFrom('', CLOSED, 'set a { type ipv4_addr; }', '}'), fc.string())
laws(rulesetKind, {
  wanted: fc.record({ name: fc.constantFrom('web', 'a_1'), rules }),
  found: fc.record({
    name: fc.constant('web'),
    file: fc.constantFrom('', 'table', 'table inet ays_web {\n}\n'),
    loaded: fc.constantFrom('changed', 'aa', null),
    boot: fc.boolean(),
  }),
})

test('a table that drops what comes in may lock ays out, and its removal may let others in', () => {
  const wanted = { name: 'web', rules: CLOSED }
  expect(rulesetKind.commands(wanted, rulesetKind.bare)[0]?.effects?.[0]?.kind).toBe('lockout')
  const found = rulesetKind.settled(wanted, rulesetKind.bare)
  expect(rulesetKind.remove(wanted, rulesetKind.bare, found)[0]?.effects?.[0]?.kind).toBe('exposure')
})
