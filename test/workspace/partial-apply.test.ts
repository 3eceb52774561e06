/** A plan of some services says nothing about the others, and its apply writes nothing down about them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import { openWorkspace, type PlanOptions } from '../../src/workspace.ts'

const blueprint = (a: string, b: string): string => `node.sim__n: {}
file__a: { node: n, path: /etc/a, content: ${a} }
file__b: { node: n, path: /etc/b, content: ${b}, $after: [file/a] }
`

test.each<[string, PlanOptions]>([
  ['--target', { targets: ['file/a'] }],
  ['exactly one service', { only: ['file/a' as Address] }],
])('after an apply of %s, the change of another service is a change still, not drift', async (_, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'ays-partial-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'blueprints'))
  const write = (text: string): void => writeFileSync(join(folder, 'blueprints/main.yaml'), text)
  const apply = async (how: PlanOptions) => {
    const workspace = await openWorkspace({ folder })
    onTestFinished(() => workspace.close())
    return await workspace.apply(await workspace.plan(how))
  }
  write(blueprint('one', 'one'))
  expect(await apply({})).toMatchObject({ state: 'ok' })
  write(blueprint('two', 'two'))
  expect(await apply(options)).toMatchObject({ state: 'ok' })

  const workspace = await openWorkspace({ folder })
  onTestFinished(() => workspace.close())
  const { services } = await workspace.plan()
  expect(services.map(({ address, why }) => [address, why])).toEqual([['file/b', 'change']])
})
