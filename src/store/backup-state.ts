/** A copy of a state in one file, and back: consistent while an apply runs, and verified before it counts. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { checkBackup, type StateCheck } from './check-state.ts'
import { createFile, replaceFile, syncPath } from './create-file.ts'
import { type Driver, loadDriver } from './driver.ts'
import { HEAD_FILE, headOf, readHead } from './head-file.ts'
import { createKey, KEY_FILE } from './key.ts'
import { liveHolders } from './lease.ts'
import { raiseNumbers } from './raise-numbers.ts'
import { openStore } from './sqlite.ts'
import { STATE_FILE } from './state-file.ts'
import type { Holder } from './store.ts'

export interface BackupPlace {
  /** The state's folder. */
  readonly dir: string
  /** The backup; its key is beside it, in `FILE.key`. */
  readonly file: string
  readonly clock: Clock
}

/**
 * Writes the state as it is at one instant, whoever writes to it meanwhile, and its key beside it, both 0600. Nothing is written over.
 * Throws BACKUP_THERE, and what opening a state throws.
 */
export function backupState({ dir, file, clock }: BackupPlace): StateCheck {
  for (const target of [file, keyBeside(file)]) {
    if (existsSync(target))
      throw refused('BACKUP_THERE', `${target} is there already.`, 'Name another file, or move it away.')
  }
  openStore({ dir, clock, create: false }).close() // brought up to date, and refused where it is damaged
  const db = loadDriver().open(join(dir, STATE_FILE))
  try {
    createFile(file, { mode: 0o600, fill: (path) => void db.run('VACUUM INTO ?', path) })
  } finally {
    db.close()
  }
  const check = checkBackup(file)
  if (check.problems.length > 0) {
    rmSync(file)
    throw new ProblemsError(check.problems)
  }
  createFile(keyBeside(file), { fill: readFileSync(join(dir, KEY_FILE)), mode: 0o600 })
  return check
}

/** What a restore would do; nothing is changed. Throws STATE_NONE, STATE_DAMAGED, STATE_NEWER, BACKUP_KEY, LEASE_HELD. */
export function checkRestore({ dir, file, clock }: BackupPlace): StateCheck {
  if (!existsSync(file))
    throw refused('STATE_NONE', `There is no backup ${file}.`, '`ays state backup FILE` makes one.')
  const check = checkBackup(file)
  if (check.problems.length > 0) throw new ProblemsError(check.problems)
  const [here, beside] = [join(dir, KEY_FILE), keyBeside(file)]
  if (!existsSync(here) && !existsSync(beside))
    throw refused(
      'BACKUP_KEY',
      `${beside} is missing, and ${dir} has no key either.`,
      'Put the key of the backup beside it: 32 bytes, mode 0600.',
    )
  if (existsSync(here) && existsSync(beside) && !readFileSync(here).equals(readFileSync(beside)))
    throw refused(
      'BACKUP_KEY',
      `${beside} is another key than ${here}: the backup is of another state.`,
      'Move the folder away if that is what you want.',
    )
  const [holder] = holdersOf(loadDriver(), dir, clock.now())
  if (holder) {
    const message = `${holder.who} (pid ${holder.pid} on ${holder.host}) is at work on ${dir}.`
    throw refused('LEASE_HELD', message, 'Restore when it is done: `ays status` shows it.')
  }
  return check
}

/**
 * Puts the backup in the place of the state, which is kept in a folder beside it. Fences and runs go on above all that were used. A kill at
 * any instant leaves the one state, the other, or one that is refused until the restore is done again.
 */
export function restoreState(place: BackupPlace): { readonly check: StateCheck; readonly aside: string | undefined } {
  const { dir, file, clock } = place
  const check = checkRestore(place)
  const now = clock.now()
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (!existsSync(join(dir, KEY_FILE))) createKey(dir, readFileSync(keyBeside(file)))
  const aside = keepAside(dir, now)
  const draft = join(dir, `${STATE_FILE}.restored`)
  rmSync(draft, { force: true })
  createFile(draft, { mode: 0o600, fill: readFileSync(file) })
  const known = readHead(dir)
  const last = raiseNumbers(loadDriver(), { file: draft, used: known === 'unreadable' ? undefined : known, now })
  syncPath(draft)
  // From here on the old file is refused: the head is of the new one.
  replaceFile(join(dir, HEAD_FILE), { fill: headOf(last), mode: 0o600 })
  for (const end of ['-wal', '-shm']) rmSync(join(dir, `${STATE_FILE}${end}`), { force: true })
  renameSync(draft, join(dir, STATE_FILE))
  syncPath(dir)
  openStore({ dir, clock, create: false }).close()
  return { check, aside }
}

const keyBeside = (file: string): string => `${file}.key`

/** The files of the state that stood here, copied; undefined where there were none. */
function keepAside(dir: string, now: number): string | undefined {
  const names = [STATE_FILE, `${STATE_FILE}-wal`, HEAD_FILE].filter((name) => existsSync(join(dir, name)))
  if (names.length === 0) return undefined
  const aside = join(dir, `aside-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`)
  mkdirSync(aside, { mode: 0o700 })
  for (const name of names) {
    copyFileSync(join(dir, name), join(aside, name))
    syncPath(join(aside, name))
  }
  syncPath(aside)
  return aside
}

/** Who is alive at work, as far as a damaged state can say. */
function holdersOf(driver: Driver, dir: string, nowMs: number): readonly Holder[] {
  const file = join(dir, STATE_FILE)
  if (!existsSync(file)) return []
  try {
    const db = driver.open(file, 'read')
    try {
      return liveHolders(db, nowMs)
    } finally {
      db.close()
    }
  } catch {
    return [] // nobody can work on what cannot be read
  }
}

const refused = (code: Problem['code'], message: string, hint: string): ProblemsError =>
  new ProblemsError([{ code, message, hint }])
