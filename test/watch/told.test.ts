/** What the watch prints, and the unit that keeps it running. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import type { Problem } from '../../src/base/problem.ts'
import { watchJson, watchLine } from '../../src/cli/views/watch.ts'
import type { WatchEvent, WatchNote } from '../../src/watch/events.ts'
import { systemdUnit } from '../../src/watch/systemd-unit.ts'

const at = new Date('2026-06-01T12:00:00').getTime()
const service = 'file/a' as Address
const problem: Problem = { code: 'COMMAND_FAILED', message: 'it broke.' }

test.each<[WatchNote, string]>([
  [
    { type: 'started', services: 1, nodes: 2, apply: 'safe' },
    'watching 1 service on 2 nodes; changes of blueprints are applied: safe',
  ],
  [{ type: 'drifted', service, problem, answer: 'reports' }, 'it broke. $heal is false: left as it is.'],
  [{ type: 'repaired', service, run: 7, ms: 400 }, 'file/a repaired in 400ms (run 7)'],
  [
    { type: 'failed', service, problem, attempts: 2, nextAt: at + 30_000 },
    'file/a failed (attempt 2): COMMAND_FAILED it broke, again in 30.0s',
  ],
  [
    { type: 'pending', services: [{ address: service, action: 'update' }], why: 'never' },
    '1 change for a person to apply (update file/a): never',
  ],
  [
    { type: 'action', service, action: 'save', state: 'ok', run: 3, nextAt: at + 3_600_000 },
    'file/a save ok, again in 1h 00m',
  ],
])('%j is told on one line', (note, line) => {
  const event = { at, ...note } as WatchEvent // a note is an event without its time
  expect(watchLine(event, { color: false })).toBe(`12:00:00 ${line}`)
  expect(JSON.parse(watchJson(event))).toMatchObject({ type: note.type, at: new Date(at).toISOString() })
  expect(watchJson(event)).not.toContain('\n')
})

test('the unit is one that systemd takes, whatever the folder is called', (ctx) => {
  const folder = '/srv/my infra 100%'
  const text = systemdUnit({
    argv: [process.execPath, '/opt/ays/bin/ays.js', 'watch', folder, '--var', 'a=$x'],
    folder,
    user: 'root',
    environment: 'prod',
  })
  expect(text).toContain(`ExecStart=${process.execPath} /opt/ays/bin/ays.js watch "/srv/my infra 100%%" --var a=$$x\n`)
  const unit = join(mkdtempSync(join(tmpdir(), 'ays-unit-')), 'ays-watch.service')
  onTestFinished(() => rmSync(join(unit, '..'), { recursive: true }))
  writeFileSync(unit, text)
  try {
    execFileSync('systemd-analyze', ['verify', unit], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') ctx.skip('needs systemd-analyze')
    throw error
  }
})
