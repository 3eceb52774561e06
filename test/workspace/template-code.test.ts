/** Templates that are code, with the built library: its hooks give templates the `ays` that runs. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTemplate } from '../../src/new-template.ts'
import { readsTypeScript } from '../../src/workspace/template-code.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../..')
const built = existsSync(join(root, 'dist/index.js'))
const folder = mkdtempSync(join(tmpdir(), 'ays-template-code-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HELLO = `import { defineTemplate, file, oneOf, Type } from 'ays'
export default defineTemplate({
  name: 'hello',
  summary: 'A file that greets.',
  data: Type.Object({ greeting: Type.String({ default: 'hello' }) }),
  parent: oneOf(['node']),
  tasks: ({ slug, data }) => [file(\`/etc/\${slug}\`, data.greeting)],
})
`
const USE = { 'blueprints/main.yaml': 'node.sim__n1:\nhello__a: { node: n1 }\n' }
const TOLD = /^templates\/hello\/template\.mjs:\d+:1: TEMPLATE_INVALID /

const worlds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  good: { ...USE, 'templates/hello/template.mjs': HELLO, 'templates/hello/next.mjs': HELLO.replace('/etc/', '/srv/') },
  typescript: { ...USE, 'templates/hello/template.ts': HELLO },
  throws: { ...USE, 'templates/hello/template.mjs': HELLO.replace('data.greeting)', 'data.greeting.no.such)') },
  taken: {
    'blueprints/main.yaml': '',
    'templates/file/template.mjs': HELLO.replace("'hello',", "'file',"),
    'templates/hello/template.mjs': HELLO,
    'templates/hello/template.js': HELLO,
  },
  'no default export': { ...USE, 'templates/hello/template.mjs': 'export const x = 1' },
  'no template': { ...USE, 'templates/hello/template.mjs': 'export default 1' },
  'another name': { ...USE, 'templates/hello/template.mjs': HELLO.replace("'hello',", "'hallo',") },
  'no summary': { ...USE, 'templates/hello/template.mjs': HELLO.replace("'A file that greets.'", "''") },
  'no schema': { ...USE, 'templates/hello/template.mjs': HELLO.replace(/data: Type.*\n/, 'data: {},\n') },
  'an odd link': { ...USE, 'templates/hello/template.mjs': HELLO.replace("oneOf(['node'])", '{}') },
  'no JavaScript': { ...USE, 'templates/hello/template.mjs': 'export default {' },
  'an import that is nowhere': { ...USE, 'templates/hello/template.mjs': `import 'nowhere'\n${HELLO}` },
  'a throw': { ...USE, 'templates/hello/template.mjs': `throw new Error('no')\n${HELLO}` },
}

/** What the plan of each world says. */
const said = new Map<string, readonly string[]>()

beforeAll(() => {
  if (!built) return
  const names = Object.keys(worlds)
  for (const [i, files] of Object.values(worlds).entries()) {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, String(i), file)), { recursive: true })
      writeFileSync(join(folder, String(i), file), text)
    }
  }
  const folders = names.map((_, i) => join(folder, String(i)))
  const text = execFileSync(process.execPath, [join(here, 'plan-with-code.mjs'), ...folders], { encoding: 'utf8' })
  const results: unknown = JSON.parse(text)
  if (!Array.isArray(results)) throw new Error(text)
  for (const [i, name] of names.entries()) said.set(name, results[i])
})

describe.skipIf(!built)('with what is built (needs npm run build)', () => {
  test('a template of the workspace is planned like any other, and what changed in it counts at once', () => {
    expect(said.get('good')).toEqual(['file:/etc/a', 'file:/srv/a'])
  })

  test('TypeScript is loaded where Node reads it, and refused with a way out where not', () => {
    const refusal = expect.stringMatching(/^templates\/hello\/template.ts:1:1: TEMPLATE_INVALID .*TypeScript/)
    expect(said.get('typescript')).toEqual([readsTypeScript() ? 'file:/etc/a' : refusal])
  })

  test('what a template throws is its mistake, with its line, and no bug of ays', () => {
    expect(said.get('throws')).toEqual([
      expect.stringMatching(/template\.mjs:7:1: TEMPLATE_INVALID The template hello failed in tasks: /),
    ])
  })

  test('a name that ships with ays, or two files for one template, are refused', () => {
    expect(said.get('taken')?.map((line) => line.replace(/^[^ ]+ /, ''))).toEqual([
      'TEMPLATE_INVALID A template file ships with ays.',
      'TEMPLATE_INVALID templates/hello holds template.js and template.mjs; a template is one of them.',
    ])
  })

  test.each([
    ['no default export', /has no default export/],
    ['no template', /exports no template/],
    ['another name', /name "hallo" in the folder hello/],
    ['no summary', /without a summary/],
    ['no schema', /no Type\.Object/],
    ['an odd link', /link that is not made by/],
    ['no JavaScript', /cannot be loaded/],
    ['an import that is nowhere', /cannot be loaded: Cannot find package 'nowhere'/],
    ['a throw', /cannot be loaded: no\./],
  ])('%s is told once, at the file', (name, message) => {
    expect(said.get(name)).toEqual([expect.stringMatching(TOLD)])
    expect(said.get(name)?.[0]).toMatch(message)
  })

  test('a new template passes its own tests at once', () => {
    const workspace = join(folder, 'new')
    mkdirSync(join(workspace, 'blueprints'), { recursive: true })
    expect(createTemplate('web.static', workspace).written).toHaveLength(3)
    expect(readdirSync(join(workspace, 'templates/web.static'))).toContain('README.md')
    const text = execFileSync(process.execPath, [join(root, 'bin/ays.js'), 'test', workspace, '--json'], {
      encoding: 'utf8',
    })
    expect(JSON.parse(text)).toMatchObject({
      passed: true,
      results: [{ state: 'passed' }, { state: 'passed' }, { state: 'passed' }, { state: 'passed' }],
    })
  })
})

test.each(['file', 'a b', '../x', 'a__b', ''])('%j cannot be the name of a new template', (name) => {
  const workspace = join(folder, 'names')
  mkdirSync(join(workspace, 'blueprints'), { recursive: true })
  expect(() => createTemplate(name, workspace)).toThrow(/TEMPLATE_INVALID/)
})
