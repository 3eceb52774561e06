import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RunningWanted, running, runningKind } from '../../../src/sal/systemd/running.ts'
import { unit, unitKind } from '../../../src/sal/systemd/unit.ts'
import { laws } from '../laws.ts'
import { secret } from '../node.ts'

const names = fc.constantFrom('ays-a.service', 'ays-b@1.service', 'ays-c.timer')
const text = fc.oneof(
  fc.constantFrom('', '[Unit]\n', 'no end'),
  fc.string(),
  fc.string().map((value) => secret(value)),
)
laws(unitKind, { wanted: fc.record({ unit: names, text }) })

const digest = fc.option(fc.constantFrom('aa', 'bb'))
laws(runningKind, {
  wanted: fc.record({
    unit: names,
    enabled: fc.boolean(),
    startedWith: digest,
    files: fc.constantFrom([], ['/etc/a']),
  }),
  found: fc.record({
    unit: names,
    active: fc.constantFrom('active', 'failed', 'inactive'),
    enabled: fc.constantFrom('yes' as const, 'no' as const, 'static' as const, 'masked' as const),
    started: digest,
  }),
})

const wantedOf = (part: { readonly wanted: unknown }): RunningWanted => part.wanted as RunningWanted

test('another text of a unit it is started with is another start', () => {
  const [a, b] = ['1', '2'].map((value) => wantedOf(running('x', { startedWith: [unit('x', value)] })))
  expect(a?.startedWith).not.toBe(b?.startedWith)
  expect(a?.files).toEqual(['/etc/systemd/system/x.service'])
})

test('another secret is another start, and the same secret is not', () => {
  const of = (value: string) => wantedOf(running('x', { startedWith: [unit('x', secret(value))] })).startedWith
  expect(of('one')).toBe(of('one'))
  expect(of('one')).not.toBe(of('two'))
})

test('a unit that runs with something else is restarted, and the plan says so', () => {
  const wanted = wantedOf(running('x', { startedWith: [unit('x', 'new')] }))
  const found = { unit: 'x.service', active: 'active', enabled: 'yes' as const, started: 'old' }
  expect(runningKind.compare(wanted, found).map(({ how }) => how)).toEqual(['restart'])
  expect(runningKind.commands(wanted, found).flatMap((one) => one.effects ?? [])).toEqual([
    { kind: 'restart', what: 'x.service' },
  ])
})

test('x and x.service are one thing; a socket is another', () => {
  expect([unit('x', '').thing, unit('x.service', '').thing, unit('x.socket', '').thing]).toEqual([
    'unit:x',
    'unit:x',
    'unit:x.socket',
  ])
})

test('a unit on its way up is moving', () => {
  const finding = runningKind.parse(
    'unit x.service\nactive activating\nsub auto-restart\nenabled enabled\nresult exit-code\n',
  )
  expect(finding).toMatchObject({ state: 'moving', progress: 'x.service is restarting after a failure (exit-code)' })
})
