/** Tells when the files of a workspace change: by what the kernel says, and by looking now and then. */
import { type Dirent, type FSWatcher, watch as observe, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '../base/json.ts'

const FOLDERS = ['blueprints', 'vars', 'templates', 'files']
const FILES_MAX = 5_000

/** Changes when a file directly in the workspace or in one of its folders does: names, sizes and times, not contents. */
export function signatureOf(root: string): string {
  const lines: string[] = []
  const walk = (folder: string, deep: boolean): void => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (entry.name.startsWith('.') || lines.length >= FILES_MAX) continue
      if (entry.isDirectory()) {
        if (deep) walk(path, true)
        continue
      }
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat?.isFile()) lines.push(`${path} ${stat.size} ${stat.mtimeMs} ${stat.ino}`)
    }
  }
  walk(root, false)
  for (const folder of FOLDERS) walk(join(root, folder), true)
  return digestOf(lines)
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return [] // not there, or not for us: then there is nothing to read in it either
  }
}

/** Calls when something may have changed. What the kernel cannot tell is left to the next look at the signature. */
export function observeFiles(root: string, onChange: () => void): () => void {
  const observers = [root, ...FOLDERS.map((folder) => join(root, folder))].flatMap((folder): FSWatcher[] => {
    try {
      const observer = observe(folder, { persistent: false }, (_event, name) => {
        if (!name?.startsWith('.')) onChange()
      })
      observer.on('error', () => observer.close())
      return [observer]
    } catch {
      return []
    }
  })
  return () => {
    for (const observer of observers) observer.close()
  }
}
