import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../../src/base/secret.ts'
import { keyFromSeed } from '../../src/base/ssh-key.ts'

test('ssh-keygen reads the key and derives the same public line', (ctx) => {
  const dir = mkdtempSync(join(tmpdir(), 'ays-key-'))
  try {
    for (const word of ['a', 'b', 'c']) {
      const key = keyFromSeed(sha256(word), word === 'a' ? '' : `key ${word}`)
      const file = join(dir, word)
      writeFileSync(file, key.privatePem, { mode: 0o600 })
      let line: string
      try {
        line = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ctx.skip('needs ssh-keygen')
        throw error
      }
      expect(line.trim()).toBe(key.publicLine)
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('equal seeds give equal keys, other seeds others', () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
  fc.assert(
    fc.property(seed, seed, (a, b) => {
      expect(keyFromSeed(a)).toEqual(keyFromSeed(a))
      expect(keyFromSeed(a).publicLine === keyFromSeed(b).publicLine).toBe(a === b)
    }),
    { numRuns: 30 },
  )
})

test('what is no seed is refused', () => {
  expect(() => keyFromSeed('abc')).toThrow(RangeError)
})
