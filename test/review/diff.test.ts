import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { revisionsView } from '../../src/cli/views/revisions.ts'
import { revisionsJson } from '../../src/cli/views/revisions-json.ts'
import { revisionsMarkdown } from '../../src/cli/views/revisions-markdown.ts'
import { type DiffOptions, diffRevisions, HeadBroken, type RevisionsDiff } from '../../src/review/diff-revisions.ts'
import { type Repository, repositoryIn } from './repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'ays-diff-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const { signal } = new AbortController()

const FILE = 'blueprints/main.yaml'
const nodes = 'node.sim__n1:\nnode.sim__n2:\n'

const diff = (repository: Repository, base: string, head?: string, more: Partial<DiffOptions> = {}) =>
  diffRevisions({
    folder: repository.root,
    base,
    ...(head === undefined ? {} : { head }),
    trust: 'trusted',
    signal,
    ...more,
  })

/** Two commits with these blueprints, compared. */
function compared(base: string, head: string, more: Partial<DiffOptions> = {}): Promise<RevisionsDiff> {
  const repository = repositoryIn(folder)
  const one = repository.commit({ 'ays.yaml': '', [FILE]: nodes + base })
  const two = repository.commit({ [FILE]: nodes + head })
  return diff(repository, one, two, more)
}

const words = (found: RevisionsDiff): string[] =>
  found.services.map(({ change, was, address }) => `${change} ${was === undefined ? '' : `${was} → `}${address}`)

