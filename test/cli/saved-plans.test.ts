/** Saved plans as a person meets them: the built `ays`, files, words and exit codes. Simulated nodes. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
beforeEach((ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
})

test('saved for its owner alone, shown anywhere, and applied from anywhere', () => {
  const { folder, ays } = world()
  const plan = ays('plan', 'w', '--out', 'plan.json')
  expect([plan.code, plan.stdout]).toEqual([2, expect.stringMatching(/Saved as plan [0-9a-f]{12} in plan\.json\./)])
  expect(statSync(join(folder, 'plan.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).sort()).toEqual(['plan.json', 'w'])

  const show = ays('show', 'plan.json')
  expect([show.code, show.stdout]).toEqual([0, expect.stringContaining('+ create  file/a on node/n · new')])
  const { plan: saved, hash } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))
  expect(JSON.parse(ays('show', 'plan.json', '--json').stdout)).toEqual(saved)

  const asked = ays('apply', 'plan.json', '-C', 'w')
  expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining('error CONFIRM')])
  const apply = ays('apply', 'plan.json', '-C', 'w', '--yes', '--json')
  expect([apply.code, JSON.parse(apply.stdout)]).toMatchObject([0, { elsewhere: [], result: { state: 'ok' } }])
  const again = ays('apply', 'plan.json', '-C', 'w', '--yes')
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringContaining(`Nothing is left to do of plan ${hash.slice(0, 12)}`),
  ])
})

test('a plan of removal and one of an action are saved by their own commands', () => {
  const { ays } = world()
  ays('apply', 'w', '--yes')
  expect(ays('action', 'stop', '-s', 'unit/u', '-C', 'w', '--out', 'stop.json').code).toBe(2)
  expect(ays('destroy', 'w', '--out', 'gone.json').code).toBe(2)
  expect(ays('plan', 'w').code).toBe(0)
  expect(ays('apply', 'stop.json', '-C', 'w', '--yes').code).toBe(0)
  expect(ays('plan', 'w').stdout).toContain('held: unit/u stays stopped')
  // What the stop took off is done already.
  const gone = ays('apply', 'gone.json', '-C', 'w', '--yes')
  expect([gone.code, gone.stdout]).toEqual([0, expect.stringContaining('Removed: ')])
  expect(JSON.parse(ays('plan', 'w', '--json').stdout).counts).toMatchObject({ create: 3, none: 0 })
})

test.each<[string, string[], string]>([
  [
    'another selection',
    ['apply', 'plan.json', '-C', 'w', '--target', 'file/a'],
    '--target does not go with a saved plan',
  ],
  ['a permission', ['apply', 'plan.json', '-C', 'w', '--allow', 'data-loss'], '--allow does not go with a saved plan'],
  [
    'another environment',
    ['apply', 'plan.json', '-C', 'w', '--env', 'prod'],
    'is for the environment default, not for prod',
  ],
  ['a file that is no plan', ['apply', 'w/ays.yaml', '-C', 'w'], 'PLAN_DAMAGED'],
  ['writing over another file', ['plan', 'w', '--out', 'w/ays.yaml'], 'it is another file than a plan'],
  ['writing over a folder', ['plan', 'w', '--out', 'w'], 'it is no regular file'],
  [
    'a folder that is not there',
    ['plan', 'w', '--out', 'nowhere/plan.json'],
    'No plan can be written to nowhere/plan.json',
  ],
])('%s is refused', (_, words, message) => {
  const { folder, ays } = world()
  ays('plan', 'w', '--out', 'plan.json')
  const settings = readFileSync(join(folder, 'w/ays.yaml'), 'utf8')
  const { code, stderr } = ays(...words)
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  expect(readFileSync(join(folder, 'w/ays.yaml'), 'utf8')).toBe(settings)
})

/** A folder with a workspace in `w`, and `ays` called in the folder. */
function world() {
  const folder = mkdtempSync(join(tmpdir(), 'ays-plans-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'w/blueprints'), { recursive: true })
  writeFileSync(join(folder, 'w/ays.yaml'), '# settings\n{}\n')
  const blueprint =
    'node.sim__n: {}\nfile__a: { node: n, path: /etc/a, content: one }\nunit__u: { node: n, exec: /bin/u }\n'
  writeFileSync(join(folder, 'w/blueprints/main.yaml'), blueprint)
  const ays = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/ays.js'), ...words], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
    })
    return { code: status, stdout, stderr }
  }
  return { folder, ays }
}
