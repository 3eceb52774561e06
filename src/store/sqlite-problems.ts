/** Tells apart what SQLite complains of: a damaged file, a busy one, a disk that does not take the write. */
import { type Problem, ProblemsError } from '../base/problem.ts'

/** The problem behind an error of either driver; undefined when it is a bug of ours (bad SQL, a broken constraint). */
export function problemOfSqlite(error: unknown, file: string): ProblemsError | undefined {
  const kind = kindOf(error)
  const why = error instanceof Error ? error.message : String(error)
  switch (kind) {
    case 'CORRUPT':
    case 'NOTADB':
      return new ProblemsError([damaged(file, why)])
    case 'BUSY':
      return new ProblemsError([
        {
          code: 'LEASE_HELD',
          message: `${file} has been locked by another process for 5 s.`,
          hint: 'Try again when the other ays is done.',
        },
      ])
    case 'READONLY':
    case 'CANTOPEN':
    case 'PERM':
    case 'FULL':
    case 'IOERR':
      return new ProblemsError([
        {
          code: 'STATE_UNWRITABLE',
          message: `${file} cannot be written: ${why}.`,
          hint: 'Look at the free space of its disk and at the owner and mode of its folder. Nothing of this step was recorded.',
        },
      ])
    case 'ERROR':
      // Of all bytes that say what a file is, this one is complained of without a code of its own.
      return why.includes('unsupported file format') ? new ProblemsError([damaged(file, why)]) : undefined
    case undefined:
      return undefined
  }
}

/** Work whose SQL is right: what SQLite then refuses is a table that is not as it was made. Throws STATE_DAMAGED. */
export function orDamaged<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (kindOf(error) !== 'ERROR') throw error
    throw new ProblemsError([damaged(file, error instanceof Error ? error.message : String(error))])
  }
}

/** A state that cannot be trusted. It is never rebuilt by itself: it is all that is known of what lives on the nodes. */
export function damaged(file: string, why: string): Problem {
  return {
    code: 'STATE_DAMAGED',
    message: `${file} cannot be trusted: ${why}. It was left as it is.`,
    hint: '`ays state check` says what is wrong, `ays state restore FILE` puts a backup in its place. Without one, move its folder away and run `ays state recover`, which builds the state anew from the nodes.',
  }
}

type Kind = 'ERROR' | 'CORRUPT' | 'NOTADB' | 'BUSY' | 'READONLY' | 'CANTOPEN' | 'PERM' | 'FULL' | 'IOERR'

/** Primary result codes, https://sqlite.org/rescode.html */
const KINDS: Readonly<Record<number, Kind>> = {
  1: 'ERROR',
  3: 'PERM',
  5: 'BUSY',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  26: 'NOTADB',
}

/** better-sqlite3 gives `code: 'SQLITE_IOERR_READ'`, node:sqlite gives `errcode: 266`, both extended codes. */
function kindOf(error: unknown): Kind | undefined {
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error && typeof error.errcode === 'number') return KINDS[error.errcode & 0xff]
  if (!('code' in error) || typeof error.code !== 'string') return undefined
  const name = error.code.split('_')[1]
  return Object.values(KINDS).find((kind) => kind === name)
}
