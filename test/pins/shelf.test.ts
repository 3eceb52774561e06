import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ProblemsError } from '../../src/base/problem.ts'
import { addTemplates, listTemplates, removeTemplates, updateTemplates } from '../../src/pins/shelf.ts'
import { digestFolder } from '../../src/workspace/template-lock.ts'
import { isUrl, readSourceText } from '../../src/workspace/template-source.ts'
import { openWorkspace } from '../../src/workspace.ts'

const folder = mkdtempSync(join(tmpdir(), 'ays-pins-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const { signal } = new AbortController()

const composition = (content: string): string => `summary: A file.
parent: { to: [node] }
services:
  file__x:
    node: \${parent}
    path: /x
    content: ${content}
`

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}

function workspace(): string {
  const root = mkdtempSync(join(folder, 'workspace-'))
  write(root, { 'ays.yaml': '' })
  return root
}

const git = (root: string, ...words: string[]): string =>
  execFileSync('git', ['-C', root, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

/** A repository with two templates, tagged v1. */
function repository(): string {
  const root = mkdtempSync(join(folder, 'source-'))
  write(root, {
    'templates/one/template.yaml': composition('one'),
    'templates/one/files/a.txt': 'a\r\n',
    'templates/two/template.yaml': composition('two'),
  })
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '.')
  git(root, 'commit', '-qm', 'one')
  git(root, 'tag', 'v1')
  return root
}

async function problemsOf(work: () => unknown): Promise<readonly string[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.map((one) => `${one.code} ${one.message} ${one.hint ?? ''}`)
    throw error
  }
}

const validate = async (root: string): Promise<readonly string[]> => {
  const opened = await openWorkspace({ folder: root })
  try {
    return (await opened.validate()).problems.map((one) => `${one.code} ${one.at?.file}:${one.at?.line}`)
  } finally {
    await opened.close()
  }
}

describe('templates of a git repository', () => {
  test('are fetched at a tag, pinned by commit and content, and refused when a file was changed', async () => {
    const [root, source] = [workspace(), repository()]
    const done = await addTemplates(`file://${source}#v1`, { folder: root, here: root, signal })
    expect(done.map((one) => [one.name, one.change])).toEqual([
      ['one', 'added'],
      ['two', 'added'],
    ])
    const lock = readFileSync(join(root, 'ays.lock.yaml'), 'utf8')
    expect(lock).toContain(`commit: "${git(source, 'rev-parse', 'v1')}"`)
    expect(lock).toContain(`content: "${digestFolder(join(root, 'templates/one'))}"`)
    expect(readFileSync(join(root, 'templates/one/files/a.txt'), 'utf8')).toBe('a\r\n')
    expect(statSync(join(root, 'templates/one')).mode & 0o777).toBe(0o755)
    expect(readdirSync(join(root, 'templates'))).toEqual(['one', 'two'])
    expect((await validate(root)).filter((one) => one.startsWith('TEMPLATE_PIN'))).toEqual([])

    appendFileSync(join(root, 'templates/one/template.yaml'), '# changed\n')
    expect(await validate(root)).toContain('TEMPLATE_PIN ays.lock.yaml:4')
    rmSync(join(root, 'templates/two'), { recursive: true })
    expect(listTemplates(root).pins.map((one) => one.state)).toEqual(['changed', 'missing'])
  })

  test('one that is pinned and not there is told once, whatever services it has', async () => {
    const [root, source] = [workspace(), repository()]
    await addTemplates(`file://${source}`, { folder: root, here: root, signal, names: ['two'] })
    write(root, { 'blueprints/main.yaml': 'node.sim__n:\ntwo__a: { node: n }\n' })
    expect(await validate(root)).toEqual([])
    rmSync(join(root, 'templates/two'), { recursive: true })
    expect(await validate(root)).toEqual(['TEMPLATE_PIN ays.lock.yaml:4'])
  })

  test('nothing of the person’s git runs over what is fetched, and nothing of its line ends is made', async () => {
    const [root, source, mark] = [workspace(), repository(), join(folder, 'mark')]
    const hook = join(mkdtempSync(join(folder, 'settings-')), 'post-checkout')
    write(dirname(hook), {
      'post-checkout': `#!/bin/sh\ntouch ${mark}\n`,
      config: `[core]\n\thooksPath = ${dirname(hook)}\n[filter "x"]\n\tsmudge = touch ${mark}; echo smudged\n`,
    })
    chmodSync(hook, 0o755)
    write(source, { '.gitattributes': '* filter=x\n*.txt text eol=lf\n' })
    git(source, 'add', '.gitattributes')
    git(source, 'commit', '-qm', 'attributes')
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(dirname(hook), 'config'))
    vi.stubEnv('GIT_DIR', join(folder, 'of-a-hook'))
    onTestFinished(() => void vi.unstubAllEnvs())
    await addTemplates(`file://${source}`, { folder: root, here: root, signal })
    expect(existsSync(mark)).toBe(false)
    expect(readFileSync(join(root, 'templates/one/files/a.txt'), 'utf8')).toBe('a\r\n')
    // git as it is leaves the mark: the test could fail.
    vi.stubEnv('GIT_DIR', undefined)
    execFileSync('git', ['clone', '-q', `file://${source}`, join(dirname(hook), 'as-it-is')])
    expect(existsSync(mark)).toBe(true)
  })

  test('move with their branch when they are updated, and only then', async () => {
    const [root, source] = [workspace(), repository()]
    await addTemplates(`file://${source}#main`, { folder: root, here: root, signal, names: ['one'] })
    expect(readdirSync(join(root, 'templates'))).toEqual(['one'])
    const again = () => updateTemplates([], { folder: root, force: false, signal })
    expect((await again()).map((one) => one.change)).toEqual(['unchanged'])
    write(source, { 'templates/one/template.yaml': composition('newer') })
    git(source, 'commit', '-qam', 'two')
    const [updated] = await again()
    expect(updated).toMatchObject({ change: 'updated', pin: { commit: git(source, 'rev-parse', 'HEAD') } })
    expect(readFileSync(join(root, 'templates/one/template.yaml'), 'utf8')).toContain('newer')
  })

  test('changes by hand are replaced or removed only with force; kept ones are the person’s own', async () => {
    const [root, source] = [workspace(), repository()]
    await addTemplates(`file://${source}`, { folder: root, here: root, signal })
    appendFileSync(join(root, 'templates/one/template.yaml'), '# mine\n')
    const update = (force: boolean) => () => updateTemplates(['one'], { folder: root, force, signal })
    expect(await problemsOf(update(false))).toEqual([expect.stringMatching(/^TEMPLATE_PIN .*--force/)])
    expect(await problemsOf(() => removeTemplates(['one'], { folder: root, force: false, keep: false }))).toHaveLength(
      1,
    )
    expect(await problemsOf(update(true))).toEqual([])
    expect(readFileSync(join(root, 'templates/one/template.yaml'), 'utf8')).not.toContain('# mine')
    removeTemplates(['one'], { folder: root, force: false, keep: true })
    removeTemplates(['two'], { folder: root, force: false, keep: false })
    expect(readdirSync(join(root, 'templates'))).toEqual(['one'])
    expect(listTemplates(root)).toEqual({ pins: [], own: ['one'] })
  })
})

