/** `ays plan --undo` and `--simulate` as a person meets them: the built `ays`, words and exit codes. Simulated nodes. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
beforeEach((ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
})

const NOTE = `import { defineTemplate, oneOf, task, Type } from 'ays'
const found = (text) => ({ text, colour: null })
const kind = {
  name: 'note@1',
  look: (wanted) => ({ program: { name: 'note_1', text: 'end' }, args: [wanted.name] }),
  parse: () => ({ state: 'seen', found: found(null) }),
  bare: found(null),
  compare: (wanted, found) => ['text', 'colour'].filter((path) => found[path] !== wanted[path])
    .map((path) => ({ path, from: found[path], to: wanted[path], how: 'in place' })),
  commands: () => [{ title: 'write it', run: { argv: ['true'] } }],
  settled: (wanted) => found(wanted.text),
  asWanted: () => undefined,
  remove: () => [],
}
export default defineTemplate({
  name: 'note',
  summary: 'A note of a kind with a mistake.',
  data: Type.Object({}),
  parent: oneOf(['node']),
  tasks: ({ slug }) => [task(kind, 'note:' + slug, { name: slug, text: 'hello', colour: 'red' })],
})
`

test('a plan that holds says so below itself, in every form, and is saved', () => {
  const { folder, ays } = world('file__a: { node: n, path: /etc/a, content: one }\n')
  const { code, stdout } = ays('plan', '--simulate', '--out', 'plan.json')
  expect([code, stdout]).toEqual([2, expect.stringContaining('\nSimulated: 2 jobs ok, second plan empty.\n')])
  expect(existsSync(join(folder, 'plan.json'))).toBe(true)
  expect(JSON.parse(ays('plan', '--simulate', '--json').stdout).simulation).toMatchObject({ state: 'ok', jobs: 2 })
  expect(ays('show', 'plan.json', '--format', 'markdown').stdout).toContain('Simulated: 2 jobs ok, second plan empty.')
})

test("a mistake of a kind in a workspace's own template is found: exit code 1, named, and nothing is saved", () => {
  const { folder, ays } = world('note__x: { node: n }\n', { 'templates/note/template.mjs': NOTE })
  expect(ays('plan').code).toBe(2)
  const { code, stdout, stderr } = ays('plan', '--simulate', '--out', 'plan.json')
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('Simulated: 1 job ok, and then not everything is as wanted'),
  ])
  expect(stderr).toMatch(/error SIMULATION_DIFFERS[\s\S]*note\/x: after apply note:x on node\/n[\s\S]*colour/)
  expect(stderr).toContain('plan.json was not written.')
  expect(existsSync(join(folder, 'plan.json'))).toBe(false)
})

test('the way back stands beside the plan, and what has none is named', () => {
  const { folder, ays } = world('file__a: { node: n, path: /etc/a, content: one }\n')
  const first = ays('plan', '--undo').stdout
  expect(first).toContain('      way back\n          # remove /etc/a\n')
  expect(first).toContain('Way back: 1 of 1 thing.')
  expect(ays('apply', '--yes').code).toBe(0)
  const main = join(folder, 'blueprints/main.yaml')
  writeFileSync(main, readFileSync(main, 'utf8').replace('one', 'two'))
  const { stdout } = ays('plan', '--undo', '--out', 'plan.json')
  expect(stdout).toContain('# file:/etc/a: no way back. Only a digest of what is there now is known')
  expect(stdout).toContain('Way back: 0 of 1 thing; none for file:/etc/a.')
  expect(ays('show', 'plan.json', '--undo').stdout).toContain('Way back: 0 of 1 thing; none for file:/etc/a.')
  const { services } = JSON.parse(ays('plan', '--undo', '--json').stdout)
  expect(services[0].tasks[0].wayBack).toEqual({ none: expect.stringContaining('Only a digest') })
})

function world(blueprint: string, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ays-simulate-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const all = { 'ays.yaml': '{}\n', 'blueprints/main.yaml': `node.sim__n: {}\n${blueprint}`, ...files }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
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
