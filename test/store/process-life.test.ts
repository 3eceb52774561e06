/** A process is called gone only when that is sure. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { isGone, markOf } from '../../src/store/process-life.ts'

test('a process is there while it runs, and gone when it has ended', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const mark = markOf(hostname(), child.pid ?? 0)
  expect(isGone(mark)).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isGone(mark)).toBe(true)
})

test('a number that another process has by now is gone', (ctx) => {
  const mark = markOf(hostname(), process.pid)
  if (mark.started === '') ctx.skip('needs /proc')
  expect(isGone(mark)).toBe(false)
  expect(isGone({ ...mark, started: '1' })).toBe(true)
})

test.each([
  ['of another host', markOf('elsewhere', 999_999_999)],
  ['of another container or an earlier boot', { ...markOf(hostname(), 999_999_999), seat: 'other pid:[1]' }],
])('a process %s is never called gone by its number', (_where, mark) => {
  expect(isGone(mark)).toBe(false)
})
