/** Which SQLite is loaded, and what is said when there is none. */
import { expect, test } from 'vitest'
import { ProblemsError } from '../../src/base/problem.ts'
import { type DriverName, loadDriver } from '../../src/store/driver.ts'
import { hasDriver } from './worlds.ts'

const names: readonly DriverName[] = ['better-sqlite3', 'node:sqlite']

test('the first one that works here is taken', () => {
  expect(loadDriver().name).toBe(names.find(hasDriver))
})

test('a missing one is said with both ways out', (ctx) => {
  const missing = names.find((name) => !hasDriver(name))
  if (!missing) return ctx.skip('needs a Node that lacks one of better-sqlite3 and node:sqlite')
  const problems = ((): readonly unknown[] => {
    try {
      loadDriver(missing)
    } catch (error) {
      if (error instanceof ProblemsError) return error.problems
      throw error
    }
    return []
  })()
  expect(problems).toMatchObject([
    {
      code: 'SQLITE_MISSING',
      message: expect.stringContaining(missing),
      hint: expect.stringMatching(/Node 22\.13.*npm rebuild/),
    },
  ])
})

test('a transaction that throws leaves the database usable and unchanged', () => {
  const db = loadDriver().open(':memory:')
  db.exec('CREATE TABLE t (n INTEGER) STRICT')
  expect(() =>
    db.write(() => {
      db.run('INSERT INTO t VALUES (1)')
      throw new Error('stop')
    }),
  ).toThrow('stop')
  expect(db.write(() => db.run('INSERT INTO t VALUES (2)'))).toBe(1)
  expect(db.read(() => db.all('SELECT n FROM t').map((row) => row.n))).toEqual([2])
  db.close()
})
