/** The way back of a thing as plans show it: what it brings back, and what it does not. */
import { expect, test } from 'vitest'
import { decideWanted } from '../../../src/engine/plan/decide.ts'
import { type Undo, undoOf } from '../../../src/engine/plan/undo.ts'
import { file, fileKind } from '../../../src/sal/files/file.ts'

const A = 'a'.repeat(64)
const access = { mode: '0644', owner: 'root', group: 'root' }
const foundFile = (path: string, text?: string) => ({
  ...{ type: 'file', path, ...access, digest: `sha256:${A}` },
  ...(text === undefined ? {} : { text }),
})

/** Of a file that is to hold `new`. */
function undo(path: string, found: unknown, past?: string): Undo | undefined {
  const { wanted } = file(path, 'new')
  const remembered = past === undefined ? undefined : file(path, past).wanted
  const before = { wanted: remembered, before: { type: 'absent' }, adopted: false }
  const known = past === undefined ? undefined : (before as never)
  const decision = decideWanted(fileKind as never, `file:${path}`, wanted, { state: 'seen', found }, known)
  return undoOf(decision, { kind: fileKind as never, wanted, found, becomes: decision.becomes })
}
const titles = (of: Undo | undefined) => (of && 'commands' in of ? of.commands.map(({ title }) => title) : of)

test('what is made goes again', () => {
  expect(titles(undo('/etc/motd', { type: 'absent' }))).toEqual(['remove /etc/motd'])
})

test('a file that was there before ays is kept by its node, and comes back from there', () => {
  expect(undo('/etc/motd', foundFile('/etc/motd'))).toMatchObject({ from: 'node' })
  expect(titles(undo('/etc/motd', foundFile('/etc/motd')))).toEqual(['bring back /etc/motd as it was'])
  expect(undo('/etc/motd', foundFile('/etc/motd', 'old'))).not.toHaveProperty('from')
})

test('a text that the look showed is written again; of one that is only a digest there is no way back', () => {
  expect(titles(undo('/etc/motd', foundFile('/etc/motd', 'by hand'), 'old'))).toContain('write /etc/motd')
  expect(undo('/etc/motd', foundFile('/etc/motd'), 'old')).toEqual({
    none: 'Only a digest of what is there now is known: apply the blueprint of before.',
  })
})

test('what could cut ays off is kept by its node for that time, and comes back from there', () => {
  const path = '/etc/ssh/sshd_config'
  expect(undo(path, foundFile(path), 'old')).toMatchObject({ from: 'node' })
})
