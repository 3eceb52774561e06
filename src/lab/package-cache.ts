// Files that never change under their name (packages, and indexes by their hash), kept on disk for all labs.
import { createHash } from 'node:crypto'
import { createWriteStream, type WriteStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'

export interface PackageCache {
  /** The file of a name, open for reading, and its size; undefined when it is not there. The caller closes it. */
  read(name: string): Promise<{ readonly file: FileHandle; readonly bytes: number } | undefined>
  /** A file to write a name's content to; undefined while another writes it. */
  write(name: string): Promise<PackageWrite | undefined>
}

export interface PackageWrite {
  readonly stream: WriteStream
  /** All of it was written: it becomes readable, and the oldest files go when there are too many. */
  keep(): Promise<void>
  drop(): Promise<void>
}

/** May this path be kept for ever? */
export const neverChanges = (path: string): boolean =>
  /\/by-hash\/[A-Za-z0-9]+\/[0-9a-f]+$/.test(path) ||
  (path.includes('/pool/') && /\.(u?deb|dsc|tar\.[a-z0-9]+)$/.test(path))

/** `bytesMax` is what the folder may hold; other processes may use it at the same time. */
export async function openPackageCache(
  folder: string,
  { bytesMax, clock }: { readonly bytesMax: number; readonly clock: Clock },
): Promise<PackageCache> {
  await mkdir(folder, { recursive: true })
  const fileOf = (name: string): string => join(folder, createHash('sha256').update(name).digest('hex'))
  return {
    async read(name) {
      const path = fileOf(name)
      const file = await open(path, 'r').catch(() => undefined)
      if (!file) return undefined
      const now = clock.now() / 1_000
      await utimes(path, now, now).catch(() => {}) // it may just have been taken away; the open file is still whole
      return { file, bytes: (await file.stat()).size }
    },
    async write(name) {
      const path = fileOf(name)
      const part = `${path}.part`
      await dropStale(part, clock)
      const file = await open(part, 'wx').catch(() => undefined)
      if (!file) return undefined
      const stream = createWriteStream(part, { fd: file })
      return {
        stream,
        async keep() {
          await rename(part, path)
          await trim(folder, bytesMax)
        },
        drop: () => rm(part, { force: true }),
      }
    },
  }
}

const STALE_MS = 600_000

/** A part that nobody has written to for ten minutes was left by a process that is gone. */
async function dropStale(part: string, clock: Clock): Promise<void> {
  const found = await stat(part).catch(() => undefined)
  if (found && clock.now() - found.mtimeMs > STALE_MS) await rm(part, { force: true })
}

/** Takes away what was not read for longest, until nine tenths of the bound are left. */
async function trim(folder: string, bytesMax: number): Promise<void> {
  const files: { path: string; bytes: number; usedMs: number }[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() && !name.endsWith('.part')) files.push({ path, bytes: found.size, usedMs: found.mtimeMs })
  }
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes <= bytesMax) return
  for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
    await rm(file.path, { force: true })
    bytes -= file.bytes
    if (bytes <= bytesMax * 0.9) return
  }
}
