import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { addressOf } from '../../../src/base/address.ts'
import { applyView } from '../../../src/cli/views/apply.ts'
import { paletteOf } from '../../../src/cli/views/paint.ts'
import { liveProgress, plainProgress } from '../../../src/cli/views/progress.ts'
import { afterProgress, blockLines, nothingYet } from '../../../src/cli/views/progress-state.ts'
import { widthOf } from '../../../src/cli/views/text-width.ts'
import type { Progress } from '../../../src/workspace.ts'

const service = addressOf('storage_engine', 'a')
const node = addressOf('node', 'n1')
const started: Progress = { type: 'started', service, node, title: 'install redis' }
const ended: Progress = { type: 'ended', service, node, state: 'ok', ms: 400, results: [] }
const noon = new Date(2026, 0, 1, 12, 1, 3).getTime()
const palette = paletteOf(false)

test('on a pipe every end is one line with the time', () => {
  let out = ''
  const view = plainProgress((text) => (out += text), { now: () => noon })
  view.onProgress({ type: 'run', run: 7, jobs: 1 })
  view.onProgress(started)
  view.onProgress({ type: 'moving', service, node, progress: 'boots' })
  view.onProgress({ type: 'moving', service, node, progress: 'boots' })
  view.onProgress(ended)
  expect(out.split('\n')).toEqual([
    '12:01:03 run 7: 1 job',
    '12:01:03 node/n1 storage_engine/a started: install redis',
    '12:01:03 node/n1 storage_engine/a boots',
    '12:01:03 node/n1 storage_engine/a ok 400ms',
    '',
  ])
})

test('the block says what runs, how long, and how much is done', () => {
  let state = afterProgress(nothingYet(0), { type: 'run', run: 1, jobs: 2 }, 0)
  state = afterProgress(state, started, 1_000)
  expect(blockLines(state, 3_000, { palette, width: 80, height: 10 })).toEqual([
    '⠋ storage_engine/a on node/n1  install redis  2.0s',
    '  0 of 2 done · 1 running · 3.0s',
  ])
  state = afterProgress(state, { type: 'moving', service, node, progress: '50 %' }, 3_000)
  expect(blockLines(state, 4_000, { palette, width: 80, height: 10 })[0]).toContain('50 %  3.0s')
  state = afterProgress(state, { ...ended, state: 'error' }, 5_000)
  expect(blockLines(state, 5_000, { palette, width: 80, height: 10 })).toEqual([
    '  1 of 2 done · 1 failed · 0 running · 5.0s',
  ])
})

test('the block never fills more lines or columns than the terminal has', () => {
  let state = afterProgress(nothingYet(0), { type: 'run', run: 1, jobs: 40 }, 0)
  for (let i = 0; i < 40; i++) {
    state = afterProgress(
      state,
      { type: 'started', service: addressOf('vm', `a-rather-long-name-${i}`), node, title: 'x'.repeat(200) },
      i,
    )
  }
  const lines = blockLines(state, 1_000, { palette, width: 60, height: 8 })
  expect(lines.length).toBeLessThanOrEqual(8)
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(60)
  expect(lines.at(-2)).toContain('… and 35 more')
})

test('the live block takes itself away when it is closed', () => {
  const tty = new FakeTty()
  const view = liveProgress(tty, { now: () => noon }, false)
  view.onProgress({ type: 'run', run: 1, jobs: 1 })
  view.onProgress(started)
  view.onProgress(ended)
  view.close()
  expect(tty.screen()).toEqual(['✔ storage_engine/a on node/n1 400ms'])
})

test('a run that failed ends with the command, its exit code and its last lines', () => {
  const view = applyView(
    {
      run: 12,
      state: 'error',
      ms: 14_200,
      problems: [],
      jobs: [
        {
          id: 'j1',
          run: 12,
          service,
          node,
          state: 'error',
          action: 'create',
          attempts: 1,
          problem: { code: 'COMMAND_FAILED', message: 'install redis failed.' },
          results: [{ title: 'install redis', code: 100, stdout: '', stderr: 'E: Unable to locate package redis\n' }],
        },
        { id: 'j2', run: 12, service: addressOf('web', 'b'), node, state: 'skipped', action: 'create', attempts: 0 },
      ],
    },
    { color: false },
  )
  expect(view.split('\n')).toEqual([
    '✘ storage_engine/a on node/n1 install redis failed. COMMAND_FAILED',
    '    install redis: exit code 100',
    '    | E: Unable to locate package redis',
    '',
    'Not everything worked: 0 jobs ok, 1 failed, 1 skipped in 14.2s (run 12). The next apply looks first and goes on from here.',
  ])
})

/** A terminal that knows "up", "erase to the end" and line breaks, which is all that the block uses. */
class FakeTty extends EventEmitter {
  readonly columns = 80
  readonly rows = 24
  #lines = ['']
  #row = 0

  write(out: unknown): boolean {
    for (const [, up, erase, text, newline] of String(out).matchAll(codes)) {
      if (up) this.#row -= Number(up)
      else if (erase === 'J') this.#lines = [...this.#lines.slice(0, this.#row), '']
      else if (text) this.#lines[this.#row] = text
      else if (newline) this.#row += 1
      this.#lines[this.#row] ??= ''
    }
    return true
  }

  screen(): string[] {
    return this.#lines.filter((line) => line !== '')
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what it reads
const codes = /\u001b\[(\d+)A|\u001b\[(J|K|\?2026[hl])|([^\u001b\n\r]+)|(\n)|\r/g