describe('templates of a folder', () => {
  test('are pinned by content, from where the person stands', async () => {
    const root = workspace()
    write(folder, { 'plain/template.yaml': composition('x') })
    const [one] = await addTemplates('../plain', { folder: root, here: join(root), signal })
    expect(one).toMatchObject({ name: 'plain', pin: { source: '../plain', folder: '.' } })
    expect(one?.pin.commit).toBeUndefined()
    expect(existsSync(join(root, 'templates/plain/template.yaml'))).toBe(true)
  })

  test('hold nothing but files: a link out of it is refused', async () => {
    const root = workspace()
    write(folder, { 'linked/template.yaml': composition('x') })
    symlinkSync('/etc/passwd', join(folder, 'linked/passwd'))
    expect(await problemsOf(() => addTemplates('../linked', { folder: root, here: root, signal }))).toEqual([
      expect.stringContaining('passwd is neither a file nor a folder'),
    ])
    expect(existsSync(join(root, 'templates'))).toBe(false)
  })
})

describe('what cannot be is refused with a way out, and nothing is written', () => {
  test.each([
    ['a source that is not there', '../nowhere', /There is no folder \.\.\/nowhere/],
    ['a source without templates', '.', /holds no template/],
    ['no source', '#v1', /names no source/],
    ['a way that git would run', 'ext::true@x:y', /transport 'ext' not allowed/],
    ['a repository over plain http', 'http://127.0.0.1:9/t.git', /transport 'http' not allowed/],
    ['a repository that is not there', `file://${folder}/nothing`, /git could not fetch/],
  ])('%s', async (_, text, message) => {
    const root = workspace()
    expect(await problemsOf(() => addTemplates(text, { folder: root, here: root, signal }))).toEqual([
      expect.stringMatching(message),
    ])
    expect(readdirSync(root)).toEqual(['ays.yaml'])
  })

  test('a name that ships with ays, one that is there, one that is the person’s own', async () => {
    const root = workspace()
    write(folder, {
      'clash/file/template.yaml': composition('x'),
      'clash/mine/template.yaml': composition('x'),
      'clash/new/template.yaml': composition('x'),
    })
    write(root, { 'templates/mine/template.yaml': composition('x') })
    await addTemplates('../clash', { folder: root, here: root, signal, names: ['new'] })
    expect(await problemsOf(() => addTemplates('../clash', { folder: root, here: root, signal }))).toEqual([
      expect.stringContaining('ships with ays'),
      expect.stringContaining('template of your own'),
      expect.stringContaining('ays template update new'),
    ])
  })

  test('an unknown name is answered with the one that was meant', async () => {
    const root = workspace()
    write(folder, { 'meant/greeter/template.yaml': composition('x') })
    const add = () => addTemplates('../meant', { folder: root, here: root, signal, names: ['gretter'] })
    expect(await problemsOf(add)).toEqual([expect.stringContaining('Did you mean greeter?')])
    expect(
      await problemsOf(() => removeTemplates(['greeter'], { folder: root, force: false, keep: false })),
    ).toHaveLength(1)
  })

  test('a lock file with a mistake pins nothing, and is told', async () => {
    const root = workspace()
    write(root, { 'ays.lock.yaml': 'format: 1\ntemplates:\n  x: { source: a, folder: ., content: md5-1 }\n' })
    expect(await validate(root)).toEqual(['TEMPLATE_PIN ays.lock.yaml:3'])
    expect(await problemsOf(() => listTemplates(root))).toHaveLength(1)
  })
})

