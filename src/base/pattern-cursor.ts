/** Goes through the text of a regular expression, character by character. */

/** What ends reading: the text is no pattern, or (`unsafe`) one that needs backtracking. `at`: offset in characters. */
export class Fault extends Error {
  readonly at: number
  readonly unsafe: boolean
  constructor(reason: string, at: number, unsafe = false) {
    super(reason)
    this.at = at
    this.unsafe = unsafe
  }
}

export class Cursor {
  readonly #chars: readonly string[]
  at = 0

  constructor(source: string) {
    this.#chars = Array.from(source)
  }

  more(): boolean {
    return this.at < this.#chars.length
  }

  /** undefined at the end. */
  peek(ahead = 0): string | undefined {
    return this.#chars[this.at + ahead]
  }

  /** Goes over the character if it is this one. */
  take(char: string): boolean {
    if (this.peek() !== char) return false
    this.at++
    return true
  }

  /** Throws Fault at the end. */
  next(reason = 'it ends too early', at = this.at): string {
    const char = this.#chars[this.at]
    if (char === undefined) throw new Fault(reason, at)
    this.at++
    return char
  }

  /** Goes over what matches here, of the next `length` characters; the pattern begins with ^. */
  takeMatch(pattern: RegExp, length: number): RegExpExecArray | undefined {
    const found = pattern.exec(this.#chars.slice(this.at, this.at + length).join(''))
    if (!found) return undefined
    this.at += found[0].length
    return found
  }

  /** The text before `end`, and over it. */
  until(end: string, at: number): string {
    let text = ''
    while (this.peek() !== end) text += this.next(`a ${end} is missing`, at)
    this.at++
    return text
  }
}
