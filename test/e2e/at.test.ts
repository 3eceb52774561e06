/** `ays --at`: the state on one machine, the blueprints on others; over a real sshd. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { sshdMissing, startSshd } from '../transport/sshd.ts'
import { lacksProgram, openWorld, textOf, until, type World } from './world.ts'

const program = resolve(dirname(fileURLToPath(import.meta.url)), '../../bin/ays.js')

beforeEach((ctx) => {
  const lack = lacksProgram() ?? sshdMissing()
  if (lack) ctx.skip(`needs ${lack}`)
})

interface Host {
  /** Where the state is, and what nodes of the host note. */
  readonly folder: string
  readonly at: readonly string[]
  /** Environment of an ays that may log in there. */
  readonly env: Readonly<Record<string, string>>
  /** Folders that --at left in its temporary folder. */
  left(): readonly string[]
}

/** A host with sshd; its ays keeps node/local's notes and temporary files in its own folder. */
async function openHost(): Promise<Host> {
  const folder = mkdtempSync(join(tmpdir(), 'ays-host-'))
  const sshd = await startSshd(join(folder, 'sshd'))
  onTestFinished(async () => {
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  mkdirSync(join(folder, 'tmp'))
  const ays = join(folder, 'ays')
  writeFileSync(
    ays,
    `#!/bin/sh\nexport AYS='${folder}/node' TMPDIR='${folder}/tmp'\nexec '${process.execPath}' '${program}' "$@"\n`,
  )
  chmodSync(ays, 0o755)
  // ssh of its own, as a person's ssh_config would have it: the wrapper is what PATH finds first.
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(folder, 'known'), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`)
  const config = join(folder, 'config')
  writeFileSync(
    config,
    `Host *\n  UserKnownHostsFile ${folder}/known\n  IdentityFile ${folder}/sshd/client\n  IdentitiesOnly yes\n  BatchMode yes\n`,
  )
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`)
  chmodSync(join(bin, 'ssh'), 0o755)
  return {
    folder,
    at: ['--at', `ssh://root@127.0.0.1:${sshd.port}${folder}/shop`, '--at-program', ays],
    env: { PATH: `${bin}:${process.env.PATH ?? ''}` },
    left: () => readdirSync(join(folder, 'tmp')),
  }
}

/** A checkout of the same workspace on another machine. */
function clone(host: Host, id: string, text: string, more: Readonly<Record<string, string>> = {}): World {
  const world = openWorld({ env: { ...host.env, ...more } })
  world.write('ays.yaml', `workspace: ${id}\nenv: [GREETING]\nsecrets: { token: { env: TOKEN } }\n`)
  world.write('blueprints/main.yaml', text)
  world.write('files/motd.txt', 'from a file\n')
  return world
}

const blueprint = (
  host: Host,
  word: string,
): string => `file__a: { node: local, path: ${host.folder}/here/a, content: "${word}\\n" }
file__motd: { node: local, path: ${host.folder}/here/motd, content: "\${file('files/motd.txt')}" }
`

test('a plan made in one checkout is applied from another; the state stays on the host, and nothing else', async () => {
  const host = await openHost()
  const id = randomUUID()
  const one = clone(host, id, blueprint(host, 'one'))
  const made = await one.ays(...host.at, 'plan', '--out', 'plan.json')
  expect([made.code, textOf(made)]).toEqual([2, expect.stringContaining('plan.json')])
  expect(readFileSync(join(one.folder, 'plan.json'), 'utf8')).toContain('"sources"')

  const two = clone(host, id, blueprint(host, 'one'))
  cpSync(join(one.folder, 'plan.json'), join(two.folder, 'plan.json'))
  await two.ok(...host.at, 'apply', 'plan.json', '--yes')
  expect(readFileSync(join(host.folder, 'here/a'), 'utf8')).toBe('one\n')
  expect(readFileSync(join(host.folder, 'here/motd'), 'utf8')).toBe('from a file\n')
  for (const world of [one, two]) expect((await world.ays(...host.at, 'plan')).code).toBe(0)
  expect([one, two].map((world) => existsSync(join(world.folder, '.ays')))).toEqual([false, false])
  expect([readdirSync(join(host.folder, 'shop')), host.left()]).toEqual([['.ays'], []])

  // The same plan again is stale, and so is one of other blueprints: the exit code and the problem come back.
  two.write('blueprints/main.yaml', blueprint(host, 'two'))
  const stale = await two.ays(...host.at, 'apply', 'plan.json', '--yes')
  expect([stale.code, textOf(stale)]).toEqual([1, expect.stringContaining('PLAN_STALE')])
  await two.ok(...host.at, 'destroy', '--yes')
  expect(existsSync(join(host.folder, 'here'))).toBe(false)
})

test('values of named variables and secrets travel, and are seen in no command line', async () => {
  const host = await openHost()
  const text = `file__env: { node: local, path: ${host.folder}/here/env, content: "\${env.GREETING}" }
file__secret: { node: local, path: ${host.folder}/here/secret, content: "\${secrets.token}", mode: "0600" }
`
  const world = clone(host, randomUUID(), text, { GREETING: 'hello there', TOKEN: 'planted-4711' })
  const applying = world.start(...host.at, 'apply', '--yes')
  const seen = new Set<string>()
  await until('the apply ends', { ...applying, ended: new Promise(() => {}) }, () => {
    for (const line of execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n'))
      if (line.includes('planted-4711') || line.includes('hello there')) seen.add(line)
    return applying.process.exitCode !== null
  })
  expect([(await applying.ended).code, [...seen]]).toEqual([0, []])
  expect(readFileSync(join(host.folder, 'here/env'), 'utf8')).toBe('hello there')
  expect(readFileSync(join(host.folder, 'here/secret'), 'utf8')).toBe('planted-4711')
  expect(host.left()).toEqual([])
  await world.ok(...host.at, 'destroy', '--yes')
})

test('Ctrl-C goes through: what runs is finished and written down, and the folder goes', async () => {
  const host = await openHost()
  const text = `command__slow: { node: local, run: "touch ${host.folder}/began; sleep 3; touch ${host.folder}/ended" }\n`
  const world = clone(host, randomUUID(), text)
  const applying = world.start(...host.at, 'apply', '--yes')
  await until('the command begins', applying, () => existsSync(join(host.folder, 'began')))
  expect(host.left()).toHaveLength(1)
  applying.process.kill('SIGINT')
  const { stdout } = await applying.ended
  expect(stdout).toContain('Interrupted')
  expect([existsSync(join(host.folder, 'ended')), host.left()]).toEqual([true, []])
  const runs = await world.ok(...host.at, 'runs', '--json')
  // The program's own output.
  expect((JSON.parse(runs.stdout) as { runs: { state: string }[] }).runs[0]?.state).toBe('ok')
})

test.each([
  ['a host without ays', ['--at-program', '/nowhere/ays'], ['plan'], 'AT_PROGRAM'],
  ['a command that is about files here', [], ['fmt'], 'AT_COMMAND'],
  ['a question that nobody can be asked', [], ['apply'], '--yes'],
])('%s is refused clearly', async (_, more, command, said) => {
  const host = await openHost()
  const world = clone(host, randomUUID(), blueprint(host, 'one'))
  const result = await world.ays(...host.at, ...more, ...command)
  expect([result.code, textOf(result)]).toEqual([1, expect.stringContaining(said)])
  expect(host.left()).toEqual([])
})

test('a host that cannot be reached says so, and so does a folder of another workspace', async () => {
  const host = await openHost()
  const world = clone(host, randomUUID(), blueprint(host, 'one'))
  expect(textOf(await world.ays('--at', 'ssh://root@127.0.0.1:1', 'plan'))).toContain('AT_UNREACHABLE')
  mkdirSync(join(host.folder, 'shop'))
  writeFileSync(join(host.folder, 'shop/ays.yaml'), `workspace: ${randomUUID()}\n`)
  expect(textOf(await world.ays(...host.at, 'plan'))).toContain('AT_WORKSPACE')
  expect(host.left()).toEqual([])
})