describe('templates that ays.yaml holds', () => {
  const hold = (root: string, entries: string): void => write(root, { 'ays.yaml': `templates:\n${entries}` })
  const update = (root: string, ...names: string[]) => updateTemplates(names, { folder: root, force: false, signal })
  const pins = (root: string): string[] => listTemplates(root).pins.map(({ name, pin }) => `${name} ${pin.ref}`)
  /** A second version of both templates. */
  function repositoryOfTwo(): string {
    const source = repository()
    write(source, { 'templates/one/template.yaml': composition('newer') })
    git(source, 'commit', '-qam', 'two')
    git(source, 'tag', 'v2')
    return source
  }

  test('are refused where the lock has others, and fetched by an update, which leaves the rest as it is', async () => {
    const [root, source] = [workspace(), repositoryOfTwo()]
    await addTemplates(`file://${source}#v1`, { folder: root, here: root, signal })
    hold(root, `  one: file://${source}#v1\n`)
    expect(await validate(root)).toEqual([])
    hold(root, `  one: file://${source}#v2\n`)
    expect(await validate(root)).toEqual(['TEMPLATE_PIN ays.yaml:2'])
    await update(root)
    expect([pins(root), await validate(root)]).toEqual([['one v2', 'two v1'], []])
    expect(readFileSync(join(root, 'templates/one/template.yaml'), 'utf8')).toContain('newer')
  })

  test('are fetched for the first time by an update, alone of their source', async () => {
    const [root, source] = [workspace(), repositoryOfTwo()]
    hold(root, `  one: file://${source}#v1\n`)
    expect(await validate(root)).toEqual(['TEMPLATE_PIN ays.yaml:2'])
    expect((await update(root, 'one')).map((one) => `${one.name} ${one.change}`)).toEqual(['one added'])
    expect([pins(root), await validate(root)]).toEqual([['one v1'], []])
  })

  test('may be held by a tag or a commit alone, of the source that the lock names', async () => {
    const [root, source] = [workspace(), repositoryOfTwo()]
    await addTemplates(`file://${source}#v1`, { folder: root, here: root, signal, names: ['one'] })
    hold(root, `  one: ${git(source, 'rev-parse', '--short=12', 'v1')}\n`)
    expect(await validate(root)).toEqual([])
    hold(root, '  one: v2\n')
    expect(await validate(root)).toEqual(['TEMPLATE_PIN ays.yaml:2'])
    await update(root)
    expect([pins(root), await validate(root)]).toEqual([['one v2'], []])
  })

  test('may move to another source', async () => {
    const [root, source, other] = [workspace(), repository(), repositoryOfTwo()]
    await addTemplates(`file://${source}#v1`, { folder: root, here: root, signal, names: ['one'] })
    hold(root, `  one: file://${other}#v2\n`)
    await update(root)
    expect([listTemplates(root).pins[0]?.pin.source, await validate(root)]).toEqual([`file://${other}`, []])
  })

  test('are not added at another version', async () => {
    const [root, source] = [workspace(), repositoryOfTwo()]
    hold(root, `  one: file://${source}#v1\n`)
    const add = (ref: string) => () =>
      addTemplates(`file://${source}#${ref}`, { folder: root, here: root, signal, names: ['one'] })
    expect(await problemsOf(add('v2'))).toEqual([expect.stringMatching(/^TEMPLATE_PIN .*#v1.*#v2/)])
    expect(await problemsOf(add('v1'))).toEqual([])
  })

  test.each([
    ['a tag of nothing that is here', '  one: v1\n', /no template of others.*one: URL#v1/],
    ['a template of ays at another version', '  file: ">=99"\n', /ships with ays, which is/],
    ['a template of ays at a tag', '  file: v1\n', /ships with ays.*range of versions/],
  ])('%s is refused with a way out', async (_, entries, message) => {
    const root = workspace()
    hold(root, entries)
    const opened = await openWorkspace({ folder: root })
    const { problems } = await opened.validate()
    await opened.close()
    expect(problems.map((one) => `${one.code} ${one.at?.line} ${one.message} ${one.hint}`)).toEqual([
      expect.stringMatching(/^TEMPLATE_PIN 2 /),
    ])
    expect(`${problems[0]?.message} ${problems[0]?.hint}`).toMatch(message)
  })

  test('a template of ays at its version is right', async () => {
    const root = workspace()
    hold(root, '  file: ">=0.1 <99"\n')
    expect(await validate(root)).toEqual([])
  })
})

test.each([
  ['https://example.org/t.git#v1', 'https://example.org/t.git', 'v1', true],
  ['git@example.org:them/t', 'git@example.org:them/t', undefined, true],
  ['../shared/t#main', '../shared/t', 'main', false],
  ['/srv/t', '/srv/t', undefined, false],
])('%s is read', (text, source, ref, url) => {
  expect(readSourceText(text)).toEqual({ source, ref })
  expect(isUrl(source)).toBe(url)
})
