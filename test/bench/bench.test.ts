/** The bench runs and measures what it says it measures; how fast things are is no test. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = resolve(fileURLToPath(import.meta.url), '../../..')

interface Table {
  readonly id: string
  readonly rows: readonly { readonly ms: number }[]
  readonly checked?: { readonly files: number; readonly found: number }
}

test('the bench fills its tables, and the files that it applies are on their nodes', { timeout: 300_000 }, (ctx) => {
  if (!existsSync(join(root, 'dist/main.js'))) ctx.skip('needs dist: run `npm run build`')
  const out = mkdtempSync(join(tmpdir(), 'ays-bench-'))
  onTestFinished(() => rmSync(out, { recursive: true, force: true }))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts/bench.mjs'), '--quick', '--out', out],
    { encoding: 'utf8', timeout: 280_000 },
  )
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(stdout).toContain('| workspace')
  const { tables }: { tables: readonly Table[] } = JSON.parse(readFileSync(join(out, 'latest.json'), 'utf8'))
  expect(tables.map((table) => table.id)).toEqual(expect.arrayContaining(['planning', 'views', 'start-up', 'fleet']))
  for (const table of tables) if (table.id !== 'fleet') expect(table.rows.length, table.id).toBeGreaterThan(0)
  for (const { id, rows } of tables) if (id !== 'editor') for (const row of rows) expect(row.ms).toBeGreaterThan(0)
  expect(readFileSync(join(out, 'latest.md'), 'utf8')).toContain('peak MB')
  const fleet = tables.find((table) => table.id === 'fleet')
  if (fleet?.rows.length === 0) ctx.skip('needs lab nodes: Linux and root')
  expect(fleet?.checked).toEqual({ files: 6, found: 6 })
})
