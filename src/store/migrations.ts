/** The tables of the state, as numbered steps; a step that was released is never edited, a new one is added. */
import { ProblemsError } from '../base/problem.ts'
import type { Database } from './driver.ts'
import { damaged } from './sqlite-problems.ts'

/** `ays1`: what marks an SQLite file as a state of ays. */
const APPLICATION_ID = 0x61797331

const MIGRATIONS: readonly string[] = [
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
]

/** The newest version of the tables that this program knows. */
export const VERSION = MIGRATIONS.length

/** Marks a new, empty file as a state and gives it its tables. */
export function createTables(db: Database): void {
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  migrate(db)
}

/** Brings an existing state up to this program's version. Throws STATE_DAMAGED or STATE_NEWER and then has changed nothing. */
export function openTables(db: Database, file: string): void {
  const owner = db.get('PRAGMA application_id')?.application_id
  if (owner !== APPLICATION_ID) throw new ProblemsError([damaged(file, 'it is not a state of ays')])
  const check = db.get('PRAGMA quick_check(1)')?.quick_check
  if (check !== 'ok') throw new ProblemsError([damaged(file, String(check))])
  const version = versionOf(db)
  if (version > VERSION) {
    throw new ProblemsError([
      {
        code: 'STATE_NEWER',
        message: `${file} has version ${version}; this ays knows versions up to ${VERSION}.`,
        hint: 'Use the newer ays that wrote it, or put a backup of the state folder in its place.',
      },
    ])
  }
  migrate(db)
}

/** All missing steps in one transaction: another process may be doing the same at this moment. */
function migrate(db: Database): void {
  if (versionOf(db) === VERSION) return
  db.write(() => {
    for (const step of MIGRATIONS.slice(versionOf(db))) db.exec(step)
    db.exec(`PRAGMA user_version = ${VERSION}`)
  })
}

const versionOf = (db: Database): number => Number(db.get('PRAGMA user_version')?.user_version)
