/** What `$ignore` leaves to others, where a kind cannot say what would have to be wanted. */
import { expect, test } from 'vitest'
import type { AnyKind } from '../../../src/engine/kind.ts'
import { decideWanted } from '../../../src/engine/plan/decide.ts'
import { noteKind } from '../toy-kind.ts'

const wanted = { name: 'a', text: 'declared', colour: 'red' }
const past = { wanted, before: { text: null, colour: null }, adopted: false }
const left = { leaves: [['text']], always: [], paths: ['text'] }
const oneWay: AnyKind = { ...(noteKind as AnyKind), asWanted: () => undefined }

const decided = (kind: AnyKind, found: object, more: { wanted?: object; force?: boolean } = {}) =>
  decideWanted(kind, 'note:a', more.wanted ?? wanted, { state: 'seen', found }, past, {
    left,
    ...(more.force ? { force: true } : {}),
  })
const both = [noteKind as AnyKind, oneWay]

test.each(both)('a difference that stems from an ignored field is none', (kind) => {
  expect(decided(kind, { text: 'edited', colour: 'red' })).toMatchObject({ action: 'none', changes: [], commands: [] })
})

test.each(both)('what was never there, or is gone, is made as declared', (kind) => {
  expect(decided(kind, noteKind.bare)).toMatchObject({ action: 'create', becomes: { text: 'declared' } })
})

test.each(both)('a part that another field changed is written', (kind) => {
  const moved = { wanted: { ...wanted, text: 'declared anew' } }
  expect(decided(kind, { text: 'edited', colour: 'red' }, moved)).toMatchObject({
    action: 'update',
    becomes: { text: 'declared anew' },
  })
})

test.each(both)('what is replaced, or asked for, is made as declared', (kind) => {
  expect(decided(kind, { text: 'edited', colour: 'blue' })).toMatchObject({
    action: 'replace',
    becomes: { text: 'declared' },
  })
  expect(decided(kind, { text: 'edited', colour: 'red' }, { force: true })).toMatchObject({
    action: 'replace',
    becomes: { text: 'declared' },
  })
})

test('what nobody applied yet is not left to others', () => {
  const finding = { state: 'seen', found: { text: 'edited', colour: 'red' } } as const
  expect(decideWanted(noteKind as AnyKind, 'note:a', wanted, finding, undefined, { left })).toMatchObject({
    action: 'update',
    becomes: { text: 'declared' },
  })
})
