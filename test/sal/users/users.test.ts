import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  authorizedKey,
  authorizedKeyKind,
  type KeyFound,
  type WantedKey,
} from '../../../src/sal/users/authorized-key.ts'
import { group, groupKind } from '../../../src/sal/users/group.ts'
import { type UserFound, user, userKind } from '../../../src/sal/users/user.ts'
import { laws } from '../laws.ts'
import { hasPrograms, isRoot, openNode, type TestNode } from '../node.ts'

const needs = !isRoot ? 'root' : hasPrograms('useradd', 'runuser') ? undefined : 'useradd and runuser'
const NAME = `aystest${process.pid}`

const name = fc.constantFrom('ann', 'bob', 'ays-web')
const id = fc.integer({ min: 0, max: 65_535 })
const home = fc.constantFrom('/home/ann', '/srv/web')
const shell = fc.constantFrom('/bin/sh', '/usr/sbin/nologin')
const groups = fc.uniqueArray(fc.constantFrom('sudo', 'docker', 'video', 'ann'))

laws(groupKind, {
  wanted: fc.record({ name, gid: id, system: fc.boolean() }, { requiredKeys: ['name'] }),
  found: fc.record({ state: fc.constant('present' as const), name, gid: fc.option(id, { nil: null }) }),
  real: () => ({
    needs,
    wanted: [{ name: `${NAME}a` }, { name: `${NAME}b`, gid: 54_321 }, { name: `${NAME}c`, system: true }],
    clean: () => ['a', 'b', 'c'].forEach((end) => void quietly('groupdel', NAME + end)),
  }),
})

laws(userKind, {
  wanted: fc.record(
    { name, uid: id, group: name, groups, home, shell, system: fc.boolean() },
    { requiredKeys: ['name'] },
  ),
  found: fc
    .record({ state: fc.constant('present' as const), name, uid: id, group: name, groups, home, shell })
    .map((one): UserFound => ({ ...one, groups: [...one.groups].sort() })),
  real: () => ({
    needs,
    wanted: [
      { name: `${NAME}d`, uid: 54_322, home: `/tmp/${NAME}d`, shell: '/bin/sh' },
      { name: `${NAME}e`, system: true, group: 'daemon', groups: ['video', 'audio'], shell: '/usr/sbin/nologin' },
      { name: `${NAME}f`, system: true, home: '/nonexistent' },
    ],
    clean: () => {
      for (const end of ['d', 'e', 'f']) quietly('userdel', NAME + end)
      rmSync(`/tmp/${NAME}d`, { recursive: true, force: true })
    },
  }),
})

// Public keys made for this test; nobody has their other half.
const KEYS = [
  'AAAAC3NzaC1lZDI1NTE5AAAAIGm3T9cV0Jb1Zq2wq1yTn0r5Yx7uV8p4k2s6d9f0hJkL',
  'AAAAC3NzaC1lZDI1NTE5AAAAIBq8v7Xz5cN3mK1jH9gF7dS5aP3oI1uY9tR7eW5qZ3xC',
].map((key) => `ssh-ed25519 ${key}`) as [string, string]
const line = fc.constantFrom(KEYS[0], `${KEYS[0]} ann@home`, `from="10.0.0.0/8",no-pty ${KEYS[0]} x`)

laws(authorizedKeyKind, {
  wanted: fc.record({ user: name, line }),
  found: fc
    .record({
      user: name,
      lines: fc.array(line, { minLength: 1 }),
      distrusted: fc.uniqueArray(fc.constantFrom({ path: '/home/ann/.ssh', mode: '777', owner: 'bob' })),
    })
    .map((one): KeyFound => one),
})

