/** Reads one text file of a workspace, with the editor's text where there is some. */
import { readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import type { Problem } from '../base/problem.ts'
import type { SourceFile } from '../engine/blueprint/read-yaml.ts'
import type { Sources } from './sources.ts'

/** Its path is told relative to the root. What cannot be read is FILE_UNREADABLE, with an empty text. */
export function readSource(
  root: string,
  path: string,
  sources: Sources | undefined,
): { readonly file: SourceFile; readonly problems: readonly Problem[] } {
  const shown = relative(root, path).startsWith('..') ? path : relative(root, path)
  const at = { file: shown, line: 1, column: 1 }
  const broken = (message: string): { file: SourceFile; problems: Problem[] } => ({
    file: { path: shown, text: '' },
    problems: [{ code: 'FILE_UNREADABLE', at, message }],
  })
  const unsaved = sources?.unsaved.get(path)
  if (unsaved !== undefined) return { file: { path: shown, text: unsaved }, problems: [] }
  try {
    if (statSync(path).size > BYTES_MAX) return broken(`${shown} is larger than 64 MiB.`)
    const bytes = readFileSync(path)
    const text = bytes.toString('utf8')
    if (!Buffer.from(text, 'utf8').equals(bytes)) return broken(`${shown} is not UTF-8 text.`)
    return { file: { path: shown, text: text.startsWith('﻿') ? text.slice(1) : text }, problems: [] }
  } catch (error) {
    return broken(`${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

const BYTES_MAX = 64 * 1_048_576
