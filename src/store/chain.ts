/** The chain of commits: each has a number, the sums of all rows after it, and a hash that covers the commit before. */
import type { Database, Row } from './driver.ts'
import { DigestSum, digestOf } from './row-digest.ts'
import type { Part } from './stored-tables.ts'

/** One commit. */
export interface Link {
  readonly sequence: number
  readonly at: number
  /** The highest fence and the highest run until here: neither is ever used twice, also after a restore. */
  readonly fence: number
  readonly run: number
  /** Sums of the digests of all rows, per part. */
  readonly memory: string
  readonly records: string
  readonly hash: string
}

/** A commit that is being written. */
export interface OpenLink {
  readonly last: Link
  readonly sums: Readonly<Record<Part, DigestSum>>
  fence: number
  run: number
}

/** The newest commit; undefined only in a damaged state. */
export function tryLastLink(db: Database): Link | undefined {
  const row = db.get('SELECT * FROM commits ORDER BY sequence DESC LIMIT 1')
  return row && linkOf(row)
}

/** The commit of a number. */
export function tryLink(db: Database, sequence: number): Link | undefined {
  const row = db.get('SELECT * FROM commits WHERE sequence = ?', sequence)
  return row && linkOf(row)
}

/** All commits, the oldest first. */
export const allLinks = (db: Database): readonly Link[] => db.all('SELECT * FROM commits ORDER BY sequence').map(linkOf)

/** Inside of a transaction: what the commit is measured against. */
export function openLink(db: Database): OpenLink {
  const last = tryLastLink(db)
  if (!last) throw new Error('The state has no first commit.')
  const sums = { memory: new DigestSum(last.memory), records: new DigestSum(last.records) }
  return { last, sums, fence: last.fence, run: last.run }
}

/** Ends the commit: in the same transaction as its rows. */
export function closeLink(db: Database, { last, sums, fence, run }: OpenLink, at: number): Link {
  const content = { memory: sums.memory.toString(), records: sums.records.toString() }
  const link = { sequence: last.sequence + 1, at, fence, run, ...content }
  return insert(db, { ...link, hash: hashOf(last.hash, link) })
}

/** The first commit of a chain, over the rows that are there; `seed` makes its hash another than that of any other state. */
export function beginChain(db: Database, link: Omit<Link, 'hash' | 'sequence'>, seed: string): Link {
  const first = { ...link, sequence: 0 }
  return insert(db, { ...first, hash: hashOf(seed, first) })
}

/** Whether the link follows the one before it. */
export const follows = (link: Link, former: Link): boolean =>
  link.sequence === former.sequence + 1 && link.hash === hashOf(former.hash, link)

function hashOf(former: string, { sequence, at, fence, run, memory, records }: Omit<Link, 'hash'>): string {
  return digestOf([former, sequence, at, fence, run, memory, records].join('\n'))
}

function insert(db: Database, link: Link): Link {
  const { sequence, at, fence, run, memory, records, hash } = link
  const sql = 'INSERT INTO commits (sequence, at, fence, run, memory, records, hash) VALUES (?, ?, ?, ?, ?, ?, ?)'
  db.run(sql, sequence, at, fence, run, memory, records, hash)
  return link
}

function linkOf(row: Row): Link {
  return {
    sequence: Number(row.sequence),
    at: Number(row.at),
    fence: Number(row.fence),
    run: Number(row.run),
    memory: String(row.memory),
    records: String(row.records),
    hash: String(row.hash),
  }
}
