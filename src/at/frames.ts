/** What goes over the one connection of `--at`, both ways: frames of a sort, a length and bytes. */

/**
 * To the host: `request` (JSON, first), `file` (path, line break, bytes), `go`, `input` (typed here), `signal` (its name).
 * Back: `out` and `err` (as written there), `file`, `refused` (problems as JSON), `code` (the exit code, last).
 */
export type FrameSort = keyof typeof LETTERS

export interface Frame {
  readonly sort: FrameSort
  readonly bytes: Buffer
}

const LETTERS = {
  request: 'q',
  file: 'f',
  go: 'g',
  input: 'i',
  signal: 's',
  out: 'o',
  err: 'e',
  refused: 'p',
  code: 'c',
}
const SORTS = new Map(Object.entries(LETTERS).map(([sort, letter]) => [letter, sort as FrameSort])) // keys of LETTERS
const HEAD_BYTES = 5
const FRAME_BYTES_MAX = 128 * 1_048_576

/** Written once by the host before its first frame: what a login shell says before it is passed over. */
export const GREETING = Buffer.from('\0ays-at-1\n')

export function frame(sort: FrameSort, content: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(content as string) // both overloads copy
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(LETTERS[sort], 0, 'latin1')
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

/** A file as a frame: its path, a line break, its bytes. */
export const fileFrame = (path: string, bytes: Uint8Array): Buffer =>
  frame('file', Buffer.concat([Buffer.from(`${path}\n`), bytes]))

export function readFileFrame(bytes: Buffer): { readonly path: string; readonly bytes: Buffer } {
  const end = bytes.indexOf(10)
  if (end < 0) throw new Error('a file without a path')
  return { path: bytes.subarray(0, end).toString('utf8'), bytes: bytes.subarray(end + 1) }
}

/** Cuts a stream into frames, however it arrives. Throws for what is no frame. */
export class FrameReader {
  #chunks: Buffer[] = []
  #bytes = 0

  add(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const frames: Frame[] = []
    for (let next = this.#next(); next; next = this.#next()) frames.push(next)
    return frames
  }

  #next(): Frame | undefined {
    if (this.#bytes < HEAD_BYTES) return undefined
    const head = this.#peek(HEAD_BYTES)
    const length = head.readUInt32BE(1)
    const sort = SORTS.get(head.toString('latin1', 0, 1))
    if (!sort || length > FRAME_BYTES_MAX) throw new Error('what arrived is no frame of ays')
    if (this.#bytes < HEAD_BYTES + length) return undefined
    const all = this.#peek(HEAD_BYTES + length)
    this.#chunks = [all.subarray(HEAD_BYTES + length)]
    this.#bytes -= HEAD_BYTES + length
    return { sort, bytes: all.subarray(HEAD_BYTES, HEAD_BYTES + length) }
  }

  /** At least so many bytes as one piece; all of them only when they are needed. */
  #peek(bytes: number): Buffer {
    const [first] = this.#chunks
    if (first && first.length >= bytes) return first
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = [whole]
    return whole
  }
}
