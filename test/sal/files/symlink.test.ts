import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { symlink, symlinkKind } from '../../../src/sal/files/symlink.ts'
import { laws } from '../laws.ts'
import { hasPrograms, isRoot, openNode } from '../node.ts'
import { path, pathFound } from './arbitraries.ts'

const needs = isRoot ? undefined : 'root'

laws(symlinkKind, {
  wanted: fc.tuple(path, path).map(([at, target]) => ({ path: at, target })),
  found: pathFound,
  real: (dir) => ({
    needs,
    wanted: [
      { path: join(dir, 'new/deep'), target: '../there' },
      { path: join(dir, 'dangling'), target: '-/no where/ü' },
      { path: join(dir, 'there'), target: '/etc' },
      { path: join(dir, 'file'), target: 'a link now' },
      { path: join(dir, 'folder'), target: 'a link now' },
    ],
    prepare: () => {
      symlinkSync('/tmp', join(dir, 'there'))
      writeFileSync(join(dir, 'file'), 'x')
      mkdirSync(join(dir, 'folder'))
    },
  }),
})

test('a link moves to another target in one step, with busybox too', async (ctx) => {
  if (needs) return ctx.skip(`needs ${needs}`)
  if (!hasPrograms('busybox')) return ctx.skip('needs busybox')
  const node = openNode({ tools: 'busybox' })
  try {
    const at = join(node.dir, 'current')
    const { before } = await node.settle(symlinkKind, { path: at, target: '/usr' })
    await node.settle(symlinkKind, { path: at, target: '/etc' })
    expect(readlinkSync(at)).toBe('/etc')
    await node.undo(symlinkKind, { path: at, target: '/etc' }, before)
    expect(readdirSync(node.dir)).toEqual([])
  } finally {
    node.close()
  }
})

test.each(['', 'a\nb'])('the target %j is refused', (target) => {
  expect(() => symlink('/a', target)).toThrow(/FIELD_TYPE/)
})
