import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalValue, type RecordType, valueForNsupdate, valueOfDig } from '../../../src/sal/dns/record-text.ts'
import { dnsRecords, dnsRecordsKind, type WantedRecords } from '../../../src/sal/dns/records.ts'
import { laws } from '../laws.ts'
import { openNode } from '../node.ts'
import { lackingDnsTools, startServer, type TestServer } from './named.ts'

const needs = lackingDnsTools()
let server: TestServer | undefined
beforeAll(async () => {
  if (!needs) server = await startServer()
})
afterAll(async () => await server?.close())

const wantedOf = (name: string, type: RecordType, values: readonly string[], ttl = 300): WantedRecords => {
  const { port = 53, keyFile = '/none' } = server ?? {}
  // What the function of the kind gives, which templates use.
  return dnsRecords({ server: '127.0.0.1', port, zone: 'example.test', name, type, ttl, values, keyFile })
    .wanted as WantedRecords
}

const values: fc.Arbitrary<{ type: RecordType; values: string[] }> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), values: fc.uniqueArray(fc.ipV4(), { maxLength: 3 }) }),
  fc.record({
    type: fc.constant('TXT' as const),
    values: fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), { maxLength: 3 }),
  }),
)
const wanted: fc.Arbitrary<WantedRecords> = fc
  .record({ some: values, name: fc.constantFrom('www', '@', 'a.b'), ttl: fc.integer({ min: 0, max: 86_400 }) })
  .map(({ some, name, ttl }) => wantedOf(name, some.type, some.values, ttl))

laws(dnsRecordsKind, {
  wanted,
  real: () => ({
    needs,
    wanted: [
      wantedOf('www', 'A', ['192.0.2.7', '192.0.2.8']),
      wantedOf('www', 'AAAA', ['2001:DB8::0:1'], 60),
      wantedOf('alias', 'CNAME', ['www']),
      wantedOf('@', 'MX', ['10 ns', '20 mail.example.org']),
      wantedOf('_sip._tcp', 'SRV', ['1 2 5060 www']),
      wantedOf('*.wild', 'A', ['192.0.2.9']),
      wantedOf('say', 'TXT', ['v=spf1 "quoted" \\ -all; grüße\n', 'x'.repeat(700)]),
      wantedOf('old', 'A', ['192.0.2.2']),
    ],
  }),
})

describe('on a real server', () => {
  test('records are set whole, and what was there before comes back', async (ctx) => {
    if (!server) return ctx.skip(`needs ${needs}`)
    const node = openNode()
    try {
      const one = wantedOf('old', 'A', ['192.0.2.33', '192.0.2.34'], 120)
      const { before, changes } = await node.settle(dnsRecordsKind, one)
      expect(changes.map((change) => change.path)).toEqual(['values', 'ttl'])
      expect(server.ask('old.example.test', 'A').split('\n').sort().join(' ')).toBe(' 192.0.2.33 192.0.2.34')
      await node.undo(dnsRecordsKind, one, before)
      expect(server.ask('old.example.test', 'A')).toBe('192.0.2.1\n')
    } finally {
      node.close()
    }
  })

  test('without the key the server refuses, and says so', async (ctx) => {
    if (!server) return ctx.skip(`needs ${needs}`)
    const node = openNode()
    try {
      const one = { ...wantedOf('www', 'A', ['192.0.2.1']), keyFile: null }
      const [result] = await node.run(dnsRecordsKind.commands(one, dnsRecordsKind.bare))
      expect(result?.code).not.toBe(0)
      expect(result?.stderr).toContain('REFUSED')
    } finally {
      node.close()
    }
  })

  test('a server that is silent, or does not serve the zone, is unknown: never absent', async (ctx) => {
    if (!server) return ctx.skip(`needs ${needs}`)
    const node = openNode()
    try {
      const silent = await node.finding(dnsRecordsKind, { ...wantedOf('www', 'A', ['192.0.2.1']), port: 1 })
      expect(silent).toMatchObject({
        state: 'unknown',
        problem: { message: expect.stringContaining('did not answer') },
      })
      const other = { ...wantedOf('www', 'A', ['192.0.2.1']), zone: 'example.org.', name: 'www.example.org.' }
      expect(await node.finding(dnsRecordsKind, other)).toMatchObject({
        state: 'unknown',
        problem: { message: expect.stringContaining('for the zone example.org.') },
      })
    } finally {
      node.close()
    }
  }, 30_000)
})

describe('values', () => {
  test.each<[RecordType, string, string | undefined]>([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['A', '192.0.2.256', undefined],
    ['A', '192.0.2.1.', undefined],
    ['A', '10.0.0', undefined],
    ['AAAA', '2001:0DB8:0:0::1', '2001:db8::1'],
    ['AAAA', '::ffff:1.2.3.4', '::ffff:102:304'],
    ['AAAA', '1.2.3.4', undefined],
    ['CNAME', 'WWW', 'www.example.test.'],
    ['CNAME', 'www.example.org', 'www.example.org.'],
    ['CNAME', '@', 'example.test.'],
    ['CNAME', 'a b', undefined],
    ['MX', '010  mail', '10 mail.example.test.'],
    ['MX', 'mail', undefined],
    ['SRV', '0 0 70000 www', undefined],
    ['TXT', ' kept as it is ', ' kept as it is '],
  ])('%s %j is %j', (type, text, canonical) => expect(canonicalValue(type, text, 'example.test.')).toBe(canonical))

  test('any text goes to a server and comes back, on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 700 }), (text) => {
        const wire = valueForNsupdate('TXT', text)
        expect(wire).toMatch(/^[ -~]+$/)
        // What is no well-formed UTF-16 cannot be UTF-8.
        if (Buffer.from(text).toString() === text) expect(valueOfDig('TXT', wire)).toBe(text)
      }),
    )
  })

  test.each(['a b', '-x', 'x;y', 'www.example.org.', '..'])('%j is no name in the zone', (name) => {
    expect(() => dnsRecords({ server: 's', zone: 'example.test', name, type: 'A', ttl: 1, values: [] })).toThrow(
      /FIELD_TYPE/,
    )
  })

  test.each([
    ['www', 'www.example.test.'],
    ['@', 'example.test.'],
    ['www.example.test', 'www.example.test.'],
    ['A.B.example.test.', 'a.b.example.test.'],
  ])('%j is the name %s', (name, whole) => {
    const { thing } = dnsRecords({ server: 's', zone: 'example.test.', name, type: 'A', ttl: 1, values: [] })
    expect(thing).toBe(`dns:s#53/${whole}/A`)
  })
})
