import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Text } from '../../../src/base/secret.ts'
import { file, fileKind, type WantedFile } from '../../../src/sal/files/file.ts'
import { expectJoined, laws } from '../laws.ts'
import { hasPrograms, isRoot, openNode, SECRET_MARK, secret, type TestNode } from '../node.ts'
import { access, content, path, pathFound } from './arbitraries.ts'

const needs = isRoot ? undefined : 'root'
const wanted = (at: string, text: Text, options: { mode?: number; owner?: string; group?: string } = {}): WantedFile =>
  file(at, text, options).wanted as WantedFile // what `file` makes

laws(fileKind, {
  wanted: fc.tuple(path, content, access).map(([at, text, who]) => ({ path: at, content: text, ...who })),
  found: pathFound,
  real: (dir) => ({
    needs,
    wanted: [
      wanted(join(dir, 'plain'), 'one\n'),
      wanted(join(dir, 'secret'), secret('two'), { mode: 0o600, owner: 'daemon', group: 'daemon' }),
      wanted(join(dir, 'deep/er/than that/it\'s "odd" \\ ü'), 'no newline', { mode: 0o4755 }),
      wanted(join(dir, 'deep/er/empty'), ''),
      wanted(join(dir, 'numbers'), 'of owners', { owner: '0', group: '4242' }),
      wanted(join(dir, 'there'), 'new\n'),
      wanted(join(dir, 'there, secret'), secret('new\n')),
      wanted(join(dir, 'link'), 'not a link\n'),
      wanted(join(dir, 'fifo'), 'not a fifo\n'),
      wanted(join(dir, 'folder'), 'not a folder\n'),
    ],
    prepare: () => {
      writeFileSync(join(dir, 'there'), 'old ü\n')
      writeFileSync(join(dir, 'there, secret'), 'old\n', { mode: 0o640 })
      chownSync(join(dir, 'there, secret'), 1, 1)
      symlinkSync('there', join(dir, 'link'))
      execFileSync('mkfifo', [join(dir, 'fifo')])
      mkdirSync(join(dir, 'folder'), 0o750)
    },
  }),
})

