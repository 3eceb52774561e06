/** The parts that need no node: streams, redaction, quoting, what ssh says, simulated faults. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { randomOf } from '../../src/base/random.ts'
import { knownSecrets, Secret, sealerOf, text as textOf } from '../../src/base/secret.ts'
import type { SimFaults } from '../../src/engine/connection.ts'
import { quoted } from '../../src/transport/quote.ts'
import { LEFT_OUT, redactor } from '../../src/transport/redact.ts'
import { readWorld, simTransport, worldIn } from '../../src/transport/sim.ts'
import { sshArgv } from '../../src/transport/ssh.ts'
import { sshProblem } from '../../src/transport/ssh-problem.ts'
import { Bounded, MarkScanner } from '../../src/transport/stream.ts'
import type { NodeJob } from '../../src/transport/transport.ts'
import { smallFacts } from '../facts.ts'
import { anyText, writeText } from './kinds.ts'

const dir = mkdtempSync(join(tmpdir(), 'ays-parts-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const sealer = sealerOf(Buffer.alloc(32))
const node = addressOf('node', 'web')

describe('streams', () => {
  test('marks are found and cut out however the stream is chunked', () => {
    const mark = '0123456789abcdef0123456789abcdef'
    const piece = fc.oneof(fc.constant(`${mark} X 3\n`), fc.constant(mark.slice(0, 9)), fc.string(), fc.constant('\n'))
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (pieces, sizes) => {
        const whole = Buffer.from(pieces.join(''))
        const bytes: Buffer[] = []
        let marks = 0
        const scanner = new MarkScanner(
          mark,
          (some) => bytes.push(some),
          () => marks++,
        )
        for (let at = 0, i = 0; at < whole.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          scanner.add(whole.subarray(at, at + size))
          at += size
        }
        scanner.add(Buffer.from('.'))
        const wanted = whole.toString().split(`${mark} X 3\n`)
        expect(marks).toBe(wanted.length - 1)
        expect(Buffer.concat(bytes).toString()).toBe(`${wanted.join('')}.`)
      }),
    )
  })

  test('what is bounded keeps head and tail and counts what is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (pieces, limit) => {
        const bounded = new Bounded(limit)
        for (const piece of pieces) bounded.add(Buffer.from(piece, 'latin1'))
        const whole = Buffer.from(pieces.join(''), 'latin1')
        const { bytes, lost } = bounded.kept()
        const tail = whole.subarray(Math.max(limit, whole.length - limit))
        expect(bytes).toEqual(Buffer.concat([whole.subarray(0, limit), tail]))
        expect(bytes.length + lost).toBe(whole.length)
      }),
    )
  })
})

test('quoted words are what the shell reads', () => {
  const words = ['', "it's", '$HOME `id` "x" \\', 'a\nb', '*', '-n', '~', 'a=b;c', '#x', '!']
  const out = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(quoted).join(' ')}`], { encoding: 'utf8' })
  expect(out.split('\0').slice(0, -1)).toEqual(words)
})

describe('redaction', () => {
  const secret = new Secret('secrets.x', 'user admin\nrequirepass s3cret-word-77\n', sealer)
  test.each([
    ['the whole', 'got user admin\nrequirepass s3cret-word-77\n!', 's3cret'],
    ['a line', 'line 2: requirepass s3cret-word-77', 's3cret'],
    ['a word of it', 'auth failed for s3cret-word-77', 's3cret'],
    ['base64 of it', Buffer.from('s3cret-word-77').toString('base64'), 'czNjcmV0'],
    ['half of it at a gap', `… requirepass s3cret-wo${LEFT_OUT}more`, 's3cret'],
  ])('takes out %s', (_title, text, never) => {
    expect(redactor(['plain', undefined, secret])(text)).not.toContain(never)
  })
  const key = sealerOf(new Uint8Array(32).fill(7))
  new Secret('secrets.file', "it's $ecret+with/signs", key)
  test.each([
    ['as it is', "it's $ecret+with/signs"],
    ['in base64, in the middle of more', Buffer.from("a it's $ecret+with/signs b").toString('base64')],
    ['in lines of base64', Buffer.from("a it's $ecret+with/signs b").toString('base64').replaceAll(/.{5}/g, '$&\n')],
    ['letter by letter', [..."it's $ecret+with/signs"].join('\n')],
    ['in hex', Buffer.from("it's $ecret+with/signs").toString('hex')],
    ['in a URL', `https://h/?q=${encodeURIComponent("it's $ecret+with/signs")}`],
    ['quoted for a shell', "'it'\\''s $ecret+with/signs'"],
  ])('takes out what another command was given, %s', (_title, text) => {
    const shown = redactor([], knownSecrets(key))(`before ${text} after`)
    expect(shown).toMatch(/^before [\s\S]*‹secret›[\s\S]* after$/)
    expect(shown).not.toMatch(/ecret\+with|signs|aXQncy|JGVjcmV0|6974277320/)
  })
  test('what is put together of secrets is known by them', () => {
    const other = sealerOf(new Uint8Array(32).fill(8))
    const whole = textOf`user u\npassword ${new Secret('secrets.y', 'geheimnis', other)}\n`
    expect([...knownSecrets(other)]).toEqual(['geheimnis'])
    expect(redactor([whole], knownSecrets(other))('x geheimnis y')).toBe('x ‹secret› y')
  })
  test('leaves everything else alone', () => {
    expect(redactor(['plain', undefined])('plain text')).toBe('plain text')
    expect(redactor([secret])('nothing to see')).toBe('nothing to see')
  })
})

describe('what ssh says', () => {
  test.each([
    ['ssh: connect to host h port 22: Connection refused', 'NODE_UNREACHABLE'],
    ['ssh: Could not resolve hostname h: Name or service not known', 'NODE_UNREACHABLE'],
    ['root@h: Permission denied (publickey).', 'AUTH_FAILED'],
    [
      'No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.',
      'HOST_KEY_UNKNOWN',
    ],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'HOST_KEY_CHANGED'],
    ['sudo: a password is required', 'BECOME_FAILED'],
    ['op is not in the sudoers file.', 'BECOME_FAILED'],
  ])('%s → %s', (stderr, code) => {
    const problem = sshProblem({ road: 'ssh', host: 'h', become: 'sudo' }, node, stderr)
    expect(problem.code).toBe(code)
    expect(problem.hint).toBeTruthy()
  })
})

test.each([
  [{ host: '-oProxyCommand=x' }, '"-oProxyCommand=x"'],
  [{ host: 'h', user: '$(touch x)' }, '"$(touch x)"'],
  [{ host: 'a b' }, '"a b"'],
  [{ host: 'h', hostKey: 'ssh-ed25519 AAAA\n* ssh-ed25519 BBBB' }, 'not one line'],
])('ssh is not started with %j', (given, told) => {
  expect(() => sshArgv({ road: 'ssh', ...given }, node, { runtimeDir: join(dir, 'run') })).toThrow(told)
})

test('an interactive ssh carries the pinned key and the login', () => {
  const argv = sshArgv(
    {
      road: 'ssh',
      host: 'web.example.org',
      port: 2222,
      user: 'op',
      hostKey: 'ssh-ed25519 AAAA',
      proxyCommand: ['nc', '100%', "a'b"],
    },
    node,
    { runtimeDir: join(dir, 'run') },
  )
  expect(argv[0]).toBe('ssh')
  expect(argv.slice(-2)).toEqual(['--', 'web.example.org'])
  expect(argv).toContain('HostKeyAlias=ays-node-web')
  expect(argv).toContain('StrictHostKeyChecking=yes')
  expect(argv).toContain(`ProxyCommand=nc 100%% 'a'\\''b'`)
})

describe('a simulated node with faults', () => {
  const facts = smallFacts('s')
  const never = new AbortController().signal
  let count = 0
  const open = (faults: SimFaults, file = join(dir, `${count++}.json`)) => ({
    file,
    transport: simTransport({ node, connection: { road: 'sim', facts, faults }, world: worldIn(file) }),
  })
  const question = { kind: anyText, thing: 'text:/a', wanted: { path: '/a', text: 'x' } }
  const job = (id: string): NodeJob => ({
    id,
    fence: 1,
    workspace: 'w',
    service: addressOf('file', 'a'),
    steps: [{ question, commands: [writeText('/a', 'x')], becomes: { text: 'x' } }],
    expect: [],
    afterwards: [question],
    claim: [],
    unclaim: [],
  })

  test('that is down cannot be reached', async () => {
    await expect(open({ down: true }).transport.facts(never)).rejects.toMatchObject({
      problem: { code: 'NODE_UNREACHABLE' },
    })
  })
  test('loses calls before or after the work', async () => {
    const before = open({ lostBefore: 1 })
    expect(await before.transport.act([job('1')], never)).toMatchObject([{ state: 'lost' }])
    expect(readWorld(before.file).things).toEqual({})
    const after = open({ lostAfter: 1 })
    expect(await after.transport.act([job('1')], never)).toMatchObject([{ state: 'lost' }])
    expect(readWorld(after.file).things).toMatchObject({ 'text:/a': { found: { text: 'x' } } })
    expect(await open({}, after.file).transport.attach(['1', '2'], never)).toEqual([
      { state: 'ended' },
      { state: 'never began' },
    ])
  })
  test('plays the same faults for the same seed, and goes on with them when opened again', async () => {
    const play = async (faults: SimFaults, reopen: boolean): Promise<string[]> => {
      let { transport, file } = open(faults)
      const states: string[] = []
      for (let i = 0; i < 30; i++) {
        if (reopen) transport = open(faults, file).transport
        states.push((await transport.act([job(`${i}`)], never))[0]?.state ?? '')
      }
      return states
    }
    const faults = { seed: 3, lostBefore: 0.3, lostAfter: 0.2 }
    const first = await play(faults, false)
    expect(new Set(first)).toEqual(new Set(['done', 'lost']))
    expect(await play(faults, true)).toEqual(first)
    expect(await play({ ...faults, seed: 4 }, false)).not.toEqual(first)
  })
})

test('seeded numbers are the same for the same seed, spread from 0 to 1', () => {
  const take = (seed: number): number[] => Array.from({ length: 1_000 }, randomOf(seed))
  expect(take(1)).toEqual(take(1))
  expect(take(1)).not.toEqual(take(2))
  const mean = take(5).reduce((sum, value) => sum + value, 0) / 1_000
  expect(mean).toBeGreaterThan(0.45)
  expect(mean).toBeLessThan(0.55)
})