describe('accounts on this machine', () => {
  let node: TestNode
  beforeEach((ctx) => {
    if (needs) ctx.skip(`needs ${needs}`)
    node = openNode()
  })
  afterEach(() => {
    if (needs) return
    quietly('userdel', NAME)
    quietly('groupdel', `${NAME}g`)
    node.close()
  })

  test('a user is changed in place and goes back to what it was', async () => {
    await node.settle(groupKind, { name: `${NAME}g` })
    execFileSync('useradd', ['-M', '-s', '/bin/sh', '-G', 'video', NAME])
    const one = { name: NAME, shell: '/usr/sbin/nologin', groups: [`${NAME}g`], home: join(node.dir, 'home') }
    const { before, changes } = await node.settle(userKind, one)
    expect(changes.map((change) => change.path)).toEqual(['home', 'shell', `groups.${NAME}g`])
    expect(execFileSync('id', ['-Gn', NAME], { encoding: 'utf8' }).trim().split(' ').sort()).toEqual([
      NAME,
      `${NAME}g`,
      'video',
    ])
    await node.undo(userKind, one, before)
  })

  test('a thousand users are one reading of the account files', async () => {
    const all = Array.from({ length: 1_000 }, (_, i) => ({ name: i % 2 ? 'root' : `no${i}` }))
    const answers = await node.answers(userKind, all)
    expect(answers[0]).toBe('absent\n')
    expect(userKind.parse(answers[1] ?? '')).toMatchObject({
      state: 'seen',
      found: { uid: 0, group: 'root', home: '/root' },
    })
  })

  describe('keys of a user', () => {
    const one: WantedKey = { user: NAME, line: `no-pty ${KEYS[0]} ann@home` }
    const other: WantedKey = { user: NAME, line: KEYS[1] }
    let file: string
    beforeEach(() => {
      const at = join(node.dir, 'home')
      chmodSync(join(node.dir, '..'), 0o755)
      execFileSync('useradd', ['-m', '-d', at, '-s', '/usr/sbin/nologin', NAME])
      file = join(at, '.ssh/authorized_keys')
    })

    test('come and go, each for itself, without a trace', async () => {
      const { before } = await node.settle(authorizedKeyKind, one)
      const second = await node.settle(authorizedKeyKind, other)
      expect(readFileSync(file, 'utf8')).toBe(`${one.line}\n${other.line}\n`)
      expect(statSync(file)).toMatchObject({ mode: 0o100600, uid: Number(execFileSync('id', ['-u', NAME])) })
      await node.undo(authorizedKeyKind, one, before)
      expect(readFileSync(file, 'utf8')).toBe(`${other.line}\n`)
      await node.undo(authorizedKeyKind, other, second.before)
      expect(existsSync(join(node.dir, 'home/.ssh'))).toBe(false)
    })

    test('leave the lines of others as they are, and restore their own', async () => {
      mkdirSync(join(node.dir, 'home/.ssh'), 0o700)
      const foreign = `# mine\n${KEYS[1]} mine\n\n#${one.line}`
      writeFileSync(file, `${foreign}\n${KEYS[0]} old \\comment\n`, { mode: 0o600 })
      execFileSync('chown', ['-R', NAME, join(node.dir, 'home/.ssh')])
      const { before, changes } = await node.settle(authorizedKeyKind, one)
      expect(changes).toEqual([{ path: 'line', from: `${KEYS[0]} old \\comment`, to: one.line, how: 'in place' }])
      expect(readFileSync(file, 'utf8')).toBe(`${foreign}\n${one.line}\n`)
      await node.undo(authorizedKeyKind, one, before)
      expect(readFileSync(file, 'utf8')).toBe(`${foreign}\n${KEYS[0]} old \\comment\n`)
    })

    test('that others could change are made their own', async () => {
      await node.settle(authorizedKeyKind, one)
      chmodSync(file, 0o666)
      execFileSync('chown', ['daemon', join(node.dir, 'home/.ssh')])
      const { changes, before } = await node.settle(authorizedKeyKind, one)
      expect(changes).toHaveLength(2)
      expect(statSync(file).mode).toBe(0o100644)
      await node.undo(authorizedKeyKind, one, before)
    })

    test('of nobody are refused', async () => {
      const nobody = { user: `${NAME}x`, line: KEYS[0] }
      expect(await node.look(authorizedKeyKind, nobody)).toEqual(authorizedKeyKind.bare)
      await expect(node.settle(authorizedKeyKind, nobody)).rejects.toThrow(/code 1/)
    })
  })
})

test.each(['', '-x', 'a b', 'a:b', 'x'.repeat(33)])('the name %j is refused', (wrong) => {
  expect(() => user(wrong)).toThrow(/FIELD_TYPE/)
  expect(() => group(wrong)).toThrow(/FIELD_TYPE/)
  expect(() => authorizedKey(wrong, KEYS[0])).toThrow(/FIELD_TYPE/)
})
test.each(['', 'ssh-ed25519', 'ssh-ed25519 BBBB', `${KEYS[0]}\n${KEYS[1]}`, '-----BEGIN OPENSSH PRIVATE KEY-----'])(
  'the key %j is refused',
  (wrong) => {
    expect(() => authorizedKey('ann', wrong)).toThrow(/FIELD_TYPE/)
  },
)
test('a key is known by its fingerprint, whatever stands around it', () => {
  const things = new Set([KEYS[0], `no-pty ${KEYS[0]} x`].map((text) => authorizedKey('ann', text).thing))
  expect([...things]).toEqual([expect.stringMatching(/^authorized_key:ann:SHA256:[A-Za-z0-9+/]{43}$/)])
})

function quietly(...[program = '', ...args]: string[]): void {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
  } catch {
    // It was not there.
  }
}
