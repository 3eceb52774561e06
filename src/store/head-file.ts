/** The head file: which commit the state reached, kept beside it, so that commits that are missing at its end are noticed. */
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Link } from './chain.ts'
import { createFile } from './create-file.ts'
import { digestOf } from './row-digest.ts'

/** Its name in the state's folder. */
export const HEAD_FILE = 'state.head'

/** What is noted of the newest acknowledged commit. */
export type Head = Pick<Link, 'sequence' | 'at' | 'fence' | 'run' | 'hash'>

/** Two places that are written in turn: a write that is cut spoils one of them, and the other is the commit before. */
const PLACE_BYTES = 256
/** A head that is older than its state is harmless, so it goes to the disk at most this often. */
const SYNC_EVERY_MS = 1_000

/** `unreadable`: the file is there, and neither of its places is whole. */
export function readHead(dir: string): Head | 'unreadable' | undefined {
  const file = join(dir, HEAD_FILE)
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'latin1')
  const places = [0, PLACE_BYTES].map((from) => tryReadPlace(text.slice(from, from + PLACE_BYTES)))
  const heads = places.filter((head) => head !== undefined).sort((a, b) => b.sequence - a.sequence)
  return heads[0] ?? 'unreadable'
}

/** The file's content for one commit. */
export const headOf = (link: Head): Uint8Array =>
  Buffer.from(link.sequence % 2 === 0 ? placeOf(link) + blank : blank + placeOf(link), 'latin1')

/** Makes the file where there is none. */
export function createHead(dir: string, link: Head): void {
  createFile(join(dir, HEAD_FILE), { fill: headOf(link), mode: 0o600 })
}

/** Notes commits, each after it is durable. A kill loses no note; a power cut may lose those of the last second. */
export class HeadWriter {
  readonly #file: string
  #fd: number | undefined
  #syncedAt = 0
  #unsynced = false

  constructor(dir: string) {
    this.#file = join(dir, HEAD_FILE)
  }

  note(link: Link, nowMs: number): void {
    this.#fd ??= openSync(this.#file, 'r+')
    writeSync(this.#fd, placeOf(link), (link.sequence % 2) * PLACE_BYTES, 'latin1')
    this.#unsynced = true
    if (Math.abs(nowMs - this.#syncedAt) < SYNC_EVERY_MS) return
    this.#syncedAt = nowMs
    this.sync()
  }

  /** Brings what was noted to the disk. */
  sync(): void {
    if (this.#fd === undefined || !this.#unsynced) return
    fdatasyncSync(this.#fd)
    this.#unsynced = false
  }

  close(): void {
    if (this.#fd === undefined) return
    this.sync()
    closeSync(this.#fd)
    this.#fd = undefined
  }
}

const blank = `${' '.repeat(PLACE_BYTES - 1)}\n`

function placeOf({ sequence, at, fence, run, hash }: Head): string {
  const text = JSON.stringify({ sequence, at, fence, run, hash })
  return `${`${digestOf(text)} ${text}`.padEnd(PLACE_BYTES - 1)}\n`
}

function tryReadPlace(place: string): Head | undefined {
  const [, digest, text] = /^([0-9a-f]{32}) (\{.*\}) *\n$/.exec(place) ?? []
  if (text === undefined || digest !== digestOf(text)) return undefined
  return JSON.parse(text) as Head // written by placeOf: its digest is right
}
