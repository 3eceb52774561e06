import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directory, directoryKind, type WantedDirectory } from '../../../src/sal/files/directory.ts'
import type { AccessOptions } from '../../../src/sal/files/file.ts'
import { laws } from '../laws.ts'
import { hasPrograms, isRoot, openNode, type TestNode } from '../node.ts'
import { access, path, pathFound } from './arbitraries.ts'

const needs = isRoot ? undefined : 'root'
const wanted = (at: string, options: AccessOptions = {}): WantedDirectory =>
  directory(at, options).wanted as WantedDirectory // what `directory` makes

laws(directoryKind, {
  wanted: fc
    .tuple(path, access, fc.boolean())
    .map(([at, who, holds]) => ({ path: at, ...who, ...(holds ? { holds: 'data' as const } : {}) })),
  found: pathFound,
  real: (dir) => ({
    needs,
    wanted: [
      wanted(join(dir, 'one')),
      wanted(join(dir, 'one/two/three'), { mode: 0o2750, group: 'daemon' }),
      wanted(join(dir, 'data'), { holds: 'data', owner: '4242' }),
      wanted(join(dir, 'there'), { mode: 0o700 }),
      wanted(join(dir, 'file')),
      wanted(join(dir, 'link to there'), { owner: 'daemon', group: '1' }),
      wanted(join(dir, 'link to nothing')),
    ],
    prepare: () => {
      mkdirSync(join(dir, 'there'), 0o755)
      mkdirSync(join(dir, 'elsewhere'), 0o755)
      writeFileSync(join(dir, 'file'), 'x')
      symlinkSync('elsewhere', join(dir, 'link to there'))
      symlinkSync('nothing', join(dir, 'link to nothing'))
    },
  }),
})

describe.each(['its own tools', 'busybox'])('a directory on a node with %s', (tools) => {
  let node: TestNode
  beforeEach((ctx) => {
    if (needs) ctx.skip(`needs ${needs}`)
    if (tools === 'busybox' && !hasPrograms('busybox')) ctx.skip('needs busybox')
    node = openNode(tools === 'busybox' ? { tools } : {})
  })
  afterEach(() => node?.close())

  test('a full one that holds no data is not removed', async () => {
    const one = wanted(join(node.dir, 'one'))
    const { before } = await node.settle(directoryKind, one)
    writeFileSync(join(one.path, 'precious'), 'x')
    await expect(node.undo(directoryKind, one, before)).rejects.toThrow(/not empty/i)
    expect(existsSync(join(one.path, 'precious'))).toBe(true)
  })

  test('one that holds data goes with it, and says so', async () => {
    const one = wanted(join(node.dir, 'my data'), { holds: 'data' })
    const { before, found } = await node.settle(directoryKind, one)
    writeFileSync(join(one.path, 'precious'), 'x')
    const effects = directoryKind.remove(one, before, found).flatMap((command) => command.effects ?? [])
    expect(effects).toEqual([{ kind: 'data-loss', what: one.path }])
    await node.undo(directoryKind, one, before)
    expect(readdirSync(node.dir)).toEqual([])
  })

  test('one with a mount below is refused', async (ctx) => {
    const one = wanted(join(node.dir, 'my \\ data'), { holds: 'data' })
    const { before } = await node.settle(directoryKind, one)
    const inside = join(one.path, 'in side')
    mkdirSync(inside)
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', inside])
    } catch {
      return ctx.skip('needs leave to mount')
    }
    try {
      writeFileSync(join(inside, 'precious'), 'x')
      await expect(node.undo(directoryKind, one, before)).rejects.toThrow(/code -1\n.* is mounted/)
      expect(existsSync(join(inside, 'precious'))).toBe(true)
    } finally {
      execFileSync('umount', [inside])
    }
    await node.undo(directoryKind, one, before)
  })

  test('a link to a directory is that directory', async () => {
    mkdirSync(join(node.dir, 'real'))
    symlinkSync('real', join(node.dir, 'link'))
    const one = wanted(join(node.dir, 'link'), { mode: 0o711 })
    const { before } = await node.settle(directoryKind, one)
    expect(lstatSync(join(node.dir, 'real')).mode).toBe(0o40711)
    expect(lstatSync(join(node.dir, 'link')).isSymbolicLink()).toBe(true)
    await node.undo(directoryKind, one, before)
  })
})
