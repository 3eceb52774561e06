/** Digests of rows, and the sum of many: what tells a row that was written from one that decayed, went back or is gone. */
import { hash } from 'node:crypto'
import type { Cell, Row } from './driver.ts'
import { columnsOf, type TableName } from './stored-tables.ts'

/** 128 bits of SHA-256, as 32 hex digits. */
export const digestOf = (text: string): string => hash('sha256', text, 'hex').slice(0, 32)

/** Of a row's table and cells, these in the order of `columnsOf`. */
export const digestOfCells = (table: TableName, cells: readonly Cell[]): string =>
  digestOf(`${table}\0${cells.map((cell) => cell ?? '\u0001').join('\0')}`)

/** The same of a row as it was read. */
export const digestOfRow = (table: TableName, row: Row): string =>
  digestOfCells(
    table,
    columnsOf(table).map((name) => row[name] ?? null),
  )

/**
 * The exclusive or of digests: the sum of a set of rows in any order, where putting a row in and taking it out are the
 * same step. It guards against accidents. Who can write the file could also compute it.
 */
export class DigestSum {
  #bits = 0n

  constructor(text?: string) {
    if (text !== undefined) this.toggle(text)
  }

  /** Puts the digest in, or takes it out again. One that is none, in a damaged row, leaves a sum that is not the right one. */
  toggle(digest: string): void {
    if (/^[0-9a-f]{32}$/.test(digest)) this.#bits ^= BigInt(`0x${digest}`)
  }

  /** 32 hex digits. */
  toString(): string {
    return this.#bits.toString(16).padStart(32, '0')
  }
}
