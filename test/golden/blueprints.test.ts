import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openWorkspace } from '../../src/workspace.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const files = readdirSync(join(root, 'blueprints')).filter((name) => name.endsWith('.yaml'))

test.each(files)('blueprints/%s has no mistakes', async (name) => {
  const needed = name === 'lab-pair.yaml' ? [name] : ['lab-pair.yaml', name]
  const workspace = await openWorkspace({ folder: root, files: needed.map((file) => join(root, 'blueprints', file)) })
  try {
    const { graph, problems } = await workspace.validate()
    expect(problems.filter((problem) => problem.code !== 'LAB_UNAVAILABLE')).toEqual([])
    expect(graph.services.size).toBeGreaterThan(1)
  } finally {
    await workspace.close()
  }
})
