/** One table of behaviours over every road to a node: what holds for one holds for all. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { systemClock } from '../../src/base/clock.ts'
import { Later } from '../../src/base/later.ts'
import { Secret, sealerOf, sha256 } from '../../src/base/secret.ts'
import type { ClaimNote } from '../../src/engine/claim.ts'
import type { Connection } from '../../src/engine/connection.ts'
import type { Command } from '../../src/engine/kind.ts'
import { openTransport } from '../../src/transport/open.ts'
import type { NodeJob, NodeOutcome, Question, Seen, Transport } from '../../src/transport/transport.ts'
import { smallFacts } from '../facts.ts'
import type { ClientOptions } from '../transport/client.ts'
import { anyText, textKind, writeText } from '../transport/kinds.ts'
import { type Sshd, sshdMissing, startSshd } from '../transport/sshd.ts'

const never = new AbortController().signal
const sealer = sealerOf(Buffer.alloc(32, 7))
const node = addressOf('node', 'test')
const root = mkdtempSync(join(tmpdir(), 'ays-t-'))
const runtimeDir = join(root, 'run')
let sshd: Sshd | undefined
let clientFile = ''

beforeAll(async () => {
  if (!sshdMissing()) sshd = await startSshd(join(root, 'sshd'))
  clientFile = join(root, 'client.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, '../transport/client.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: clientFile,
    logLevel: 'error',
  })
}, 60_000)

afterAll(async () => {
  const masters = existsSync(runtimeDir) ? readdirSync(runtimeDir).filter((name) => name.startsWith('cm-')) : []
  for (const name of masters) spawnSync('ssh', ['-O', 'exit', '-o', `ControlPath=${join(runtimeDir, name)}`, 'master'])
  await sshd?.stop()
  rmSync(root, { recursive: true, force: true })
})

type Road = Connection['road']

function connectionOf(road: Road): Connection {
  if (road === 'local') return { road }
  if (road === 'sim') return { road, facts: simFacts }
  return {
    road,
    host: '127.0.0.1',
    port: sshd?.port ?? 0,
    user: 'root',
    hostKey: sshd?.hostKey ?? '',
    identity: new Secret('test', sshd?.key ?? '', sealer),
  }
}

const simFacts = smallFacts('simulated')

let dir: string
let transport: Transport
const opened: Transport[] = []

function open(road: Road, more: Partial<Parameters<typeof openTransport>[0]> = {}): Transport {
  const transport = openTransport({
    node,
    connection: connectionOf(road),
    sealer,
    factsLook: { program: 'echo "$AYS"', parse: (answer) => ({ ...simFacts, hostname: answer.trim() }) },
    runtimeDir,
    simDir: join(dir, 'sim'),
    clock: systemClock,
    folder: join(dir, 'ays'),
    lookMs: 1_000,
    singleLookMs: 1_000,
    ...more,
  })
  opened.push(transport)
  return transport
}

const path = (name: string): string => join(dir, name)
const question = (name: string, text = 'hello\n'): Question => ({
  kind: anyText,
  thing: `text:${path(name)}`,
  wanted: { path: path(name), text },
})
const step = (name: string, commands: readonly Command[], text = 'hello\n') => ({
  question: question(name, text),
  commands,
  becomes: { text },
})
const jobOf = (id: string, more: Partial<NodeJob> = {}): NodeJob => ({
  id,
  fence: 1,
  workspace: 'w1',
  service: addressOf('file', 'x'),
  steps: [],
  expect: [],
  afterwards: [],
  claim: [],
  unclaim: [],
  ...more,
})
const claimOf = (thing: string): ClaimNote => ({ thing, kind: 'text@1', environment: 'prod', before: 'bare' })
/** Of the answer of a file that is not there. */
const goneDigest = sha256('gone\n')
const foundOf = (seen: Seen | undefined): unknown =>
  seen?.finding.state === 'seen' ? seen.finding.found : seen?.finding
const run = (script: string, more: Partial<Command> = {}): Command => ({
  title: 'run',
  run: { script, args: [] },
  ...more,
})
async function actOne(job: NodeJob, over = transport): Promise<NodeOutcome> {
  const [outcome] = await over.act([job], never)
  if (!outcome) throw new Error('no outcome')
  return outcome
}
async function resultsOf(commands: readonly Command[], id = 'job'): Promise<Extract<NodeOutcome, { ran: unknown }>> {
  const outcome = await actOne(jobOf(id, { steps: [step('a', commands)] }))
  if (outcome.state !== 'done' && outcome.state !== 'failed') throw new Error(JSON.stringify(outcome))
  return outcome
}

