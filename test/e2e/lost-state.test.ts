/** A state that is gone: noticed by what the nodes note, built anew from them, and the old one refused when it turns up. */
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openMachine } from './machine.ts'
import { lacksLab, lacksProgram, openWorld, textOf, type World } from './world.ts'

test('on a lab node: a lost state is noticed, recovered, and its removal leaves the node as it was', {
  timeout: 240_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const { port, agent, on } = await openMachine()
  await on('printf "from before\\n" >/etc/issue.test; chmod 640 /etc/issue.test')
  const shown = async () =>
    await on(
      'cat /etc/issue.test; stat -c "%a %U %n" /etc/issue.test; find /etc/shop /srv/shop /etc/systemd/system -name "*shop*"; getent passwd shop; find /var/lib/ays -type f ! -path "*/locks/*" | sort',
    )
  const before = await shown()

  const person = openWorld({ env: { SSH_AUTH_SOCK: agent } })
  person.write('ays.yaml', `workspace: ${randomUUID()}\n`)
  person.write(
    'blueprints/main.yaml',
    `node__web1: { host: 127.0.0.1, port: ${port}, user: root, connectTimeoutSeconds: 60 }
user__shop: { node: web1 }
file__issue: { node: web1, path: /etc/issue.test, content: "ours\\n" }
file__made: { node: web1, path: /etc/shop/deep/shop.conf, content: "a = 1\\n" }
unit__shop: { node: web1, exec: /bin/sleep infinity }
`,
  )
  await person.ok('apply', '--yes', '--accept-new-host-keys')
  expect((await person.ays('plan')).code).toBe(0)
  rmSync(join(person.folder, '.ays'), { recursive: true })

  for (const command of [['plan'], ['destroy', '--yes'], ['import', '--yes'], ['status']]) {
    const missing = await person.ays(...command)
    expect([command, missing.code, textOf(missing)]).toEqual([command, 1, expect.stringContaining('STATE_MISSING')])
  }
  expect(existsSync(join(person.folder, '.ays'))).toBe(false)

  await person.ok('state', 'recover', '--yes')
  const rest = await person.ays('plan')
  expect([rest.code, rest.stdout]).toEqual([0, expect.stringContaining('Nothing to do')])
  await person.ok('destroy', '--yes')
  expect(await shown()).toBe(before)
})

/** A workspace whose things lie in its own folder. */
function localShop(): { readonly world: World; blueprint(...names: string[]): void; file(name: string): string } {
  const world = openWorld({ local: true })
  world.write('ays.yaml', `workspace: ${randomUUID()}\n`)
  const file = (name: string): string => join(world.folder, 'here', name)
  return {
    world,
    file,
    blueprint: (...names) =>
      world.write(
        'blueprints/main.yaml',
        names.map((name) => `file__${name}: { node: local, path: ${file(name)}, content: "${name}\\n" }\n`).join(''),
      ),
  }
}

test('the recovered state acts, and the old one is refused when it turns up again', async (ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
  const { world, blueprint, file } = localShop()
  blueprint('a', 'b')
  await world.ok('apply', '--yes')
  const state = join(world.folder, '.ays')
  renameSync(state, `${state}.old`)
  await world.ok('state', 'recover', '--yes')

  cpSync(state, `${state}.new`, { recursive: true })
  rmSync(state, { recursive: true })
  renameSync(`${state}.old`, state)
  blueprint('a')
  for (const command of ['apply', 'destroy']) {
    const refused = await world.ays(command, '--yes')
    expect([command, refused.code, textOf(refused)]).toEqual([command, 1, expect.stringContaining('CLAIMED_ELSEWHERE')])
  }
  expect([file('a'), file('b')].map((path) => readFileSync(path, 'utf8'))).toEqual(['a\n', 'b\n'])

  rmSync(state, { recursive: true })
  renameSync(`${state}.new`, state)
  await world.ok('apply', '--yes')
  expect([file('a'), file('b')].map(existsSync)).toEqual([true, false])
  await world.ok('destroy', '--yes')
  expect([file('a'), join(world.folder, 'here'), join(world.folder, 'node')].map(existsSync)).toEqual([
    false,
    false,
    false,
  ])
})

test('what was changed by hand meanwhile is repaired after the recovery, and what no blueprint declares is listed', async (ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
  const { world, blueprint, file } = localShop()
  blueprint('a', 'b', 'gone')
  await world.ok('apply', '--yes')
  rmSync(join(world.folder, '.ays'), { recursive: true })
  writeFileSync(file('a'), 'by hand\n')
  rmSync(file('b'))
  blueprint('a', 'b')

  const recovered = await world.ok('state', 'recover', '--yes')
  expect(recovered.stdout).toMatch(
    /file\/gone is on node\/local, and no blueprint declares it: file:\S+gone \(file@1\)/,
  )
  await world.ok('apply', '--yes')
  expect([file('a'), file('b')].map((path) => readFileSync(path, 'utf8'))).toEqual(['a\n', 'b\n'])

  // As the hint says: declared again, recovered once more, and then taken out.
  blueprint('a', 'b', 'gone')
  await world.ok('state', 'recover', '--yes')
  blueprint('a')
  await world.ok('apply', '--yes')
  expect(existsSync(file('gone'))).toBe(false)
  await world.ok('destroy', '--yes')
  expect(existsSync(join(world.folder, 'node'))).toBe(false)
})

test('another environment of the same workspace is no lost state', async (ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
  const { world, blueprint, file } = localShop()
  blueprint('a')
  await world.ok('apply', '--yes')
  blueprint('b')
  await world.ok('apply', '--yes', '--env', 'staging')
  expect(readFileSync(file('b'), 'utf8')).toBe('b\n')
})

test('without a workspace id the lost state is named, as the node shows it', async (ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
  const { world, blueprint, file } = localShop()
  world.write('ays.yaml', '{}\n')
  blueprint('a')
  await world.ok('apply', '--yes')
  const facts = await world.ok('facts', 'local', '--json')
  // The program's own output.
  const { claims } = (JSON.parse(facts.stdout) as { facts: { claims: Record<string, { workspace: string }> } }).facts
  rmSync(join(world.folder, '.ays'), { recursive: true })
  expect(textOf(await world.ays('state', 'recover', '--yes'))).toContain('--from WHO')
  await world.ok('state', 'recover', '--yes', '--from', claims[`file:${file('a')}`]?.workspace ?? '')
  expect((await world.ays('plan')).code).toBe(0)
  await world.ok('destroy', '--yes')
  expect(existsSync(file('a'))).toBe(false)
})
