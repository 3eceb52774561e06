/** Writes a text file; what keeps it from being written is a problem, not a bug. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ProblemsError } from '../base/problem.ts'

/** Makes the folder where there is none. Throws USAGE. */
export function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    const message = `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`
    throw new ProblemsError([{ code: 'USAGE', message, hint: 'Make it writable for you, or name another file.' }])
  }
}
