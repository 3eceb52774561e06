/** How long the commands of a job may show no sign of life: who has the last word. */
import { expect, test } from 'vitest'
import type { AnyKind } from '../../src/engine/kind.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { noteKind } from '../engine/toy-kind.ts'
import { noteNode, run, testClock, wants, workOf } from './world.ts'

const kindWith = (timeoutMs: number): AnyKind => {
  const kind = noteKind as AnyKind
  return { ...kind, commands: (wanted, found) => kind.commands(wanted, found).map((one) => ({ ...one, timeoutMs })) }
}
const usual = { usualMs: 4 }
const asked = { askedMs: 1, usualMs: 4 }

test.each([
  ['what is usual, where nobody says anything', usual, {}, 4],
  ['what the action of a template says before what is usual', usual, { action: 3 }, 3],
  ['what the kind says before what its action says', usual, { kind: 2, action: 3 }, 2],
  ['what the service says before all others', asked, { kind: 2, action: 3 }, 1],
])('it is %s', async (_what, timeouts, says: { kind?: number; action?: number }, expected) => {
  const given: (number | undefined)[] = []
  const node = noteNode({
    onJob: (job) => given.push(...job.steps.flatMap((step) => step.commands.map((command) => command.timeoutMs))),
  })
  const thing = wants('note/a', 'a', 'text')
  const work = workOf('note/a', [says.kind === undefined ? thing : { ...thing, kind: kindWith(says.kind) }], {
    ...(says.action === undefined ? {} : { act: { action: 'save', args: {}, entry: '', timeoutMs: says.action } }),
  })
  const clock = testClock()
  await run([work], { store: memoryStore({ clock }), clock, transport: node.transport, timeouts: () => timeouts })
  expect(given).toEqual([expected])
})
