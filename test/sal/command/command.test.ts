import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { command, commandKind, type WantedCommand } from '../../../src/sal/command/command.ts'
import { laws } from '../laws.ts'
import { hasPrograms, openNode, type TestNode } from '../node.ts'

const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'))
const run = fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 4 }))

laws(commandKind, {
  wanted: fc.record(
    { name: fc.constantFrom('a', 'b c'), run, check: run, undo: run, timeoutMs: fc.nat(), slow: fc.boolean() },
    { requiredKeys: ['name', 'run'] },
  ),
  real: (dir) => ({
    wanted: [
      { name: 'text', run: `echo x >'${dir}/text'`, check: `[ -f '${dir}/text' ]`, undo: `rm '${dir}/text'` },
      {
        name: 'words',
        run: ['touch', join(dir, "it's $odd\nname")],
        check: ['test', '-f', join(dir, "it's $odd\nname")],
        undo: ['rm', join(dir, "it's $odd\nname")],
      },
      { name: 'once', run: ['touch', join(dir, 'once')], undo: ['rm', join(dir, 'once')] },
      {
        name: 'eleven',
        run: ['touch', ...'abcdefghijk'].map((name, i) => (i === 0 ? name : join(dir, name))),
        check: ['sh', '-c', 'shift 9; [ -f "$1" ]', ...'0123456789', join(dir, 'k')],
        undo: ['rm', join(dir, 'k')],
      },
    ],
  }),
})

describe.each(['its own tools', 'busybox'])('a command on a node with %s', (tools) => {
  let node: TestNode
  beforeEach((ctx) => {
    if (tools === 'busybox' && !hasPrograms('busybox')) ctx.skip('needs busybox')
    node = openNode(tools === 'busybox' ? { tools } : {})
  })
  afterEach(() => node?.close())

  test('without a check runs once for what it says, and again when it says something else', async () => {
    const log = join(node.dir, 'log')
    const one: WantedCommand = { name: 'greet / once', run: ['sh', '-c', 'echo "$1" >>"$2"', 'sh', 'one', log] }
    const { before } = await node.settle(commandKind, one)
    await node.settle(commandKind, one)
    await node.settle(commandKind, { ...one, run: `echo two >>'${log}'` })
    expect(readFileSync(log, 'utf8')).toBe('one\ntwo\n')
    expect(commandKind.remove(one, before, { inPlace: true })).toEqual([])
  })

  test('that fails leaves no note and is not in place', async () => {
    const one: WantedCommand = { name: 'fail', run: 'echo why >&2; exit 3' }
    await expect(node.settle(commandKind, one)).rejects.toThrow(/run fail: code 3\nwhy/)
    expect(existsSync(join(node.ays, 'commands'))).toBe(false)
    expect(await node.look(commandKind, one)).toEqual({ inPlace: false })
  })

  test('whose check lies is not settled', async () => {
    await expect(node.settle(commandKind, { name: 'lie', run: 'true', check: 'false' })).rejects.toThrow(/not settled/)
  })

  test('is told by its check alone: exit 0, anything else, ended', async () => {
    writeFileSync(join(node.dir, 'there'), '')
    const checks = [
      'exit 0',
      'exit 1',
      'exit 127',
      'kill -9 $$',
      'echo in place; exit 255',
      'cat',
      'exec 2>&1; echo end >&2; exit 4',
    ]
    const all = checks.map((check) => ({ name: 'c', run: 'true', check }))
    const answers = (await node.answers(commandKind, all)).map((answer) => answer.trim())
    expect(answers).toEqual([
      'in place',
      'not in place',
      'not in place',
      'ended 9',
      'not in place',
      'in place',
      'not in place',
    ])
    expect(commandKind.parse('ended 9\n')).toMatchObject({ state: 'unknown' })
  })
})

test.each([
  { name: '', run: 'true' },
  { name: 'a\nb', run: 'true' },
  { name: 'a', run: ' ' },
  { name: 'a', run: [] },
  { name: 'a', run: 'true', undo: ['a\0'] },
])('%j is refused', (wanted) => {
  expect(() => command(wanted)).toThrow(/FIELD_TYPE/)
})
