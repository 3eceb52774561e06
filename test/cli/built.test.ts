/** The built `ays` as a person calls it: words in, text and exit code out. Works on simulated nodes. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = mkdtempSync(join(tmpdir(), 'ays-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach((ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
})

describe('ays', () => {
  test('says its version without loading anything', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(ays(['--version'])).toMatchObject({ code: 0, stdout: `ays ${version}\n` })
  })

  test('shows its commands, and examples with each', () => {
    expect(ays(['--help']).stdout).toContain('validate')
    expect(ays(['plan', '--help']).stdout).toMatch(/EXAMPLES\n {2}\$ ays plan/)
  })

  test.each([
    ['a command that does not exist', ['plna'], 'There is no command `ays plna`.', 'Did you mean plan?'],
    ['a flag that does not exist', ['plan', '--bogus'], 'Nonexistent flag: --bogus', '--help'],
    ['a variable without a value', ['plan', '--var', 'x'], '--var x is not NAME=VALUE.', 'Write it like'],
    ['an unknown permission', ['plan', '--allow', 'everything'], '--allow everything is not known.', 'data-loss'],
  ])('%s is a problem with a way out, and exit code 1', (_, argv, message, hint) => {
    const { code, stderr } = ays(argv)
    expect(code).toBe(1)
    expect(stderr).toContain('error USAGE')
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  test('where there is no workspace it says so, and how to make one', () => {
    const { code, stderr } = ays(['plan', mkdtempSync(join(folder, 'nothing-'))])
    expect(code).toBe(1)
    expect(stderr).toContain('WORKSPACE_MISSING')
  })

  test('a reader that stops early is no error', () => {
    const out = spawnSync(
      'bash',
      ['-c', `node '${join(root, 'bin/ays.js')}' --help | head -1; echo "\${PIPESTATUS[0]}"`],
      { encoding: 'utf8' },
    )
    expect(out.stdout.trim().split('\n').at(-1)).toBe('0')
    expect(out.stderr).toBe('')
  })
})

describe('a workspace', () => {
  const here = join(folder, 'w')

  test('init makes one that validates, and a second init changes nothing', () => {
    expect(ays(['init', here])).toMatchObject({ code: 0 })
    const before = readFileSync(join(here, 'ays.yaml'), 'utf8')
    expect(ays(['init', here]).stdout).toContain('is a workspace already')
    expect(readFileSync(join(here, 'ays.yaml'), 'utf8')).toBe(before)
    expect(ays(['validate', here])).toMatchObject({ code: 0, stdout: 'Nothing is declared yet, no mistakes found.\n' })
  })

  test('all mistakes are reported at once, with their lines, or as data with ranges', () => {
    write(here, 'file__a:\n  node: nobody\n  colour: red\n')
    const { code, stderr } = ays(['validate', here])
    expect(code).toBe(1)
    expect(stderr).toContain('  node: nobody\n')
    expect(stderr).toContain('FIELD_UNKNOWN')
    expect(stderr).toMatch(/\d mistakes in 1 file/)
    const json = ays(['validate', here, '--json'])
    expect(json.code).toBe(1)
    const { problems }: { problems: { code: string; file: string; range: { start: { line: number } } }[] } = JSON.parse(
      json.stdout,
    )
    const field = problems.find((problem) => problem.code === 'FIELD_UNKNOWN')
    expect(field).toMatchObject({ file: 'blueprints/main.yaml', range: { start: { line: 3, column: 3 } } })
  })

  test('plan, apply, plan: 2, 0, 0; and every view has its JSON', () => {
    write(here, hello)
    const plan = ays(['plan', here])
    expect(plan.code).toBe(2)
    expect(plan.stdout).toContain('Simulated: nothing real is touched.')
    expect(plan.stdout).toContain('+ create  file/hello on node/a · new · blueprints/main.yaml:2')
    const apply = ays(['apply', here, '--yes'])
    expect(apply.stdout).toMatch(/^\d\d:\d\d:\d\d node\/a file\/hello ok /m)
    expect(apply.stdout).toMatch(/Applied: \d jobs ok in .* \(run 1\)\./)
    expect(apply.code).toBe(0)
    expect(ays(['plan', here])).toMatchObject({ code: 0 })
    expect(ays(['drift', here])).toMatchObject({ code: 0 })
    for (const words of [
      ['status', here],
      ['runs', here],
      ['graph', here],
      ['show', 'file/hello', '-C', here],
      ['runs', 'show', '1', '-C', here],
    ]) {
      const { code, stdout } = ays([...words, '--json'])
      expect({ words, code }).toEqual({ words, code: 0 })
      expect(JSON.parse(stdout)).toMatchObject({ format: 1 })
    }
  })

  test('without a terminal nothing is applied unless --yes says so', () => {
    write(here, hello.replace('world', 'there'))
    const { code, stderr, stdout } = ays(['apply', here])
    expect(code).toBe(1)
    expect(stderr).toContain('error CONFIRM')
    expect(stdout).toContain('~ update  file/hello')
    expect(ays(['plan', here, '--refresh=false']).code).toBe(2)
  })

  test('the graph as a tree, Mermaid, Graphviz and a picture', () => {
    expect(ays(['graph', here]).stdout).toContain('└─ file/hello')
    expect(ays(['graph', here, '--format', 'mermaid']).stdout).toMatch(/^flowchart LR\n/)
    expect(ays(['graph', here, '--format', 'dot']).stdout).toContain('"node/a" -> "file/hello"')
    expect(ays(['graph', here, '--format', 'svg']).stdout).toContain('<svg')
  })

  test('completions know commands, and ask for addresses', () => {
    expect(ays(['complete', 'addresses', '-C', here]).stdout.split('\n')).toContain('file/hello')
    const script = join(folder, 'ays.bash')
    writeFileSync(script, ays(['completion', 'bash']).stdout)
    const complete = (...words: string[]): string[] => {
      const list = words.map((word) => `'${word}'`).join(' ')
      const program = `ays() { node '${join(root, 'bin/ays.js')}' "$@"; }; source '${script}'; COMP_WORDS=(${list}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _ays; printf '%s\\n' "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['-c', program], { encoding: 'utf8', cwd: here }).stdout.trim().split('\n')
    }
    expect(complete('ays', 'dest')).toEqual(['destroy'])
    expect(complete('ays', 'runs', 'sh')).toEqual(['show'])
    expect(complete('ays', 'graph', '--format', 'm')).toEqual(['mermaid'])
    expect(complete('ays', 'plan', '--target', 'file/')).toEqual(['file/hello'])
  })

  test('destroy takes everything off again', () => {
    expect(ays(['destroy', here, '--yes']).code).toBe(0)
    expect(ays(['status', here, '--json']).stdout).toContain('"new"')
  })
})

const hello = 'node.sim__a:\nfile__hello:\n  node: a\n  path: /etc/hello\n  content: |\n    hello\n    world\n'

function write(workspace: string, text: string): void {
  mkdirSync(join(workspace, 'blueprints'), { recursive: true })
  writeFileSync(join(workspace, 'blueprints/main.yaml'), text)
}

function ays(argv: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/ays.js'), ...argv], {
    encoding: 'utf8',
    timeout: 60_000,
    cwd: folder,
  })
  return { code: status, stdout, stderr }
}
