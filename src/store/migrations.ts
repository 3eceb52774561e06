/** The tables of the state, as numbered steps; a step that was released is never edited, a new one is added. */
import { randomBytes } from 'node:crypto'
import { ProblemsError } from '../base/problem.ts'
import { beginChain } from './chain.ts'
import type { Database } from './driver.ts'
import { DigestSum, digestOfRow } from './row-digest.ts'
import { damaged } from './sqlite-problems.ts'
import { TABLE_NAMES, TABLES } from './stored-tables.ts'

/** `ays1`: what marks an SQLite file as a state of ays. */
const APPLICATION_ID = 0x61797331

const MIGRATIONS: readonly (string | ((db: Database) => void))[] = [
  `
  CREATE TABLE services (address TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tasks (
    node TEXT NOT NULL, thing TEXT NOT NULL, service TEXT NOT NULL, position INTEGER NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (node, thing)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE nodes (address TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE allocations (
    address TEXT NOT NULL, choice TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (address, choice)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, data TEXT NOT NULL) STRICT;
  CREATE TABLE jobs (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run INTEGER NOT NULL, state TEXT NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX jobs_of_run ON jobs (run, position);
  CREATE INDEX jobs_open ON jobs (run, position) WHERE state = 'running';

  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, run INTEGER, what TEXT NOT NULL, service TEXT, data TEXT
  ) STRICT;
  CREATE INDEX events_of_run ON events (run, sequence);
  CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_stand BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

  CREATE TABLE lease (
    one INTEGER PRIMARY KEY CHECK (one = 1), fence INTEGER NOT NULL, held INTEGER NOT NULL, who TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, seat TEXT NOT NULL, started TEXT NOT NULL,
    since INTEGER NOT NULL, heartbeat INTEGER NOT NULL
  ) STRICT;
  INSERT INTO lease VALUES (1, 0, 0, '', '', 0, '', '', 0, 0);
  `,
  `
  CREATE TABLE holds (address TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE actions (
    address TEXT NOT NULL, action TEXT NOT NULL, entry TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (address, action, entry)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE cancels (id INTEGER PRIMARY KEY AUTOINCREMENT, fence INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
  CREATE TABLE deliveries (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL) STRICT;
  CREATE TABLE watch (
    one INTEGER PRIMARY KEY CHECK (one = 1), fence INTEGER NOT NULL, held INTEGER NOT NULL, who TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, seat TEXT NOT NULL, started TEXT NOT NULL,
    since INTEGER NOT NULL, heartbeat INTEGER NOT NULL
  ) STRICT;
  INSERT INTO watch VALUES (1, 0, 0, '', '', 0, '', '', 0, 0);
  `,
  `
  CREATE TABLE texts (hash TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE kept (
    run INTEGER NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (run, name)
  ) STRICT, WITHOUT ROWID;
  `,
  addDigests,
]

/** The newest version of the tables that this program knows. */
export const VERSION = MIGRATIONS.length

const FIRST_WITH_CHAIN = 5

/** Marks a new, empty file as a state and gives it its tables. */
export function createTables(db: Database): void {
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  migrate(db)
}

/** Brings an existing state up to this program's version. Throws STATE_DAMAGED or STATE_NEWER and then has changed nothing. */
export function openTables(db: Database): void {
  expectTables(db)
  migrate(db)
}

/** The version of a state that this program can open; writes nothing. Throws STATE_DAMAGED or STATE_NEWER. */
export function expectTables(db: Database): number {
  const { file } = db
  const owner = db.get('PRAGMA application_id')?.application_id
  if (owner !== APPLICATION_ID) throw new ProblemsError([damaged(file, 'it is not a state of ays')])
  const check = db.get('PRAGMA quick_check(1)')?.quick_check
  if (check !== 'ok') throw new ProblemsError([damaged(file, String(check))])
  const version = versionOf(db)
  if (version < 1) throw new ProblemsError([damaged(file, 'it has no version')])
  if (version > VERSION) {
    throw new ProblemsError([
      {
        code: 'STATE_NEWER',
        message: `${file} has version ${version}; this ays knows versions up to ${VERSION}.`,
        hint: 'Use the newer ays that wrote it, or put a backup in its place: `ays state restore FILE`.',
      },
    ])
  }
  return version
}

/** Whether the state is of a version that has commits, and not of a newer one. */
export function hasChain(db: Database): boolean {
  const version = versionOf(db)
  return version >= FIRST_WITH_CHAIN && version <= VERSION
}

/** All missing steps in one transaction: another process may be doing the same at this moment. */
function migrate(db: Database): void {
  if (versionOf(db) === VERSION) return
  db.write(() => {
    for (const step of MIGRATIONS.slice(versionOf(db))) {
      if (typeof step === 'string') db.exec(step)
      else step(db)
    }
    db.exec(`PRAGMA user_version = ${VERSION}`)
  })
}

const versionOf = (db: Database): number => Number(db.get('PRAGMA user_version')?.user_version)

/** Every row gets its digest, and the chain of commits begins with what is there. */
function addDigests(db: Database): void {
  const sums = { memory: new DigestSum(), records: new DigestSum() }
  db.exec('DROP TRIGGER events_stand')
  for (const table of TABLE_NAMES) {
    db.exec(`ALTER TABLE ${table} ADD COLUMN digest TEXT NOT NULL DEFAULT ''`)
    const { part, key } = TABLES[table]
    const where = key.map((name) => `${name} = ?`).join(' AND ')
    for (const row of db.all(`SELECT * FROM ${table}`)) {
      const digest = digestOfRow(table, row)
      sums[part].toggle(digest)
      db.run(`UPDATE ${table} SET digest = ? WHERE ${where}`, digest, ...key.map((name) => row[name] ?? null))
    }
  }
  db.exec(`
    CREATE TRIGGER events_stand BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TABLE commits (
      sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, fence INTEGER NOT NULL, run INTEGER NOT NULL,
      memory TEXT NOT NULL, records TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER commits_are_kept BEFORE DELETE ON commits BEGIN SELECT RAISE(ABORT, 'commits are append-only'); END;
    CREATE TRIGGER commits_stand BEFORE UPDATE ON commits BEGIN SELECT RAISE(ABORT, 'commits are append-only'); END;
  `)
  const number = (sql: string): number => Number(db.get(sql)?.n)
  const link = {
    at: number(`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS n`),
    fence: number('SELECT fence AS n FROM lease'),
    run: number('SELECT coalesce(max(id), 0) AS n FROM runs'),
    ...{ memory: sums.memory.toString(), records: sums.records.toString() },
  }
  beginChain(db, link, randomBytes(16).toString('hex'))
}
