/** The built `ays lsp`, driven by a client over its standard streams. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Client, root, uriOf } from './lsp-client.ts'

const MAIN = `node__n1:
  host: 10.0.0.11
node__n2:
  host: 10.0.0.12
storage_engine__cache:
  node: n1
  maxMemory: 512mb
`

let folder: string
let main: string
let client: Client

beforeEach(async (ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
  folder = mkdtempSync(join(tmpdir(), 'ays-lsp-'))
  mkdirSync(join(folder, 'blueprints'))
  writeFileSync(join(folder, 'ays.yaml'), 'vars:\n  size: { type: string, default: 1gb, description: How much. }\n')
  main = join(folder, 'blueprints/main.yaml')
  writeFileSync(main, MAIN)
  client = new Client(['--stdio'])
  await client.start(folder)
})

afterEach(async () => {
  expect(await client.stop()).toBe(0)
  rmSync(folder, { recursive: true, force: true })
})

describe('a link', () => {
  test('is completed with the names that exist, those of unsaved text too', async () => {
    await client.open(main, `${MAIN}storage_engine__other:\n  node: \n`)
    const items = await client.complete(main, 'other:\n  node: ')
    expect(items.map(({ label }) => label)).toEqual(expect.arrayContaining(['n1', 'n2']))
    expect(items.find(({ label }) => label === 'n1')?.detail).toBe('node')
    expect(items.map(({ label }) => label)).not.toContain('cache')
    await client.edit(main, 'node__n2:', 'node__second:')
    await client.edit(main, 'other:\n', 'other: # edited\n')
    await expect
      .poll(async () => (await client.complete(main, 'edited\n  node: ')).map(({ label }) => label))
      .toContain('second')
  })

  test('is completed directly behind the colon, with the space that it needs', async () => {
    await client.open(main, MAIN.replace('  node: n1', '  node:'))
    const items = await client.complete(main, 'cache:\n  node:')
    expect(items.find(({ label }) => label === 'n1')?.textEdit.newText).toBe(' n1')
  })

  test('leads to its service', async () => {
    await client.open(main, MAIN)
    expect(await client.definition(main, '  node: n')).toMatchObject([
      { uri: uriOf(main), range: { start: { line: 0, character: 0 } } },
    ])
  })

  test('leads to a service in another file', async () => {
    const other = join(folder, 'blueprints/other.yaml')
    const text = 'storage_engine__b:\n  node: n2\n'
    await client.open(other, text)
    expect(await client.definition(other, 'node: n2')).toMatchObject([
      { uri: uriOf(main), range: { start: { line: 2 } } },
    ])
  })
})

describe('hover', () => {
  test.each([
    ['a field', '  maxMem', 'maxMemory'],
    ['a template', 'storage_eng', 'One key-value server on a node'],
    ['a link', '  nod', 'The node it runs on'],
    ['what a link names', '  node: n1', 'node/n1'],
  ])('says what %s is', async (_, at, says) => {
    await client.open(main, MAIN)
    expect(await client.hover(main, at)).toContain(says)
  })

  test('has nothing to say of nothing', async () => {
    await client.open(main, `# hello\n${MAIN}`)
    expect(await client.hover(main, '# hel')).toBeUndefined()
  })
})

describe('diagnostics', () => {
  test('appear in unsaved text, move with an edit, and go', async () => {
    await client.open(main, MAIN)
    await client.edit(main, '  node: n1', '  node: n3')
    const [found] = await client.until(main, (all) => all.length > 0)
    expect(found).toMatchObject({
      code: 'LINK_UNKNOWN',
      severity: 1,
      range: { start: { line: 5, character: 8 }, end: { line: 5, character: 10 } },
    })
    expect(found?.message).toContain('Did you mean')
    await client.edit(main, 'node__n1:', '# one more line\nnode__n1:')
    const [moved] = await client.until(main, (all) => all[0]?.range.start.line === 6)
    expect(moved?.code).toBe('LINK_UNKNOWN')
    await client.edit(main, '  node: n3', '  node: n2')
    expect(await client.until(main, (all) => all.length === 0)).toEqual([])
  })

  test('are those of all files, also of ones that are not open', async () => {
    const other = join(folder, 'blueprints/other.yaml')
    writeFileSync(other, 'storage_engine__b:\n  node: n2\n  maxMemory: 12 apples\n')
    await client.open(main, MAIN)
    const [found] = await client.until(other, (all) => all.length > 0)
    expect(found).toMatchObject({ code: 'FIELD_TYPE', range: { start: { line: 2 } } })
    await client.edit(main, 'node__n2:', 'node__n9:')
    await client.until(other, (all) => all.some(({ code }) => code === 'LINK_UNKNOWN'))
  })

  test('closing without saving brings back what is on disk', async () => {
    await client.open(main, MAIN)
    await client.edit(main, '  node: n1', '  node: n3')
    await client.until(main, (all) => all.length === 1)
    await client.close(main)
    await client.until(main, (all) => all.length === 0)
  })

  test('a half-written line hides no names', async () => {
    await client.open(main, MAIN)
    await client.complete(main, '  node: n1')
    await client.edit(main, '  maxMemory: 512mb\n', '  maxMemory: [\n')
    await client.until(main, (all) => all.some(({ code }) => code === 'YAML_SYNTAX'))
    expect((await client.complete(main, '  node: n')).map(({ label }) => label)).toContain('n2')
  })
})

test('keys are completed: templates, fields that are not given yet, steering', async () => {
  await client.open(main, `${MAIN}  \nsto\n`)
  const fields = (await client.complete(main, '512mb\n  ')).map(({ label }) => label)
  expect(fields).toEqual(expect.arrayContaining(['port', '$protect', 'password']))
  expect(fields).not.toContain('maxMemory')
  expect(fields).not.toContain('node')
  const [template] = (await client.complete(main, '  \nsto')).filter(({ label }) => label === 'storage_engine__')
  expect(template?.textEdit).toMatchObject({
    newText: 'storage_engine__',
    range: { start: { character: 0 }, end: { character: 3 } },
  })
})

test('values and expressions are completed', async () => {
  await client.open(main, `${MAIN}  persistence: \n  bind: \${vars.}\n  $after: [no]\n`)
  expect((await client.complete(main, 'persistence: ')).map(({ label }) => label)).toEqual(['aof', 'rdb', 'none'])
  expect((await client.complete(main, '${vars.')).map(({ label }) => label)).toEqual(['size'])
  expect((await client.complete(main, '$after: [no')).map(({ label }) => label)).toContain('node/n1')
})

test('ays.yaml and vars are completed and explained by their own schemas', async () => {
  const settings = join(folder, 'ays.yaml')
  await client.open(settings, 'watch:\n  apply: \nlim\n')
  expect((await client.complete(settings, 'apply: ')).map(({ label }) => label)).toEqual(['never', 'safe', 'all'])
  expect((await client.complete(settings, '\nlim')).map(({ label }) => label)).toContain('limits')
  await client.close(settings)
  const vars = join(folder, 'vars/default.yaml')
  await client.open(vars, 'size: 2gb\n')
  await expect.poll(() => client.hover(vars, 'siz')).toContain('How much.')
  expect((await client.complete(vars, 'siz')).map(({ label }) => label)).toEqual(['size'])
})

test('a variable leads to its declaration', async () => {
  await client.open(main, `${MAIN}  bind: \${vars.size}\n`)
  const [found] = await client.definition(main, 'vars.siz')
  expect(found).toMatchObject({ uri: uriOf(join(folder, 'ays.yaml')), range: { start: { line: 1 } } })
  expect(await client.hover(main, 'vars.siz')).toContain('How much.')
})

test('a file that is no part of a workspace is left alone', async () => {
  const note = join(folder, 'notes.yaml')
  await client.open(note, 'x: \n')
  expect(await client.complete(note, 'x: ')).toEqual([])
})

test('a new file counts before it is saved', async () => {
  await client.open(main, MAIN)
  const fresh = join(folder, 'blueprints/new.yaml')
  await client.open(fresh, 'node__n1:\n  host: twice\n')
  const [found] = await client.until(fresh, (all) => all.length > 0)
  expect(found?.code).toBe('SERVICE_DUPLICATE')
})

test('a document is formatted as `ays fmt` does it', async () => {
  await client.open(main, MAIN.replace('  node: n1', '  node:    n1'))
  expect(await client.format(main)).toMatchObject([{ newText: MAIN }])
})

test('it ends when the editor is gone', async () => {
  const other = new Client()
  await other.start(folder)
  other.vanish()
  expect(await other.exited).toBe(1)
})

test('nothing is written beside the blueprints', async () => {
  await client.open(main, MAIN)
  await client.complete(main, '  node: n1')
  expect(readdirSync(folder).sort()).toEqual(['ays.yaml', 'blueprints'])
})