describe.each(['its own tools', 'busybox'])('a file on a node with %s', (tools) => {
  let node: TestNode
  beforeEach((ctx) => {
    if (needs) ctx.skip(`needs ${needs}`)
    if (tools === 'busybox' && !hasPrograms('busybox')) ctx.skip('needs busybox')
    node = openNode(tools === 'busybox' ? { tools } : {})
  })
  afterEach(() => node?.close())

  test('gets content, mode and owner, and folders above it that go with it', async () => {
    const at = join(node.dir, 'a/b/c.conf')
    const one = wanted(at, 'x = 1\n', { mode: 0o640, group: 'daemon' })
    const { before } = await node.settle(fileKind, one)
    expect(readFileSync(at, 'utf8')).toBe('x = 1\n')
    expect(lstatSync(at)).toMatchObject({ mode: 0o100640, uid: 0, gid: 1 })
    await node.undo(fileKind, one, before)
    expect(readdirSync(node.dir)).toEqual([])
    expect(readdirSync(join(node.ays, 'made'))).toEqual([])
  })

  test('leaves folders that hold something else', async () => {
    const one = wanted(join(node.dir, 'a/b/c.conf'), '1')
    const other = wanted(join(node.dir, 'a/d.conf'), '2')
    const before = (await node.settle(fileKind, one)).before
    await node.settle(fileKind, other)
    await node.undo(fileKind, one, before)
    expect(readdirSync(join(node.dir, 'a'))).toEqual(['d.conf'])
    await node.undo(fileKind, other, before)
    expect(readdirSync(node.dir)).toEqual([])
  })

  test('shows the old text where it differs, and brings it back bit by bit', async () => {
    const at = join(node.dir, 'motd')
    writeFileSync(at, 'old\n')
    chmodSync(at, 0o604)
    const one = wanted(at, 'new\n')
    const { before, changes } = await node.settle(fileKind, one)
    expect(changes).toEqual([
      { path: 'content', from: 'old\n', to: 'new\n', how: 'in place' },
      { path: 'mode', from: '0604', to: '0644', how: 'in place' },
    ])
    await node.settle(fileKind, wanted(at, 'newer\n'))
    await node.undo(fileKind, wanted(at, 'newer\n'), before)
    expect(readFileSync(at, 'utf8')).toBe('old\n')
    expect(lstatSync(at).mode).toBe(0o100604)
    expect(readdirSync(join(node.ays, 'before'))).toEqual([])
  })

  test.each([1, 7, 8, 70, 900, 65_536])('the old text of %i bytes is shown', async (bytes) => {
    const at = join(node.dir, 'sized')
    writeFileSync(at, 'x'.repeat(bytes))
    expect(await node.look(fileKind, wanted(at, 'new'))).toMatchObject({ text: 'x'.repeat(bytes) })
  })

  test('of a larger one only the digest', async () => {
    const at = join(node.dir, 'large')
    writeFileSync(at, 'x'.repeat(65_537))
    expect(await node.look(fileKind, wanted(at, 'new'))).not.toHaveProperty('text')
  })

  test('what only its owner may read is never shown', async () => {
    const at = join(node.dir, 'key')
    writeFileSync(at, 'private', { mode: 0o640 })
    const [answer] = await node.answers(fileKind, [wanted(at, 'public')])
    expect(answer).not.toContain(Buffer.from('private').toString('base64'))
    const { changes } = await node.settle(fileKind, wanted(at, 'public'))
    expect(JSON.stringify(changes)).not.toContain('private')
  })

  test('a secret is compared without being shown', async () => {
    const at = join(node.dir, 'secret')
    const one = wanted(at, secret('hunter2'), { mode: 0o600 })
    const { changes, found } = await node.settle(fileKind, one)
    expect(readFileSync(at, 'utf8')).toBe(`${SECRET_MARK}hunter2`)
    expect(JSON.stringify([changes, found])).not.toContain('hunter2')
    expect((await node.settle(fileKind, JSON.parse(JSON.stringify(one)) as WantedFile)).changes).toEqual([]) // as remembered
    writeFileSync(at, 'someone else')
    expect((await node.settle(fileKind, one)).changes.map((change) => change.path)).toEqual(['content'])
  })

  test('the way back to what was secret or large is what the node kept', async () => {
    const at = join(node.dir, 'kept')
    writeFileSync(at, 'secret before')
    const before = await node.look(fileKind, wanted(at, secret('new')))
    await node.settle(fileKind, wanted(at, secret('new')))
    const back = fileKind.asWanted(before)
    if (!back) throw new Error('there should be a way back')
    await node.settle(fileKind, back)
    expect(readFileSync(at, 'utf8')).toBe('secret before')
  })

  test('a removal that lost what was there says so and leaves the file', async () => {
    const at = join(node.dir, 'lost')
    writeFileSync(at, Buffer.from([0xff, 0xfe, 0x00]))
    const one = wanted(at, 'new')
    const { before, found } = await node.settle(fileKind, one)
    execFileSync('rm', ['-rf', join(node.ays, 'before')])
    const [result] = await node.run(fileKind.remove(one, before, found))
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('is not kept') })
    expect(readFileSync(at, 'utf8')).toBe('new')
  })

  test('one that is replaced whole still goes back to what was there before', async () => {
    const at = join(node.dir, 'motd')
    writeFileSync(at, 'old\n')
    const one = wanted(at, 'new\n')
    const { before, found } = await node.settle(fileKind, one)
    const again = [...fileKind.remove(one, fileKind.bare, found), ...fileKind.commands(one, fileKind.bare)]
    expect((await node.run(again)).map((result) => result.code)).toEqual(again.map(() => 0))
    writeFileSync(at, 'drifted\n')
    await node.settle(fileKind, one)
    await node.undo(fileKind, one, before)
    expect(readFileSync(at, 'utf8')).toBe('old\n')
    expect(readdirSync(join(node.ays, 'before'))).toEqual([])
  })

  test('links, FIFOs and empty folders give way and come back; a full folder does not', async () => {
    symlinkSync('/nowhere', join(node.dir, 'link'))
    execFileSync('mkfifo', [join(node.dir, 'fifo')])
    mkdirSync(join(node.dir, 'empty'))
    mkdirSync(join(node.dir, 'full'))
    writeFileSync(join(node.dir, 'full/data'), 'precious')
    for (const name of ['link', 'fifo', 'empty']) {
      const one = wanted(join(node.dir, name), 'file')
      const { before } = await node.settle(fileKind, one)
      await node.undo(fileKind, one, before)
    }
    expect(readlinkSync(join(node.dir, 'link'))).toBe('/nowhere')
    await expect(node.settle(fileKind, wanted(join(node.dir, 'full'), 'file'))).rejects.toThrow(/empty folder/)
    expect(existsSync(join(node.dir, 'full/data'))).toBe(true)
  })

  test('a path below a file, too long or looping is told from one that is absent', async () => {
    writeFileSync(join(node.dir, 'file'), '')
    symlinkSync('loop', join(node.dir, 'loop'))
    const all = ['file/below', 'loop/below', 'x'.repeat(300), 'absent', "it's absent"].map((one) =>
      wanted(join(node.dir, one), ''),
    )
    await expectJoined(node, fileKind, all)
    const states: string[] = []
    for (const one of all) {
      const finding = await node.finding(fileKind, one)
      states.push(finding.state === 'seen' ? finding.found.type : finding.state)
    }
    expect(states).toEqual(['absent', 'unknown', 'unknown', 'absent', 'absent'])
  })

  test('a thousand are looked at within a second', async () => {
    const all = Array.from({ length: 1_000 }, (_, i) => wanted(join(node.dir, `file ${i}`), `${i}`))
    for (const one of all) writeFileSync(one.path, one.content as string) // as made above
    const start = performance.now()
    const answers = await node.answers(fileKind, all)
    expect(performance.now() - start).toBeLessThan(tools !== 'busybox' ? 1_000 : 3_000)
    expect(answers).toHaveLength(1_000)
    for (const [i, one] of all.entries()) {
      const finding = fileKind.parse(answers[i] ?? '')
      expect(finding.state === 'seen' && fileKind.compare(one, finding.found)).toEqual([])
    }
  })
})

test('what may not be seen is unknown, never absent', async (ctx) => {
  if (needs || !hasPrograms('runuser')) return ctx.skip('needs root and runuser')
  const node = openNode({ enter: ['runuser', '-u', 'daemon', '--'] })
  try {
    chmodSync(join(node.dir, '..'), 0o755)
    mkdirSync(join(node.dir, 'closed'), 0o700)
    writeFileSync(join(node.dir, 'closed/file'), '')
    writeFileSync(join(node.dir, 'private'), '', { mode: 0o600 })
    const all = ['closed/file', 'closed/absent', 'private', 'absent'].map((one) => wanted(join(node.dir, one), ''))
    await expectJoined(node, fileKind, all)
    const states: string[] = []
    for (const one of all) states.push((await node.finding(fileKind, one)).state)
    expect(states).toEqual(['unknown', 'unknown', 'unknown', 'seen'])
  } finally {
    node.close()
  }
})

test.each(['relative', '/', '/a//b', '/a/../b', '/a/.', '/a\nb', '', '//a'])('the path %j is refused', (at) => {
  expect(() => file(at, '')).toThrow(/FIELD_TYPE/)
})