describe('the difference of two revisions', () => {
  test('nothing differs between a revision and itself, whatever stands in it', async () => {
    const repository = repositoryIn(folder)
    repository.commit({
      'ays.yaml': 'secrets: { db: { env: NOT_SET } }',
      [FILE]: `${nodes}storagecluster.block__c: { nodes: [n1, n2], nrServer: 4 }
file__a: { node: n1, path: /a, content: '\${secrets.db}' }
unit__web: { node: n2, exec: /bin/web, packages: [python3] }
`,
    })
    const found = await diff(repository, 'HEAD')
    expect(words(found)).toEqual([])
    expect(found.plan.services.filter((one) => one.action !== 'none')).toEqual([])
  })

  test('a changed field is told with its place in both', async () => {
    const found = await compared(
      'file__a: { node: n1, path: /a, content: one }\n',
      '\nfile__a: { node: n1, path: /a, content: two }\n',
    )
    expect(words(found)).toEqual(['changed file/a'])
    expect(found.services[0]?.fields).toEqual([
      {
        path: 'content',
        from: 'one',
        to: 'two',
        fromAt: expect.objectContaining({ file: FILE, line: 3 }),
        toAt: expect.objectContaining({ file: FILE, line: 4 }),
      },
    ])
    expect(found.services[0]?.work?.action).toBe('update')
  })

  test('another value of a field under $ignore changes nothing on a node', async () => {
    const file = (content: string): string => `file__a: { $ignore: content, node: n1, path: /a, content: ${content} }\n`
    const found = await compared(file('one'), file('two'))
    expect(found.plan.services.filter((one) => one.action !== 'none')).toEqual([])
  })

  test('a smaller cluster tells why its engines go, and that they take data along', async () => {
    const cluster = (n: number): string => `storagecluster.block__cache: { nodes: [n1, n2], nrServer: ${n} }\n`
    const found = await compared(cluster(4), cluster(2))
    expect(words(found)).toEqual([
      'changed storagecluster/cache',
      'removed storage_engine/cache-3',
      'removed storage_engine/cache-2',
    ])
    const text = revisionsView(found, { color: false, width: 100 })
    expect(text).toContain('because storagecluster/cache: nrServer 4 → 2')
    expect(found.plan.radius.dataLoss).toEqual(['/var/lib/ays-engines/cache-2', '/var/lib/ays-engines/cache-3'])
  })

  test('$moved is a rename, and the same data under a new name is not', async () => {
    const file = (name: string, more = ''): string => `file__${name}: { node: n1, path: /a, content: a${more} }\n`
    expect(words(await compared(file('old'), file('new', ', $moved: file!old')))).toEqual([
      'renamed file/old → file/new',
    ])
    expect(words(await compared(file('old'), file('new')))).toEqual(['added file/new', 'removed file/old'])
  })

  test('what moves to another node has another parent', async () => {
    const file = (node: string): string => `file__a: { node: ${node}, path: /a, content: a }\n`
    const found = await compared(file('n1'), file('n2'))
    expect(found.services[0]?.links).toEqual([{ link: 'parent', added: ['node/n2'], removed: ['node/n1'] }])
  })

  test('a service whose own declaration stands is touched by what it consumes, and says so', async () => {
    const site = (port: number): string => `caddy_proxy__shop: { dst: ['http://127.0.0.1:${port}'] }
caddy__web: { node: n1, caddyProxy: shop }
`
    const found = await compared(site(8080), site(9090))
    expect(words(found)).toEqual(['changed caddy_proxy/shop', 'touched caddy/web'])
    expect(found.services[1]?.because.map((one) => one.address)).toEqual(['caddy_proxy/shop'])
    expect(found.services[1]?.work?.tasks.map((task) => task.thing)).toContain('file:/etc/ays/caddy/web.Caddyfile')
  })

  test('a secret is told by its name, and its source is never asked', async () => {
    const repository = repositoryIn(folder)
    const file = (secret: string): string =>
      `${nodes}file__a: { node: n1, path: /a, content: 'x=\${secrets.${secret}}' }\n`
    const secrets = `secrets:
  one: { command: [sh, -c, "echo hunter2 | tee ${repository.root}/asked"] }
  two: { file: absent.txt }
`
    const base = repository.commit({ 'ays.yaml': secrets, [FILE]: file('one') })
    repository.commit({ [FILE]: file('two') })
    const found = await diff(repository, base)
    const text = revisionsView(found, { color: false, width: 100 })
    expect(text).toContain('‹secrets.one› → ‹secrets.two›')
    expect(readdirSync(repository.root)).not.toContain('asked')
    for (const shown of [text, revisionsMarkdown(found), JSON.stringify(revisionsJson(found))])
      expect(shown).not.toMatch(/hunter2|on paper/)
  })

  test('the working tree counts as it lies there, committed or not', async () => {
    const repository = repositoryIn(folder)
    repository.commit({ 'ays.yaml': '', [FILE]: `${nodes}file__a: { node: n1, path: /a, content: a }\n` })
    writeFileSync(join(repository.root, 'blueprints/more.yaml'), 'file__b: { node: n1, path: /b, content: b }\n')
    const found = await diff(repository, 'HEAD')
    expect(words(found)).toEqual(['added file/b'])
    expect(found.head.commit).toBeUndefined()
  })

  test('every mistake of the head is told with its place and line, although its files are nowhere on disk', async () => {
    const repository = repositoryIn(folder)
    const base = repository.commit({ 'ays.yaml': '', [FILE]: nodes })
    const head = repository.commit({
      [FILE]: `${nodes}file__a: { node: n1, path: /a, contnt: a }\nfile__b: { node: n9 }\n`,
    })
    repository.commit({ [FILE]: nodes })
    const error = await diff(repository, base, head).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(HeadBroken)
    const { problems, lines } = error as HeadBroken
    expect(new Set(problems.map((one) => one.at?.line))).toEqual(new Set([3, 4]))
    expect(lines.get(FILE)?.[2]).toContain('contnt')
  })

  test('a base with mistakes is noted, and all of the head is new', async () => {
    const found = await compared('file__a: { node: nowhere }\n', 'file__a: { node: n1, path: /a, content: a }\n')
    expect(found.notes.join()).toContain('has mistakes, so everything counts as new')
    expect(words(found)).toContain('added file/a')
  })

  test('a workspace that the base does not have is all new', async () => {
    const repository = repositoryIn(folder)
    const base = repository.commit({ 'README.md': 'nothing' })
    repository.commit({ 'ays.yaml': '', [FILE]: nodes })
    const found = await diff(repository, base)
    expect(words(found)).toEqual(['added node/n1', 'added node/n2'])
    expect(found.notes).toEqual([])
  })

  test('entries of actions come and go', async () => {
    const entry = (every: string): string => `file__a: { node: n1, path: /a, content: a }
actions: [{ action: monitor, service: a, recurring: ${every} }]
`
    const found = await compared(entry('5m'), entry('9m'))
    expect([found.actions.added.length, found.actions.removed.length]).toEqual([1, 1])
  })

  test.each(['--output=x', '-x', 'nowhere', 'HEAD:blueprints', ''])('%j is no revision', async (name) => {
    const repository = repositoryIn(folder)
    repository.commit({ 'ays.yaml': '', [FILE]: nodes })
    await expect(diff(repository, name)).rejects.toThrow(/GIT_FAILED The repository has no revision/)
  })

  test('a thousand differences are a comment of less than 60,000 bytes that counts what it leaves out', async () => {
    const many = (text: string): string =>
      `file__a: { $each: 1500, node: n1, path: "/etc/\${each.key}", content: ${text} }\n`
    const found = await compared(many('one'), many('two'))
    const markdown = revisionsMarkdown(found)
    expect(found.services).toHaveLength(1500)
    expect(Buffer.byteLength(markdown)).toBeLessThan(60_000)
    expect(markdown).toMatch(/and \d+ more services, which `ays diff` shows/)
  })

  test('nothing of a blueprint becomes a link, a mention, HTML or another column of the comment', async () => {
    const nasty = '"@team <img src=x> | ``` [x](http://evil) ~~~"'
    const found = await compared('', `file__a: { node: n1, path: /a, content: ${nasty}, $tags: [${nasty}] }\n`)
    const markdown = revisionsMarkdown(found)
    const outside = markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '').replace(/(`+)[^`]+\1/g, '')
    expect(outside).not.toMatch(/@team|<img|evil/)
  })
})
