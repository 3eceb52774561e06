/** Lines of files that problems point at, wherever the file is seen from. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { SourceLine } from './views/frame.ts'

/** The line of a file, sought from each of the folders; undefined when it cannot be read. */
export function sourceLineFrom(folders: readonly string[]): SourceLine {
  const files = new Map<string, readonly string[]>()
  const linesOf = (file: string): readonly string[] => {
    for (const folder of folders) {
      try {
        return readFileSync(resolve(folder, file), 'utf8').split(/\r?\n/)
      } catch {
        // Not in this folder; the next one is tried, and a frame without its line is still a frame.
      }
    }
    return []
  }
  return (file, line) => {
    const lines = files.get(file) ?? linesOf(file)
    files.set(file, lines)
    return lines[line - 1]
  }
}

/** Where a place's file may be: here, in the folders named on the command line, and above those. */
export function foldersOf(argv: readonly string[]): string[] {
  const named = argv.filter((word) => !word.startsWith('-')).map((word) => resolve(word))
  return [...new Set([process.cwd(), ...named, process.cwd()].flatMap((folder) => upwards(folder)))]
}

function upwards(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}
