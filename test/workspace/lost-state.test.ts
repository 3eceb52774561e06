/** By which claims a lost state is told. */
import { expect, test } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import type { Facts } from '../../src/engine/facts.ts'
import { lostClaims, stateMissing } from '../../src/workspace/lost-state.ts'
import { smallFacts } from '../facts.ts'

const workspace = '0f1e2d3c-0000-4000-8000-000000000000'
const nothing = { services: new Map(), tasks: [] } as never

function missing(claims: Facts['claims']) {
  const facts = new Map([['node/n1' as Address, { ...smallFacts('n1'), claims }]])
  const lost = lostClaims({
    workspace,
    environment: 'default',
    claimant: `${workspace}.aaaaaaaa`,
    facts,
    things: new Map(),
  })
  return stateMissing(lost, nothing, '/w/.ays/default')
}
const claim = { workspace: `${workspace}.bbbbbbbb`, service: 'file/motd', environment: 'default' }

test('what another state of the workspace claims tells that the state is missing', () => {
  expect(missing({ 'file:/etc/motd': claim })).toMatchObject([{ code: 'STATE_MISSING' }])
  expect(missing({ 'file:/etc/motd': { ...claim, environment: 'prod' } })).toEqual([])
})

test('what bears the name of its state does not: two clones of a workspace have their lab nodes side by side', () => {
  expect(missing({ 'lab.node:bbbbbbbb/n1': { ...claim, service: 'node/n1' } })).toEqual([])
  expect(missing({ 'lab.node:bbbbbbbb/n1': claim, 'file:/etc/motd': claim })).toMatchObject([
    { code: 'STATE_MISSING', message: expect.stringContaining('1 of its things (such as file:/etc/motd') },
  ])
})