beforeEach(() => {
  dir = mkdtempSync(join(root, 'w-'))
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

describe.each<Road>(['local', 'sim', 'ssh'])('over the %s road', (road) => {
  beforeEach((ctx) => {
    const missing = road === 'ssh' ? sshdMissing() : undefined
    if (missing) ctx.skip(missing)
    transport = open(road)
  })

  test('a bare node shows what is bare, in the order that was asked', async () => {
    const seen = await transport.look([question('b'), question('a')], never)
    expect(seen.map(foundOf)).toEqual([textKind.bare, textKind.bare])
    expect(seen[0]?.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a job does its work and shows what is there afterwards; the same looks then give the same digests', async () => {
    const outcome = await actOne(
      jobOf('j', { steps: [step('a', [writeText(path('a'), 'hello\n')])], afterwards: [question('a')] }),
    )
    expect(outcome).toMatchObject({ state: 'done', ran: [{ title: `write ${path('a')}`, code: 0 }] })
    expect(outcome.state === 'done' && foundOf(outcome.seen[0])).toMatchObject({ text: 'hello\n' })
    const [again] = await transport.look([question('a')], never)
    expect(outcome.state === 'done' && outcome.seen[0]?.digest).toBe(again?.digest)
  })

  test('a job whose answers are as expected runs, others do nothing and show the answers', async () => {
    const [seenA, seenB] = await transport.look([question('a'), question('b')], never)
    const expected = [
      { question: question('a'), digest: seenA?.digest ?? '' },
      { question: question('b'), digest: seenB?.digest ?? '' },
    ]
    const first = jobOf('j1', { expect: expected, steps: [step('a', [writeText(path('a'), 'hello\n')])] })
    expect(await actOne(first)).toMatchObject({ state: 'done' })
    const late = await actOne(jobOf('j2', { expect: expected, steps: [step('b', [writeText(path('b'), 'hello\n')])] }))
    expect(late).toMatchObject({ state: 'moved' })
    expect(late.state === 'moved' && late.seen.map(foundOf)).toMatchObject([{ text: 'hello\n' }, { text: null }])
    expect((await transport.look([question('b')], never)).map(foundOf)).toMatchObject([{ text: null }])
  })

  test('the same id runs once; the second call attaches and sees the end of the first', async () => {
    const job = jobOf('once', {
      steps: [step('a', [run(`echo line >>${path('count')}`)])],
      afterwards: [question('a')],
    })
    expect(await actOne(job)).toMatchObject({ state: 'done' })
    expect(await actOne(job)).toMatchObject({ state: 'done', ran: [{ code: 0 }] })
    if (road !== 'sim') expect(readFileSync(path('count'), 'utf8')).toBe('line\n')
    expect(await transport.attach(['once', 'other'], never)).toEqual([{ state: 'ended' }, { state: 'never began' }])
    expect(await transport.end(['once', 'other'], never)).toEqual([{ state: 'ended' }, { state: 'never began' }])
  })

  test('an older fence of the same workspace is refused, another workspace has its own', async () => {
    expect(await actOne(jobOf('n', { fence: 5 }))).toMatchObject({ state: 'done' })
    expect(await actOne(jobOf('o', { fence: 4 }))).toMatchObject({ state: 'refused', problem: { code: 'FENCED' } })
    expect(await actOne(jobOf('p', { fence: 5 }))).toMatchObject({ state: 'done' })
    expect(await actOne(jobOf('q', { fence: 1, workspace: 'w2' }))).toMatchObject({ state: 'done' })
    expect(await transport.attach(['o'], never)).toEqual([{ state: 'never began' }])
  })

  test('several jobs run in order, and a failure of one does not hold up the next', async () => {
    const jobs = ['a', 'b', 'c'].map((name) =>
      jobOf(`j-${name}`, { steps: [step(name, [writeText(path(name), 'hello\n')])], afterwards: [question(name)] }),
    )
    const outcomes = await transport.act(jobs, never)
    expect(outcomes.map((outcome) => outcome.state)).toEqual(['done', 'done', 'done'])
  })

  test('claims are noted and dropped, and facts say what the node is', async () => {
    await actOne(jobOf('c1', { claim: [claimOf('text:a'), claimOf('text:b')] }))
    await actOne(jobOf('c2', { workspace: 'w2', claim: [claimOf('text:c')], unclaim: ['text:b'] }))
    await actOne(jobOf('c3', { unclaim: ['text:a'] }))
    const facts = await transport.facts(never)
    if (road === 'sim') {
      expect(facts.claims).toEqual({
        'text:b': { workspace: 'w1', service: 'file/x', kind: 'text@1', environment: 'prod', before: 'bare' },
        'text:c': { workspace: 'w2', service: 'file/x', kind: 'text@1', environment: 'prod', before: 'bare' },
      })
    } else {
      expect(facts.hostname).toBe(join(dir, 'ays'))
      expect(readFileSync(path('ays/claims'), 'utf8')).toBe(
        'text:b\tw1\tfile/x\ttext@1\tprod\tbare\ntext:c\tw2\tfile/x\ttext@1\tprod\tbare\n',
      )
    }
  })

  test('what is known only after apply never reaches a node: its placeholder is a bug, and nothing is done', async () => {
    const later = new Later('string', [{ from: node, output: 'hostname', when: 'after' }])
    const token = String(later.standIns[0])
    const secret = new Secret('test', `password ${token}`, sealer)
    const refused = 'known only after apply was about to be sent to a node'
    const commands: readonly Command[] = [
      writeText(path('a'), `host ${token}\n`),
      run('echo "$1" >"$2"', { run: { script: 'echo "$1" >"$2"', args: [token, path('a')] } }),
      run('cat', { run: { argv: ['cat'], stdin: token } }),
    ]
    for (const [i, command] of commands.entries())
      await expect(actOne(jobOf(`p${i}`, { steps: [step('a', [command])] }))).rejects.toThrow(refused)
    if (road !== 'sim') {
      const [hidden, asked] = [run('cat', { run: { argv: ['cat'], stdin: secret } }), question(`a${token}`)]
      await expect(actOne(jobOf('s', { steps: [step('a', [hidden])] }))).rejects.toThrow(refused)
      await expect(transport.look([asked], never)).rejects.toThrow(refused)
    }
    const [seen] = await transport.look([question('a')], never)
    expect(foundOf(seen)).toEqual(textKind.bare)
  })

  test('a job with an undo stays done once a new contact confirms it, and is confirmed once', async () => {
    const undo = { commands: [writeText(path('a'), 'former\n')], afterMs: 60_000 }
    await actOne(jobOf('j', { steps: [step('a', [writeText(path('a'), 'hello\n')])], undo }))
    expect(await transport.confirm('j', never)).toBe('confirmed')
    expect(await transport.confirm('j', never)).toBe('not armed')
    expect(await transport.confirm('never begun', never)).toBe('not armed')
    expect((await transport.look([question('a')], never)).map(foundOf)).toMatchObject([{ text: 'hello\n' }])
  })

  test('an interrupted call says so', async () => {
    await expect(transport.look([question('a')], AbortSignal.abort())).rejects.toMatchObject({
      problem: { code: 'CANCELLED' },
    })
  })
})

describe.each<Exclude<Road, 'sim'>>(['local', 'ssh'])('on a real node over the %s road', (road) => {
  beforeEach((ctx) => {
    const missing = road === 'ssh' ? sshdMissing() : undefined
    if (missing) ctx.skip(missing)
    transport = open(road)
  })

  test('one look that hangs and one that fails are unknown, the others are seen', async () => {
    writeFileSync(path('a'), 'there')
    const seen = await transport.look([question('a'), question('hang'), question('broken'), question('b')], never)
    expect(foundOf(seen[0])).toMatchObject({ text: 'there' })
    expect(seen[1]?.finding).toMatchObject({ state: 'unknown', problem: { code: 'LOOK_FAILED' } })
    expect(seen[2]?.finding).toMatchObject({
      state: 'unknown',
      problem: { message: expect.stringContaining('it is broken') },
    })
    expect(seen[1]?.digest).toBe('')
    expect(foundOf(seen[3])).toEqual({ text: null })
  })

  test('a job whose look afterwards hangs is done, and only that thing is unknown', async () => {
    const outcome = await actOne(jobOf('h', { afterwards: [question('a'), question('hang')] }))
    expect(outcome.state === 'done' && outcome.seen.map((seen) => seen.finding.state)).toEqual(['seen', 'unknown'])
  })

  test('digests of secrets leave the node only sealed with the key of the workspace', async () => {
    writeFileSync(path('a'), 'secret\n')
    const [seen] = await transport.look([question('a')], never)
    expect(foundOf(seen)).toMatchObject({ sealed: sealer(sha256('secret\n')) })
  })

  test('many files are written whole, with mode and owner, each with a result', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `f ${i}'s`)
    const commands = names.map((name) => writeText(path(name), `${name}\0\n`))
    const outcome = await resultsOf([...commands, writeText(path('empty'), '')])
    expect(outcome.state).toBe('done')
    expect(outcome.ran.map((result) => result.code)).toEqual([...names.map(() => 0), 0])
    expect(readFileSync(path("f 7's"), 'utf8')).toBe("f 7's\0\n")
    expect(statSync(path('empty')).mode & 0o777).toBe(0o640)
    expect(readdirSync(dir).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('a write that cannot be done fails, what stood before it is written, what came after is not', async () => {
    mkdirSync(path('folder'))
    const commands = ['one', 'folder', 'two'].map((name) => writeText(path(name), 'x'))
    const outcome = await resultsOf(commands)
    expect(outcome).toMatchObject({
      state: 'failed',
      ran: [{ code: 0 }, { code: 1, stderr: expect.stringContaining('folder') }],
    })
    expect([existsSync(path('one')), existsSync(path('two'))]).toEqual([true, false])
    expect(statSync(path('folder')).isDirectory()).toBe(true)
  })

  test('a write for an owner that does not exist fails, and leaves what was there', async () => {
    writeFileSync(path('kept'), 'old')
    const run = { write: path('kept'), content: 'new', mode: 0o600, owner: 'no-such-user', group: 'root' }
    const outcome = await resultsOf([writeText(path('one'), 'x'), { title: 'write', run }])
    expect(outcome).toMatchObject({ state: 'failed', ran: [{ code: 0 }, { code: 1 }] })
    expect([readFileSync(path('one'), 'utf8'), readFileSync(path('kept'), 'utf8')]).toEqual(['x', 'old'])
  })

  test('commands stop at the first that fails', async () => {
    const outcome = await resultsOf([run('echo out; echo err >&2'), run('exit 3'), run(`touch ${path('late')}`)])
    expect(outcome).toMatchObject({
      state: 'failed',
      ran: [{ code: 0, stdout: 'out\n', stderr: 'err\n' }, { code: 3 }],
    })
    expect(existsSync(path('late'))).toBe(false)
  })

  test('a guard that objects keeps its command from running, with its reason', async () => {
    const guard = { script: 'echo "there is a file system on $1" >&2; exit 1', args: ['/dev/x y'] }
    const outcome = await resultsOf([run(`touch ${path('done')}`, { guard })])
    expect(outcome).toMatchObject({
      state: 'failed',
      ran: [{ code: -1, stderr: 'there is a file system on /dev/x y\n' }],
    })
    expect(existsSync(path('done'))).toBe(false)
  })

  test('arguments and stdin arrive byte for byte', async () => {
    const odd = `it's "$HOME" \\ \n*\t€`
    const outcome = await resultsOf([
      { title: 'args', run: { script: 'printf %s "$1"; cat', args: [odd], stdin: `${odd}\0end` } },
      { title: 'argv', run: { argv: ['printf', '%s', odd] } },
    ])
    expect(outcome.ran.map((result) => result.stdout)).toEqual([`${odd}${odd}\0end`, odd])
  })

  test('what a command prints of its secret is redacted, and no trace of it stays on the node', async () => {
    const secret = new Secret('secrets.db', 'correct-horse-1', sealer)
    const outcome = await resultsOf([
      {
        title: 'leak',
        run: { script: 'read -r s; echo "is $s"; printf %s "$s" | base64 >&2', args: [], stdin: secret },
      },
      writeText(path('other'), 'plain'),
    ])
    expect(outcome.ran[0]).toMatchObject({ code: 0, stdout: 'is ‹secret›\n' })
    expect(JSON.stringify(outcome)).not.toContain('correct-horse')
    expect(JSON.stringify(outcome)).not.toContain(Buffer.from('correct-horse-1').toString('base64').replace(/=+$/, ''))
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .map(path)
      .filter((file) => statSync(file).isFile())
    expect(files.filter((file) => readFileSync(file, 'utf8').includes('correct-horse'))).toEqual([])
  })

  test('a job that nobody confirms is taken back by the node, and says so', async () => {
    const undo = {
      commands: [writeText(path('a'), 'former\n'), run('rm "$1"', { run: { script: 'rm "$1"', args: [path('b')] } })],
      afterMs: 1_000,
    }
    const steps = [step('a', [writeText(path('a'), 'hello\n')]), step('b', [writeText(path('b'), 'hello\n')])]
    expect(await actOne(jobOf('j', { steps, undo }))).toMatchObject({ state: 'done' })
    await until(() => !existsSync(path('b')))
    expect(await transport.confirm('j', never)).toBe('undone')
    expect(readFileSync(path('a'), 'utf8')).toBe('former\n')
  })

  test('a job that was not begun arms no undo', async () => {
    const expect_ = [{ question: question('a'), digest: 'f'.repeat(64) }]
    const undo = { commands: [writeText(path('a'), 'former\n')], afterMs: 60_000 }
    const job = jobOf('j', { expect: expect_, steps: [step('a', [writeText(path('a'), 'hello\n')])], undo })
    expect(await actOne(job)).toMatchObject({ state: 'moved' })
    expect(await transport.confirm('j', never)).toBe('not armed')
  })

  test('a command that says something now and then lives past its limit, and what it says reaches the end', async () => {
    const script = 'for i in 1 2 3 4 5; do echo $i; echo $i >&2; sleep 0.6; done'
    const outcome = await resultsOf([run(script, { timeoutMs: 1_000 }), run(`touch ${path('next')}`)])
    expect(outcome).toMatchObject({ state: 'done', ran: [{ code: 0, stdout: '1\n2\n3\n4\n5\n' }, { code: 0 }] })
    expect(existsSync(path('next'))).toBe(true)
  }, 15_000)

  test('a silent command is ended with all that it started, says 124, and what comes after it does not run', async () => {
    const script = `echo first; trap '' TERM; (sleep 60; touch ${path('late')}) & echo $! >${path('pid')}; sleep 60`
    const outcome = await resultsOf([run(script, { timeoutMs: 1_000 }), run(`touch ${path('next')}`)])
    expect(outcome).toMatchObject({ state: 'failed', ran: [{ code: 124, stdout: 'first\n' }] })
    expect(existsSync(path('next'))).toBe(false)
    await until(() => !isAlive(Number(readFileSync(path('pid'), 'utf8'))))
  }, 15_000)

  test('a silent command that is given a secret or text is ended as well', async () => {
    const outcome = await resultsOf([
      { title: 'read', run: { script: 'cat; sleep 60', args: [], stdin: 'text' }, timeoutMs: 1_000 },
    ])
    expect(outcome).toMatchObject({ state: 'failed', ran: [{ code: 124, stdout: 'text' }] })
  }, 15_000)

  test('much output is kept from both ends', async () => {
    const outcome = await resultsOf([run('echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo last')])
    const stdout = outcome.ran[0]?.stdout ?? ''
    expect(stdout.startsWith('first\n')).toBe(true)
    expect(stdout.endsWith('last\n')).toBe(true)
    expect(stdout.length).toBeLessThan(70_000)
  })

  test('a command runs as the user that it names', async () => {
    const outcome = await resultsOf([{ title: 'id', run: { argv: ['id', '-un'] }, as: 'nobody' }])
    expect(outcome.ran[0]).toMatchObject({ code: 0, stdout: 'nobody\n' })
  })

  test('commands that take the same lock never run at the same time, also over several transports', async () => {
    const script = `[ ! -e ${path('busy')} ] || echo twice >>${path('broken')}; : >${path('busy')}; sleep 0.3; rm ${path('busy')}`
    const others = [open(road), open(road)]
    await Promise.all(
      [transport, ...others].flatMap((each, i) =>
        ['x', 'y'].map((name) =>
          actOne(jobOf(`l-${i}-${name}`, { steps: [step('a', [run(script, { locks: ['apt', 'dpkg'] })])] }), each),
        ),
      ),
    )
    expect(existsSync(path('broken'))).toBe(false)
    expect(existsSync(path('busy'))).toBe(false)
  }, 20_000)

  test('a client killed in the middle of a job leaves it running: the next one waits for its end and finds it ran once', async () => {
    const script = `echo began >>${path('log')}; sleep 2; echo ended >>${path('log')}`
    const connection = connectionOf(road)
    const options: ClientOptions = {
      connection: connection.road === 'ssh' ? { ...connection, identity: undefined } : connection,
      ...(sshd ? { identity: sshd.key } : {}),
      folder: join(dir, 'ays'),
      runtimeDir,
      id: 'killed',
      script,
    }
    const client = spawn(process.execPath, [clientFile, JSON.stringify(options)], { stdio: 'ignore' })
    await until(() => existsSync(path('log')))
    client.kill('SIGKILL')
    await new Promise((resolve) => client.once('exit', resolve))
    expect(await transport.attach(['killed'], never)).toEqual([{ state: 'ended' }])
    expect(readFileSync(path('log'), 'utf8')).toBe('began\nended\n')
    expect(await actOne(jobOf('killed', { steps: [step('a', [run(script)])] }))).toMatchObject({ state: 'done' })
    expect(readFileSync(path('log'), 'utf8')).toBe('began\nended\n')
  }, 20_000)

  test('a job whose process died without an end is said to have died', async () => {
    mkdirSync(join(dir, 'ays/jobs/gone'), { recursive: true })
    writeFileSync(join(dir, 'ays/jobs/gone/pid'), '999999 1 another-boot\n')
    expect(await transport.attach(['gone'], never)).toEqual([{ state: 'died' }])
    expect(await actOne(jobOf('gone'))).toMatchObject({ state: 'lost', problem: { code: 'NODE_LOST' } })
  })

  test('one job is ended with its group from elsewhere, though all lanes are busy, and the others go on', async () => {
    const slow = (name: string): NodeJob =>
      jobOf(name, {
        steps: [step(name, [run(`touch ${path(name)}; sleep 6; touch ${path(`${name}-late`)}`), run('true')])],
      })
    const others = ['s1', 's2', 's3'].map((name) => actOne(slow(name)))
    const outcomes = transport.act(
      [slow('s4'), jobOf('s5', { steps: [step('b', [run(`touch ${path('after')}`)])] })],
      never,
    )
    await until(() => ['s1', 's2', 's3', 's4'].every((name) => existsSync(path(name))))
    expect(await transport.end(['s4'], never)).toEqual([{ state: 'ended' }])
    expect(await outcomes).toMatchObject([{ state: 'failed', ran: [{ code: 137 }] }, { state: 'done' }])
    expect((await Promise.all(others)).map((one) => one.state)).toEqual(['done', 'done', 'done'])
    expect([existsSync(path('s4-late')), existsSync(path('after')), existsSync(path('s1-late'))]).toEqual([
      false,
      true,
      true,
    ])
  }, 30_000)

  test('what a killed client left running is ended, and a number that is another process by now is left alone', async () => {
    const connection = connectionOf(road)
    const options: ClientOptions = {
      connection: connection.road === 'ssh' ? { ...connection, identity: undefined } : connection,
      ...(sshd ? { identity: sshd.key } : {}),
      folder: join(dir, 'ays'),
      runtimeDir,
      id: 'left',
      script: `touch ${path('on')}; sleep 20; touch ${path('late')}`,
    }
    const client = spawn(process.execPath, [clientFile, JSON.stringify(options)], { stdio: 'ignore' })
    await until(() => existsSync(path('on')))
    client.kill('SIGKILL')
    await new Promise((resolve) => client.once('exit', resolve))
    const [leader = ''] = readFileSync(path('ays/jobs/left/group'), 'utf8').split('\n')
    expect(await transport.end(['left'], never)).toEqual([{ state: 'ended' }])
    expect(existsSync(`/proc/${leader}`)).toBe(false)
    expect(existsSync(path('late'))).toBe(false)

    const bystander = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' })
    mkdirSync(path('ays/jobs/old'))
    writeFileSync(path('ays/jobs/old/pid'), `999999 1 ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}`)
    writeFileSync(path('ays/jobs/old/group'), `${bystander.pid}\n1\n`)
    expect(await transport.end(['old'], never)).toEqual([{ state: 'died' }])
    expect(bystander.exitCode ?? bystander.signalCode).toBe(null)
    bystander.kill('SIGKILL')
  }, 30_000)

  test('ending what runs stops the command with its group, and the jobs behind it do not begin', async () => {
    const jobs = [
      jobOf('r1', { steps: [step('a', [run(`touch ${path('on')}; sleep 20; touch ${path('late')}`)])] }),
      jobOf('r2', { steps: [step('b', [run(`touch ${path('second')}`)])] }),
    ]
    const outcomes = transport.act(jobs, never)
    await until(() => existsSync(path('on')))
    await transport.endRunning()
    expect(await outcomes).toMatchObject([{ state: 'failed' }, { state: 'refused', problem: { code: 'CANCELLED' } }])
    expect(existsSync(path('second'))).toBe(false)
  }, 15_000)

  test('exec gives code and streams, bounds them, and knows when time is over', async () => {
    expect(
      await transport.exec({ argv: ['sh', '-c', 'cat; echo no >&2; exit 4'], stdin: 'in' }, { signal: never }),
    ).toEqual({
      code: 4,
      stdout: 'in',
      stderr: 'no\n',
    })
    const much = await transport.exec({ argv: ['sh', '-c', 'head -c 5000000 /dev/zero; echo last'] }, { signal: never })
    expect(much.stdout.length).toBeLessThan(70_000)
    expect(much.stdout.endsWith('last\n')).toBe(true)
    const slow = await transport.exec({ argv: ['sleep', '20'] }, { timeoutMs: 300, signal: never })
    expect(slow.code).toBe(124)
  })

  test('a workspace that leaves takes its claims along, and the folder of ays unless another claims something', async () => {
    await actOne(jobOf('l1', { claim: [claimOf('text:a')] }))
    await actOne(jobOf('l2', { workspace: 'w2', claim: [claimOf('text:b')] }))
    mkdirSync(path('ays/started'))
    await transport.leave('w1', never)
    expect(readFileSync(path('ays/claims'), 'utf8')).toMatch(/^text:b\tw2\t.*\n$/)
    await transport.leave('w2', never)
    expect(existsSync(join(dir, 'ays'))).toBe(false)
    await transport.leave('w1', never)
  })

  test('of many small jobs in one exchange each has its own outcome: moved, failed, done', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    mkdirSync(path('d'))
    const seen = await transport.look(
      names.map((name) => question(name)),
      never,
    )
    writeFileSync(path('b'), 'meanwhile')
    const jobs = names.map((name, i) =>
      jobOf(`m-${name}`, {
        expect: [{ question: question(name), digest: seen[i]?.digest ?? '' }],
        steps: [step(name, [writeText(path(name), 'hello\n')])],
        afterwards: [question(name)],
        claim: [claimOf(`text:${path(name)}`)],
      }),
    )
    const outcomes = await transport.act(jobs, never)
    expect(outcomes).toMatchObject([
      { state: 'done', ran: [{ code: 0 }] },
      { state: 'moved' },
      { state: 'done', ran: [{ code: 0 }] },
      { state: 'failed', ran: [{ code: 1, stderr: expect.stringContaining('is a folder') }] },
      { state: 'done', ran: [{ code: 0 }] },
    ])
    expect(outcomes.map((outcome) => 'seen' in outcome && foundOf(outcome.seen[0]))).toMatchObject([
      { text: 'hello\n' },
      { text: 'meanwhile' },
      { text: 'hello\n' },
      { text: null },
      { text: 'hello\n' },
    ])
    expect(readFileSync(path('b'), 'utf8')).toBe('meanwhile')
    const claims = readFileSync(path('ays/claims'), 'utf8')
    expect(names.filter((name) => claims.includes(`text:${path(name)}\t`))).toEqual(['a', 'c', 'd', 'e'])
    expect(readdirSync(path('ays/jobs')).filter((name) => name.startsWith('.'))).toEqual([])
    expect(readdirSync(dir).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('a look that hangs or fails holds up its own job and no other of the same exchange', async () => {
    const names = ['a', 'hang', 'broken', 'b']
    const jobs = names.map((name) =>
      jobOf(`h-${name}`, {
        expect: [{ question: question(name), digest: goneDigest }],
        steps: [step(name, [writeText(path(name), 'hello\n')])],
        afterwards: [question(name)],
      }),
    )
    const outcomes = await transport.act(jobs, never)
    expect(outcomes.map(({ state }) => state)).toEqual(['done', 'moved', 'moved', 'done'])
    expect(outcomes.map((outcome) => 'seen' in outcome && outcome.seen[0]?.finding.state)).toEqual([
      'seen',
      'unknown',
      'unknown',
      'seen',
    ])
    expect(names.map((name) => existsSync(path(name)))).toEqual([true, false, false, true])
  }, 15_000)

  test('a job that looks at what an earlier one of the same exchange wrote sees it', async () => {
    const jobs = ['one', 'two'].map((id) =>
      jobOf(`o-${id}`, {
        expect: [{ question: question('x'), digest: goneDigest }],
        steps: [step('x', [writeText(path('x'), `${id}\n`)])],
        afterwards: [question('x')],
      }),
    )
    const outcomes = await transport.act(jobs, never)
    expect(outcomes.map(({ state }) => state)).toEqual(['done', 'moved'])
    expect(outcomes.map((outcome) => 'seen' in outcome && foundOf(outcome.seen[0]))).toMatchObject([
      { text: 'one\n' },
      { text: 'one\n' },
    ])
    expect(readFileSync(path('x'), 'utf8')).toBe('one\n')
  })

  test('contents of every sort arrive byte for byte, in folders that are made for them', async () => {
    const contents = [
      '',
      '\n',
      'no end',
      'two\n\n',
      '\r\n',
      "tab\t\\n $x `y` 'q'\n",
      'ü€\n',
      '\0',
      `${'x'.repeat(70_000)}\n`,
    ]
    const names = ['plain', 'a b', "it's", 'back\\slash', '-n', '.hidden', 'ü', '*', 'q"']
    const jobs = contents.map((content, i) =>
      jobOf(`c-${i}`, {
        steps: [
          step(`c${i}`, [
            writeText(path(`new/one/${names[i]}`), content),
            { title: 'write', run: { write: path(`new/${i}`), content, mode: 0o4755, owner: 'root', group: 'root' } },
            writeText(path(`new/one/${names[i]}.again`), content),
          ]),
        ],
      }),
    )
    const outcomes = await transport.act(jobs, never)
    expect(outcomes).toMatchObject(
      contents.map(() => ({ state: 'done', ran: [{ code: 0 }, { code: 0 }, { code: 0 }] })),
    )
    const read = (name: string): string => readFileSync(path(`new/${name}`), 'utf8')
    expect(names.map((name) => read(`one/${name}`))).toEqual(contents)
    expect(names.map((name) => read(`one/${name}.again`))).toEqual(contents)
    expect(names.map((_name, i) => read(String(i)))).toEqual(contents)
    expect(statSync(path('new/3')).mode & 0o7777).toBe(0o4755)
  })

  test('a job whose write fails does not write on, and others do', async () => {
    mkdirSync(path('folder'))
    const jobs = ['a', 'folder', 'b'].map((name) =>
      jobOf(`f-${name}`, { steps: [step(name, [writeText(path(name), 'x'), writeText(path(`${name}2`), 'x')])] }),
    )
    expect(await transport.act(jobs, never)).toMatchObject([
      { state: 'done', ran: [{ code: 0 }, { code: 0 }] },
      { state: 'failed', ran: [{ code: 1 }] },
      { state: 'done', ran: [{ code: 0 }, { code: 0 }] },
    ])
    expect([existsSync(path('b2')), existsSync(path('folder2'))]).toEqual([true, false])
  })

  test('folders of old jobs are pruned to the newest fifty', async () => {
    const jobs = Array.from({ length: 60 }, (_, i) => jobOf(`p${i}`))
    expect((await transport.act(jobs, never)).map(({ state }) => state)).toEqual(jobs.map(() => 'done'))
    expect(readdirSync(join(dir, 'ays/jobs')).length).toBe(50)
  })
})

describe('the ssh road', () => {
  beforeEach((ctx) => {
    const missing = sshdMissing()
    if (missing) ctx.skip(missing)
  })
  const over = (change: Partial<Extract<Connection, { road: 'ssh' }>>): Transport => {
    const connection = connectionOf('ssh')
    return open('ssh', { connection: connection.road === 'ssh' ? { ...connection, ...change } : connection })
  }

  test('refuses a node that shows another host key than the pinned one, even with a connection open to it', async () => {
    await open('ssh').look([question('a')], never)
    await expect(over({ hostKey: sshd?.otherHostKey ?? '' }).look([question('a')], never)).rejects.toMatchObject({
      problem: { code: 'HOST_KEY_CHANGED' },
    })
  })

  test('refuses an unknown host key', async () => {
    const unknown = over({ hostKey: undefined, host: 'ays-test-unknown.invalid', proxyCommand: proxyOf([]) })
    await expect(unknown.facts(never)).rejects.toMatchObject({ problem: { code: 'HOST_KEY_UNKNOWN' } })
  })

  test('says when the login is not accepted', async () => {
    const stranger = over({ identity: new Secret('test', sshd?.strangerKey ?? '', sealer) })
    await expect(stranger.facts(never)).rejects.toMatchObject({ problem: { code: 'AUTH_FAILED' } })
  })

  test('says when nothing answers, with what ssh said', async () => {
    await expect(over({ port: 1 }).facts(never)).rejects.toMatchObject({
      problem: { code: 'NODE_UNREACHABLE', message: expect.stringContaining('refused') },
    })
  })

  test('goes through a proxy command whose words need quoting', async () => {
    const through = over({ proxyCommand: proxyOf(['sink hole', '%h']) })
    expect((await through.facts(never)).hostname).toBe(join(dir, 'ays'))
  })

  test('leaves no private key behind', async () => {
    const mine = open('ssh')
    await mine.facts(never)
    await mine.close()
    expect(
      readdirSync(runtimeDir).filter((name) => name.startsWith('id-') && name.endsWith(`-${process.pid}`)),
    ).toEqual([])
  })

  test('a connection lost in the middle of a job makes its outcome lost, and the job goes on', async () => {
    const alone = over({ connectTimeoutMs: 9_000 })
    const job = jobOf('cut', { steps: [step('a', [run(`touch ${path('on')}; sleep 1.5; touch ${path('late')}`)])] })
    const outcome = alone.act([job], never)
    await until(() => existsSync(path('on')))
    const pid = readFileSync(join(dir, 'ays/jobs/cut/pid'), 'utf8').split(' ')[0] ?? ''
    process.kill(sshdSessionOf(Number(pid)), 'SIGKILL')
    expect(await outcome).toMatchObject([{ state: 'lost', problem: { code: 'NODE_LOST' } }])
    expect(await open('ssh').attach(['cut'], never)).toEqual([{ state: 'ended' }])
    expect(existsSync(path('late'))).toBe(true)
  }, 20_000)
})

/** A proxy of nothing but Node: connects stdin and stdout with our sshd, whatever its other words are. */
function proxyOf(more: readonly string[]): string[] {
  const program = `const s = require('net').connect(${sshd?.port}, '127.0.0.1'); process.stdin.pipe(s).pipe(process.stdout)`
  return [process.execPath, '-e', program, ...more]
}

/** The sshd process above a script of its node. */
function sshdSessionOf(pid: number): number {
  for (let at = pid; at > 1; ) {
    const stat = readFileSync(`/proc/${at}/stat`, 'utf8')
    if (stat.includes('(sshd)')) return at
    at = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  }
  throw new Error('no sshd above')
}

/** A process that ended and was not waited for is not alive. */
function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
  return stat !== '' && !/\) Z /.test(stat)
}

async function until(met: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (met()) return
    await delay(50)
  }
  throw new Error('never came')
}
