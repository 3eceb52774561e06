/**
 * How data becomes part of a POSIX sh script: quoted words, here-documents, file names. All that reaches a node passes
 * here, so that this is where a placeholder of what is known only after apply is stopped.
 */
import { randomBytes } from 'node:crypto'
import { refusePlaceholder } from '../base/later.ts'
import { sha256 } from '../base/secret.ts'

/** One sh word, whatever the text holds (NUL excepted, which no argument can carry). */
export function quoted(text: string): string {
  refusePlaceholder(text)
  if (text.includes('\0')) throw new Error('An argument of a command holds a NUL byte, which no program can be given.')
  return /^[A-Za-z0-9_/:=.,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

export const words = (texts: readonly string[]): string => texts.map(quoted).join(' ')

/** `3<<'E…'` and the lines to follow the command's own line. The end word is random, so no text can hold it. */
export function hereDocument(text: string): { readonly redirect: string; readonly body: string } {
  refusePlaceholder(text)
  const end = `E${randomBytes(12).toString('hex')}`
  return { redirect: `3<<'${end}'`, body: `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${end}\n` }
}

/** A here-document of base64 in lines of 76: carries any bytes at all. */
export function base64Document(text: string): ReturnType<typeof hereDocument> {
  refusePlaceholder(text)
  const lines =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return hereDocument(lines.join('\n'))
}

/** A file name for an id: itself when it is plain, else a digest of it. */
export function fileName(id: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(id) ? id : `x${sha256(id).slice(0, 40)}`
}
