/** Which way back a job carries along. */
import { expect, test } from 'vitest'
import { undoOf } from '../../src/actors/node-job.ts'
import { decideWanted } from '../../src/engine/plan/decide.ts'
import { ruleset, rulesetKind } from '../../src/sal/nftables/ruleset.ts'
import { wants, workOf } from './world.ts'

const { thing, wanted } = ruleset('in', 'chain input { type filter hook input priority filter; policy drop; }')
const bare = { state: 'seen', found: rulesetKind.bare } as const

function undo(kind: typeof rulesetKind) {
  const question = { kind: kind as never, thing, wanted }
  const decision = decideWanted(kind as never, thing, wanted, bare, undefined)
  const judged = { event: { type: 'drifted' }, decisions: [decision], slow: false } as const
  const of = { work: workOf('firewall/in', []), undoAfterMs: 1_000 }
  return undoOf(of, [{ question, wanted: wants('firewall/in', 'in', '') }], judged, [{ finding: bare, digest: 'd' }])
}

test('what may cut ays off carries its way back', () => {
  expect(undo(rulesetKind)).toMatchObject({ undo: { afterMs: 1_000, commands: [{ title: 'drop table ays_in' }] } })
})

test('where there is no way back the node waits for nothing, and cannot say that it took something back', () => {
  expect(undo({ ...rulesetKind, remove: () => [] })).toEqual({})
})
