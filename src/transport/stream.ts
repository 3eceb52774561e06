/** One stream of a lane: cuts the marks out of the bytes and keeps the first and last part of the rest. */

/** What is kept of a stream. `lost` is how many bytes between head and tail are gone. */
export interface Kept {
  readonly bytes: Buffer
  readonly lost: number
}

/** Keeps the first and the last `limit` bytes of what is added. */
export class Bounded {
  readonly #limit: number
  #head: Buffer[] = []
  #headBytes = 0
  #tail: Buffer[] = []
  #tailBytes = 0
  #total = 0
  constructor(limit: number) {
    this.#limit = limit
  }
  get total(): number {
    return this.#total
  }
  add(bytes: Buffer): void {
    this.#total += bytes.length
    const room = this.#limit - this.#headBytes
    if (room > 0) {
      const part = bytes.subarray(0, room)
      this.#head.push(part)
      this.#headBytes += part.length
      bytes = bytes.subarray(part.length)
    }
    if (bytes.length === 0) return
    this.#tail.push(bytes)
    this.#tailBytes += bytes.length
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= this.#limit) {
      this.#tailBytes -= this.#tail.shift()?.length ?? 0
    }
  }
  kept(): Kept {
    const tail = Buffer.concat(this.#tail)
    const last = tail.subarray(Math.max(0, tail.length - this.#limit))
    return { bytes: Buffer.concat([...this.#head, last]), lost: this.#total - this.#headBytes - last.length }
  }
}

/** Finds `MARK letter rest \n` anywhere in a stream, however it was cut into chunks. */
export class MarkScanner {
  readonly #mark: Buffer
  readonly #onBytes: (bytes: Buffer) => void
  readonly #onMark: (letter: string, rest: string) => void
  #pending: Buffer = Buffer.alloc(0)
  constructor(mark: string, onBytes: (bytes: Buffer) => void, onMark: (letter: string, rest: string) => void) {
    this.#mark = Buffer.from(`${mark} `)
    this.#onBytes = onBytes
    this.#onMark = onMark
  }
  add(chunk: Buffer): void {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      const at = data.indexOf(this.#mark)
      if (at < 0) {
        const hold = this.#heldBack(data)
        if (data.length > hold) this.#onBytes(data.subarray(0, data.length - hold))
        this.#pending = Buffer.from(data.subarray(data.length - hold))
        return
      }
      if (at > 0) this.#onBytes(data.subarray(0, at))
      const end = data.indexOf(10, at + this.#mark.length)
      if (end < 0) {
        this.#pending = Buffer.from(data.subarray(at))
        return
      }
      const line = data.subarray(at + this.#mark.length, end).toString('latin1')
      data = data.subarray(end + 1)
      this.#onMark(line.slice(0, 1), line.slice(2))
    }
  }
  /** How many bytes at the end may be the beginning of a mark. */
  #heldBack(data: Buffer): number {
    for (let size = Math.min(this.#mark.length - 1, data.length); size > 0; size--) {
      if (data.subarray(data.length - size).equals(this.#mark.subarray(0, size))) return size
    }
    return 0
  }
}
