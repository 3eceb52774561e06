import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'

const folder = mkdtempSync(join(tmpdir(), 'ays-no-refresh-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function opened<Result>(use: (workspace: Workspace) => Promise<Result>): Promise<Result> {
  const workspace = await openWorkspace({ folder })
  try {
    return await use(workspace)
  } finally {
    await workspace.close()
  }
}

test('a plan against what is remembered takes what is not remembered as not there, and asks nobody', async () => {
  mkdirSync(join(folder, 'blueprints'))
  const file = join(folder, 'blueprints/main.yaml')
  writeFileSync(file, 'node.sim__n1:\nfile__a: { node: n1, path: /a, content: a }\n')
  await opened(async (workspace) => workspace.apply(await workspace.plan()))
  // The node is gone: whoever asks it fails.
  writeFileSync(file, 'node.sim__n1: { faults: { down: true } }\nfile__a: { node: n1, path: /a, content: b }\n')
  appendFileSync(file, 'file__b: { node: n1, path: /b, content: b }\n')
  const plan = await opened((workspace) => workspace.plan({ refresh: false }))
  expect(plan.unreachable).toEqual([])
  expect(plan.services.map(({ address, action }) => `${action} ${address}`)).toEqual(['update file/a', 'create file/b'])
})
