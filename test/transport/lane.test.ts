/** A lane stays exact and usable whatever a script does to it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Lane, LaneLostError, type LaneRunOptions } from '../../src/transport/lane.ts'
import { bootCommand } from '../../src/transport/lane-program.ts'
import { openLane } from '../../src/transport/open-lane.ts'

const dir = mkdtempSync(join(tmpdir(), 'ays-lane-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let lane: Lane
const open = (before = ''): Promise<Lane> => openLane(['/bin/sh', '-c', `${before}${bootCommand}`], { helloMs: 10_000 })
beforeEach(async () => {
  lane = await open()
})
afterEach(() => lane.close())

const usual: LaneRunOptions = { timeoutMs: 10_000, limitBytes: 65_536, beyond: 'drop' }
async function run(script: string, more: Partial<LaneRunOptions> = {}) {
  const result = await lane.run(script, { ...usual, ...more })
  return { ...result, out: result.stdout.bytes.toString('latin1'), err: result.stderr.bytes.toString('latin1') }
}

describe('a script', () => {
  test.each<[string, string, { code: number; out?: string; err?: unknown }]>([
    ['gives both streams and its code', 'echo out; echo err >&2; exit 3', { code: 3, out: 'out\n', err: 'err\n' }],
    ['may print nothing', ':', { code: 0, out: '', err: '' }],
    ['may print without a newline', 'printf a; printf b >&2', { code: 0, out: 'a', err: 'b' }],
    ['may print any bytes', `printf '\\000\\377\\n\\000'`, { code: 0, out: '\0\xff\n\0' }],
    [
      'may print what looks like marks',
      `printf '\\n%032d X 0\\n%032d Z\\n' 1 1`,
      { code: 0, out: `\n${'1'.padStart(32, '0')} X 0\n${'1'.padStart(32, '0')} Z\n` },
    ],
    ['finds nothing on stdin', 'cat; echo end', { code: 0, out: 'end\n' }],
    ['may replace itself', 'exec echo new', { code: 0, out: 'new\n' }],
    ['may have a syntax error', 'if', { code: 2, err: expect.stringContaining('yntax') }],
    ['may kill itself', 'echo a; kill -9 $$', { code: 137, out: 'a\n' }],
    ['may kill its group', 'echo a; kill -9 0', { code: 137, out: 'a\n' }],
    ['may hold the end of our here-document', 'cat <<"Y"\nX\nE\nY\n', { code: 0, out: 'X\nE\n' }],
    [
      'may change what the lane itself uses',
      'a=1 b=2 n=3 s=4 op=q l=0; PATH=/none; unset IFS; echo ok',
      { code: 0, out: 'ok\n' },
    ],
  ])('%s', async (_title, script, wanted) => {
    expect(await run(script)).toMatchObject(wanted)
    expect(await run('echo next')).toMatchObject({ code: 0, out: 'next\n', err: '' })
  })

  test('that prints its environment and every command line never shows a whole mark', async () => {
    const all = await run('set; env; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "', { limitBytes: 10_000_000 })
    expect(all.code).toBe(0)
    expect(await run('echo next')).toMatchObject({ out: 'next\n' })
  })

  test('does not leave its background processes behind', async () => {
    const file = join(dir, 'late')
    expect(await run(`(sleep 1; touch ${file}) & echo now`)).toMatchObject({ code: 0, out: 'now\n' })
    await delay(1_300)
    expect(existsSync(file)).toBe(false)
  })

  test('of a megabyte arrives whole', async () => {
    const line = `: ${'x'.repeat(98)}\n`
    expect(await run(`${line.repeat(10_000)}echo end`)).toMatchObject({ code: 0, out: 'end\n' })
  })

  test('with a NUL byte is refused before it is sent', async () => {
    await expect(run('echo \0')).rejects.toThrow('NUL')
  })
})

describe('a lane', () => {
  test('keeps the first and last bytes of much output, and the code', async () => {
    const much = await run('echo first; head -c 50000000 /dev/zero; echo last; exit 7', { limitBytes: 1_000 })
    expect(much.code).toBe(7)
    expect(much.out.startsWith('first\n')).toBe(true)
    expect(much.out.endsWith('last\n')).toBe(true)
    expect(much.out.length).toBe(2_000)
    expect(await run('echo next')).toMatchObject({ out: 'next\n' })
  })

  test('ends a probe that prints too much', async () => {
    expect(await run('cat /dev/zero', { limitBytes: 1_000, beyond: 'end' })).toMatchObject({
      code: 137,
      ended: 'output',
    })
    expect(await run('echo next')).toMatchObject({ out: 'next\n' })
  })

  test('ends a script that never ends, with its children, though they ignore TERM', async () => {
    const script = "trap '' TERM; sleep 60 & sleep 60"
    expect(await run(script, { timeoutMs: 300 })).toMatchObject({ ended: 'timeout' })
    expect(await run('echo next')).toMatchObject({ out: 'next\n' })
  })

  test('lets a script go on while it says something, where time counts from its output, and ends it when it is silent', async () => {
    const counted = { timeoutMs: 700, countsFrom: 'output' as const }
    expect(await run('for i in 1 2 3 4 5; do echo $i; sleep 0.3; done', counted)).toMatchObject({ code: 0 })
    expect(await run('echo on; sleep 60', counted)).toMatchObject({ out: 'on\n', ended: 'timeout' })
    expect(await run('echo next')).toMatchObject({ out: 'next\n' })
  })

  test('ends a script on abort', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 200)
    expect(await run('sleep 60', { signal: abort.signal })).toMatchObject({ ended: 'abort' })
    expect(await run('sleep 60', { signal: AbortSignal.abort() })).toMatchObject({ ended: 'abort' })
    expect(await run('echo next')).toMatchObject({ out: 'next\n' })
  })

  test('is given up when a process that left the group holds its streams', async () => {
    const held = await run('setsid sleep 30 & sleep 0.2; echo $!')
    expect(held).toMatchObject({ code: 0, held: true })
    process.kill(Number(held.out), 'SIGKILL')
    expect(lane.usable).toBe(false)
    await expect(run('echo next')).rejects.toMatchObject({ unsent: true })
  })

  test('that dies in the middle says so', async () => {
    const other = await open()
    const running = other.run('sleep 5', usual)
    other.drop()
    await expect(running).rejects.toBeInstanceOf(LaneLostError)
  })

  test('skips what a login shell prints before its hello', async () => {
    const noisy = await open('echo Welcome; echo "Last login" >&2; ')
    expect((await noisy.run('echo ok', usual)).stdout.bytes.toString()).toBe('ok\n')
    noisy.close()
  })

  test('that never says hello is given up with what was printed', async () => {
    const silent = openLane(['/bin/sh', '-c', 'echo "no shell for you" >&2; exec sleep 20'], { helloMs: 300 })
    await expect(silent).rejects.toMatchObject({ stderr: expect.stringContaining('no shell for you') })
    const ended = openLane(['/bin/sh', '-c', 'echo gone >&2; exit 5'], { helloMs: 5_000 })
    await expect(ended).rejects.toMatchObject({ code: 5, stderr: 'gone' })
    await expect(openLane(['/none/such'], { helloMs: 5_000 })).rejects.toBeInstanceOf(LaneLostError)
  })
})
