import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { diffRevisions, HeadBroken, type RevisionsDiff } from '../../src/review/diff-revisions.ts'
import { type Repository, repositoryIn } from './repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'ays-untrusted-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const { signal } = new AbortController()

const FILE = 'blueprints/main.yaml'
const node = 'node.sim__n1:\n'
let repository: Repository
/** What a fork would leave behind if anything of it ran. */
let mark: string
beforeEach(() => {
  repository = repositoryIn(folder)
  mark = join(repository.root, '..', `mark-${Math.abs(process.hrtime()[1])}`)
  rmSync(mark, { force: true })
})

const diff = (base: string, head?: string, trust: 'trusted' | 'untrusted' = 'untrusted'): Promise<RevisionsDiff> =>
  diffRevisions({ folder: repository.root, base, ...(head === undefined ? {} : { head }), trust, signal })

const evil = (): string => `import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(mark)}, 'ran')
export default { name: 'evil', summary: 'Evil.', data: { type: 'object', properties: {} } }
`
/** What the files of a service hold in the head. */
const contentOf = (found: RevisionsDiff, address: string): unknown =>
  found.services.find((one) => one.address === address)?.fields.find((one) => one.path === 'content')?.to

describe('a head that is not trusted', () => {
  test('a template that it adds leaves no file, and that it was not followed is told', async () => {
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    const head = repository.commit({
      'templates/evil/template.mjs': evil(),
      [FILE]: `${node}file__a: { node: n1, path: /a, content: a }\n`,
    })
    const found = await diff(base, head)
    expect(existsSync(mark)).toBe(false)
    expect(found.notes.join()).toContain('templates/evil differs in the head, which is not trusted')
    expect(found.services.map((one) => one.address)).toEqual(['file/a'])
    // The same head, trusted, runs it: the test could fail.
    await diff(base, head, 'trusted')
    expect(existsSync(mark)).toBe(true)
  })

  test('a service of a template that only it has is refused, and nothing ran', async () => {
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    repository.commit({ 'templates/evil/template.mjs': evil(), [FILE]: `${node}evil__x: {}\n` })
    await expect(diff(base)).rejects.toThrow(HeadBroken)
    await expect(diff(base)).rejects.toThrow(/TEMPLATE_UNKNOWN/)
    expect(existsSync(mark)).toBe(false)
  })

  test('a template that it changes is taken as the base has it', async () => {
    const template = (path: string): string => `summary: A file.
data: {}
parent: { to: [node] }
services:
  file__x: { node: '\${parent}', path: ${path}, content: a }
`
    const base = repository.commit({ 'ays.yaml': '', 'templates/own/template.yaml': template('/good'), [FILE]: node })
    repository.commit({ 'templates/own/template.yaml': template('/bad'), [FILE]: `${node}own__o: { node: n1 }\n` })
    const found = await diff(base)
    const things = found.services.flatMap((one) => one.work?.tasks ?? []).map((task) => task.thing)
    expect(things).toEqual(['file:/good'])
  })

  test('what it says of secrets, environment and pins does not count', async () => {
    const base = repository.commit({ 'ays.yaml': 'env: [GOOD]\n', [FILE]: node })
    repository.commit({
      'ays.yaml': `env: [GOOD, BAD]\nsecrets: { new: { command: [touch, ${mark}] } }\nvars: { size: { default: 3 } }\n`,
      [FILE]: `${node}file__a: { node: n1, path: /a, content: 'size \${vars.size}' }\n`,
    })
    const found = await diff(base)
    expect(contentOf(found, 'file/a')).toBe('size 3')
    expect(found.notes.filter((note) => note.includes('of ays.yaml'))).toHaveLength(2)
    repository.commit({ [FILE]: `${node}file__a: { node: n1, path: /a, content: '\${secrets.new}\${env.BAD}' }\n` })
    await expect(diff(base)).rejects.toThrow(HeadBroken)
    expect(existsSync(mark)).toBe(false)
  })

  test('no variable of the environment is read, not even one that the base allows', async () => {
    vi.stubEnv('ALLOWED_HERE', 'value-of-the-runner')
    const base = repository.commit({ 'ays.yaml': 'env: [ALLOWED_HERE]\n', [FILE]: node })
    repository.commit({ [FILE]: `${node}file__a: { node: n1, path: /a, content: '\${env.ALLOWED_HERE}' }\n` })
    expect(contentOf(await diff(base), 'file/a')).toBe('‹env.ALLOWED_HERE›')
    expect(contentOf(await diff(base, 'HEAD', 'trusted'), 'file/a')).toBe('value-of-the-runner')
    vi.unstubAllEnvs()
  })

  test('a policy that it changes is told as not followed', async () => {
    const base = repository.commit({ 'ays.yaml': '', 'policy.yaml': 'rules: []\n', [FILE]: node })
    repository.commit({ 'policy.yaml': undefined })
    expect((await diff(base)).notes.join()).toContain('policy.yaml differs in the head')
  })

  test('the policy of the base judges it, whatever the head says of it', async () => {
    const rules = (deny: string): string => `rules: [{ name: none, deny: '${deny}', message: no new services }]\n`
    const base = repository.commit({ 'ays.yaml': '', 'policy.yaml': rules('plan.counts.create > 0'), [FILE]: node })
    repository.commit({
      'policy.yaml': rules('false'),
      [FILE]: `${node}file__a: { node: n1, path: /a, content: a }\n`,
    })
    const denials = async (trust: 'trusted' | 'untrusted') =>
      (await diff(base, 'HEAD', trust)).plan.blocked.map((one) => `${one.code} ${one.message}`)
    expect(await denials('untrusted')).toEqual(['POLICY_DENIED no new services'])
    expect(await denials('trusted')).toEqual([])
  })

  test('a base without a policy has none, also where the head adds a broken one', async () => {
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    repository.commit({ 'policy.yaml': 'rules: [{ name: x }]\n' })
    expect((await diff(base)).notes.join()).toContain('policy.yaml differs in the head')
    await expect(diff(base, 'HEAD', 'trusted')).rejects.toThrow(/POLICY_INVALID/)
  })

  test.each([
    ['a symbolic link to outside', { 'x.txt': { link: '/etc/hostname' } }, 'x.txt'],
    ['a folder that is a link', { dir: { link: '/etc' } }, 'dir/hostname'],
    ['a path upwards', {}, '../../etc/hostname'],
    ['an absolute path', {}, '/etc/hostname'],
    ["git's own settings", {}, '.git/config'],
    ['the state', {}, '.ays/default/key'],
  ])('%s is not read by file()', async (_, files, path) => {
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    repository.commit({ ...files, [FILE]: `${node}file__a: { node: n1, path: /a, content: '\${file("${path}")}' }\n` })
    mkdirSync(join(repository.root, '.ays/default'), { recursive: true })
    writeFileSync(join(repository.root, '.ays/default/key'), 'k'.repeat(32))
    const error = await diff(base).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(HeadBroken)
    expect((error as HeadBroken).problems.map((one) => one.code)).toEqual(['EXPRESSION'])
  })

  test('a file of the revision is read as it is there, not as it lies in the folder', async () => {
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    repository.commit({
      'x.txt': 'committed\n',
      [FILE]: `${node}file__a: { node: n1, path: /a, content: '\${file("./x.txt")}' }\n`,
    })
    writeFileSync(join(repository.root, 'x.txt'), 'secret of the runner')
    expect(contentOf(await diff(base), 'file/a')).toBe('committed\n')
  })

  test('blueprints that are links are not read, and names of any kind are only names', async () => {
    writeFileSync(join(folder, 'outside.yaml'), 'file__stolen: { node: n1, path: /a, content: a }\n')
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    repository.commit({
      'blueprints/link.yaml': { link: join(folder, 'outside.yaml') },
      'blueprints/-rf\n--output=x.yaml': 'file__odd: { node: n1, path: /odd, content: a }\n',
      'blueprints/a;touch mark.yaml': '# nothing\n',
    })
    const found = await diff(base)
    expect(found.services.map((one) => one.address)).toEqual(['file/odd'])
    expect(found.notes.join()).toContain('"blueprints/link.yaml" in HEAD')
  })

  test('nothing that a repository says to run is run: hooks, filters, textconv, file system monitors, submodules', async () => {
    const script = join(repository.root, 'run.sh')
    writeFileSync(script, `#!/bin/sh\ntouch ${mark}\ncat\n`)
    chmodSync(script, 0o755)
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    const head = repository.commit({
      '.gitattributes': '* filter=evil diff=evil\n',
      '.gitmodules': `[submodule "s"]\n\tpath = s\n\turl = ext::${script}\n\tupdate = !${script}\n`,
      [FILE]: `${node}file__a: { node: n1, path: /a, content: a }\n`,
    })
    for (const [key, value] of Object.entries({
      'filter.evil.smudge': script,
      'filter.evil.process': script,
      'filter.evil.required': 'true',
      'diff.evil.textconv': script,
      'diff.external': script,
      'core.fsmonitor': script,
      'core.sshCommand': script,
      'core.pager': script,
      'core.alternateRefsCommand': script,
    }))
      repository.git('config', key, value)
    for (const hook of ['post-checkout', 'reference-transaction', 'pre-auto-gc', 'post-index-change']) {
      writeFileSync(join(repository.root, '.git/hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
    }
    rmSync(mark, { force: true })
    const found = await diff(base, head)
    expect(found.services.map((one) => one.address)).toEqual(['file/a'])
    expect(existsSync(mark)).toBe(false)
  })

  test('nothing is left behind in the temporary folder', async () => {
    const own = mkdtempSync(join(folder, 'tmp-'))
    vi.stubEnv('TMPDIR', own)
    const base = repository.commit({ 'ays.yaml': '', [FILE]: node })
    repository.commit({ [FILE]: `${node}file__a: { node: n9 }\n` })
    await expect(diff(base)).rejects.toThrow(HeadBroken)
    const { readdirSync } = await import('node:fs')
    expect(readdirSync(own)).toEqual([])
    vi.unstubAllEnvs()
  })
})
