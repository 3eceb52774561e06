// Paths, contents and modes as tests of the file kinds want them.
import fc from 'fast-check'
import { sha256 } from '../../../src/base/secret.ts'
import type { PathFound } from '../../../src/sal/files/found.ts'
import { secret } from '../node.ts'

const name = fc
  .string({ unit: 'grapheme-composite', minLength: 1, maxLength: 12 })
  .filter((text) => !/[/\p{Cc}]/u.test(text) && text !== '.' && text !== '..')
export const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`)
export const mode = fc.integer({ min: 0, max: 0o7777 }).map((bits) => bits.toString(8).padStart(4, '0'))
export const account = fc.constantFrom('root', 'daemon', '1000', 'domain users')
export const access = fc.record({ mode, owner: account, group: account })
export const content = fc.oneof(
  fc.string(),
  fc.string().map((text) => secret(text)),
)

/** What may stand at a path. */
export const pathFound: fc.Arbitrary<PathFound> = fc.oneof(
  fc.constant({ type: 'absent' as const }),
  fc
    .tuple(path, access, fc.string())
    .map(([at, who, text]) => ({ type: 'file' as const, path: at, ...who, digest: `sha256:${sha256(text)}`, text })),
  fc
    .tuple(path, access, fc.string())
    .map(([at, who, text]) => ({ type: 'file' as const, path: at, ...who, digest: `sealed:${secret(text).sealed}` })),
  fc.tuple(path, access).map(([at, who]) => ({ type: 'file' as const, path: at, ...who })),
  fc.tuple(path, access).map(([at, who]) => ({ type: 'directory' as const, path: at, ...who })),
  fc.tuple(path, name).map(([at, target]) => ({ type: 'symlink' as const, path: at, target })),
  fc.tuple(path, access).map(([at, who]) => ({ type: 'other' as const, path: at, what: 'fifo', ...who })),
)
