/** policy.yaml and approvals as a person meets them: the built `ays`, files, words and exit codes. Simulated nodes, real keys. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
beforeEach((ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
})

test('a denied plan is shown and saved, ends with 1, and cannot be applied', () => {
  const { ays, write } = world()
  write('w/policy.yaml', 'rules: [{ name: none, deny: "true", message: nothing today }]\n')
  const plan = ays('plan', 'w', '--out', 'plan.json')
  expect([plan.code, plan.stderr]).toEqual([1, ''])
  expect(plan.stdout).toContain('! refused: nothing today POLICY_DENIED')
  expect(plan.stdout).toContain('Saved as plan')
  expect(JSON.parse(ays('plan', 'w', '--json').stdout).blocked).toMatchObject([
    { code: 'POLICY_DENIED', file: 'policy.yaml', range: { start: { line: 1, column: 29 } } },
  ])
  for (const words of [
    ['apply', 'plan.json', '-C', 'w', '--yes'],
    ['apply', 'w', '--yes'],
  ])
    expect(ays(...words)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error POLICY_DENIED  policy.yaml:1:29'),
    })
})

test('a mistake of policy.yaml is shown with its line, by validate as by plan', () => {
  const { ays, write } = world()
  write('w/policy.yaml', 'rules: [{ name: none, deny: plan.nods, message: m }]\n')
  for (const command of ['validate', 'plan'])
    expect(ays(command, 'w')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error POLICY_INVALID  policy.yaml:1:34'),
    })
})

test('approved by two people with their own keys, one of them with a passphrase in an agent, and then applied', {
  timeout: 90_000, // a dozen calls of ays, each a second and more on a busy machine
}, () => {
  const { ays, write, folder, key } = world()
  const [anna, bob] = [key('anna'), key('bob', 'a passphrase')]
  write('w/policy.yaml', `approvals: [{ risk: low, count: 2 }]\nkeys:\n  anna: ${anna}\n  bob: ${bob}\n`)
  expect(ays('apply', 'w', '--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('only a saved plan can be'),
  })
  expect(ays('plan', 'w', '--out', 'plan.json').stdout).toContain('Needs 2 approvals by anna, bob')
  expect(ays('show', 'plan.json', '-C', 'w').stdout).toContain('Still missing: 2 of anna, bob')

  const first = ays('approve', 'plan.json', '--key', 'anna', '-C', 'w')
  expect([first.code, first.stdout]).toEqual([
    0,
    expect.stringMatching(/approved by anna \(SHA256:[\s\S]*Still missing: 1 of bob/),
  ])
  expect(statSync(join(folder, 'plan.json')).mode & 0o777).toBe(0o600)
  expect(ays('apply', 'plan.json', '-C', 'w', '--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has 1 (anna)'),
  })

  const alone = ays('approve', 'plan.json', '--key', 'bob', '-C', 'w')
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('error APPROVAL_UNSIGNED') })
  const agent = agentWith(folder, 'bob', 'a passphrase')
  const second = ays.with({ SSH_AUTH_SOCK: agent })('approve', 'plan.json', '--key', 'bob.pub', '-C', 'w', '--json')
  expect([second.code, JSON.parse(second.stdout)]).toMatchObject([
    0,
    { approval: { name: 'bob' }, demands: [{ missing: 0, given: ['anna', 'bob'] }] },
  ])
  expect(ays('show', 'plan.json', '-C', 'w').stdout).toContain('It has every approval that policy.yaml asks for.')
  expect(ays('show', 'plan.json').stdout).toContain('Not checked: ')
  expect(ays('apply', 'plan.json', '-C', 'w', '--yes')).toMatchObject({ code: 0, stderr: '' })
})

test('a plan of another workspace, and a key that is no key, are refused with a way out', () => {
  const { ays, write, key } = world()
  write('w/policy.yaml', `keys: { anna: ${key('anna')} }\n`)
  ays('plan', 'w', '--out', 'plan.json')
  write('no-key', 'hello\n')
  expect(ays('approve', 'plan.json', '--key', 'no-key', '-C', 'w').stderr).toContain('error APPROVAL_UNSIGNED')
  expect(ays('approve', 'plan.json', '--key', 'nowhere', '-C', 'w').stderr).toContain('error APPROVAL_UNSIGNED')
  write('other/ays.yaml', 'workspace: 11111111-1111-1111-1111-111111111111\n')
  expect(ays('approve', 'plan.json', '--key', 'anna', '-C', 'other').stderr).toContain('error PLAN_FOREIGN')
})

/** An ssh-agent of this test alone, which holds one key; gives its socket. */
function agentWith(folder: string, name: string, passphrase: string): string {
  const said = execFileSync('ssh-agent', ['-s', '-a', join(folder, 'agent')], { encoding: 'utf8' })
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1])
  onTestFinished(() => void process.kill(pid))
  writeFileSync(join(folder, 'ask'), `#!/bin/sh\necho '${passphrase}'\n`, { mode: 0o700 })
  const env = {
    ...process.env,
    SSH_AUTH_SOCK: join(folder, 'agent'),
    SSH_ASKPASS: join(folder, 'ask'),
    SSH_ASKPASS_REQUIRE: 'force',
  }
  execFileSync('ssh-add', ['-q', join(folder, name)], { env, stdio: 'pipe' })
  return join(folder, 'agent')
}

/** A folder with a workspace in `w`, and `ays` called in the folder. */
function world() {
  const folder = mkdtempSync(join(tmpdir(), 'ays-cli-policy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('w/ays.yaml', 'workspace: 4f49c234-9b34-4499-99eb-08b843e171aa\n')
  write('w/blueprints/main.yaml', 'node.sim__n: {}\nfile__a: { node: n, path: /etc/a, content: one }\n')
  const call =
    (more: Record<string, string>) =>
    (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync('setsid', [process.execPath, join(root, 'bin/ays.js'), ...words], {
        encoding: 'utf8',
        cwd: folder,
        // Without a terminal there is nobody to type a passphrase.
        env: { ...process.env, NO_COLOR: '1', COLUMNS: '200', SSH_ASKPASS_REQUIRE: 'never', ...more },
      })
      return { code: status, stdout, stderr }
    }
  /** Makes a key pair and gives its public line. */
  const key = (name: string, passphrase = ''): string => {
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      passphrase,
      '-C',
      `${name}@desk`,
      '-f',
      join(folder, name),
    ])
    return readFileSync(join(folder, `${name}.pub`), 'utf8').trim()
  }
  return { folder, write, key, ays: Object.assign(call({}), { with: call }) }
}
