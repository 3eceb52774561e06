/** Makes a file that is there whole or not at all, and never in the place of another. */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** `fill`: the content, or work that writes it to a path. When the file is there already, whoever made it, it stays as it is. */
export function createFile(
  file: string,
  { fill, mode }: { fill: Uint8Array | ((path: string) => void); mode: number },
): void {
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (existsSync(file)) return
  const draft = `${file}.new-${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, fill instanceof Uint8Array ? fill : '', { mode, flag: 'wx' })
    chmodSync(draft, mode)
    if (typeof fill === 'function') fill(draft)
    syncPath(draft)
    link(draft, file)
    syncPath(folder)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** As `createFile`, in the place of what is there: whoever reads it sees the one or the other, whole. */
export function replaceFile(file: string, { fill, mode }: { fill: Uint8Array; mode: number }): void {
  const draft = `${file}.new-${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, fill, { mode, flag: 'wx' })
    syncPath(draft)
    renameSync(draft, file)
    syncPath(dirname(file))
  } finally {
    rmSync(draft, { force: true })
  }
}

/** A link, unlike a rename, fails when the name is taken: then another process was first. */
function link(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** Onto the disk, the name of a file as well as its content. */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
