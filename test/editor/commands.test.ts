/** `ays fmt` and `ays schema` as a person calls them. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from './lsp-client.ts'

let folder: string

beforeEach((ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
  folder = mkdtempSync(join(tmpdir(), 'ays-fmt-'))
  mkdirSync(join(folder, 'blueprints'))
  writeFileSync(join(folder, 'ays.yaml'), '{}\n')
  writeFileSync(join(folder, 'blueprints/main.yaml'), 'sshkey__k:\n    description:   mine # ok\n')
  writeFileSync(join(folder, 'blueprints/_off.yaml'), 'sshkey__off:\n    description:   old\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ays = (argv: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/ays.js'), ...argv], {
    cwd: folder,
    input,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { code: status, stdout, stderr }
}
const text = (file: string): string => readFileSync(join(folder, file), 'utf8')

describe('ays fmt', () => {
  test('formats the workspace, disabled files too, and then finds nothing to do', () => {
    expect(ays(['fmt'])).toMatchObject({
      code: 0,
      stdout: 'blueprints/_off.yaml formatted\nblueprints/main.yaml formatted\n',
    })
    expect(text('blueprints/main.yaml')).toBe('sshkey__k:\n  description: mine # ok\n')
    expect(ays(['fmt', '--check'])).toMatchObject({ code: 0, stdout: '3 files, all formatted already.\n' })
  })

  test('--check writes nothing, names the files and gives 1', () => {
    const before = text('blueprints/main.yaml')
    expect(ays(['fmt', 'blueprints/main.yaml', '--check'])).toMatchObject({
      code: 1,
      stdout: 'blueprints/main.yaml is not formatted\n',
    })
    expect(text('blueprints/main.yaml')).toBe(before)
  })

  test('a broken file is told and hides no other', () => {
    writeFileSync(join(folder, 'blueprints/bad.yaml'), 'a: [1\n')
    const { code, stdout, stderr } = ays(['fmt'])
    expect(code).toBe(1)
    expect(stderr).toContain('YAML_SYNTAX  blueprints/bad.yaml:')
    expect(stdout).toContain('blueprints/main.yaml formatted')
    expect(text('blueprints/bad.yaml')).toBe('a: [1\n')
  })

  test('--stdin prints what came in, formatted', () => {
    expect(ays(['fmt', '--stdin'], 'a:    22:22\n')).toMatchObject({ code: 0, stdout: 'a: 22:22\n' })
  })

  test('--json is data', () => {
    expect(JSON.parse(ays(['fmt', '--json']).stdout)).toMatchObject({
      format: 1,
      files: [{ state: 'same' }, { state: 'changed' }, { state: 'changed' }],
    })
  })

  test('a file that is not there is a problem', () => {
    const { code, stderr } = ays(['fmt', 'nothing.yaml'])
    expect(code).toBe(1)
    expect(stderr).toContain('FILE_UNREADABLE')
  })
})

describe('ays schema', () => {
  test('is written where it is asked for, and no state is', () => {
    expect(ays(['schema', '--out', 'made/schema.json'])).toMatchObject({ code: 0, stdout: '' })
    expect(JSON.parse(text('made/schema.json'))).toMatchObject({ definitions: { storage_engine: {}, node: {} } })
    expect(readdirSync(folder).sort()).toEqual(['ays.yaml', 'blueprints', 'made'])
  })

  test('comes also of blueprints with mistakes, and says so', () => {
    writeFileSync(join(folder, 'blueprints/bad.yaml'), 'node__n1:\n  hots: x\n')
    const { code, stdout, stderr } = ays(['schema'])
    expect(code).toBe(0)
    expect(stderr).toContain('mistake')
    expect(JSON.parse(stdout)).toHaveProperty('patternProperties')
  })

  test('of ays.yaml', () => {
    expect(JSON.parse(ays(['schema', '--of', 'workspace']).stdout)).toMatchObject({
      title: 'ays.yaml',
      properties: { vars: {} },
    })
  })
})
