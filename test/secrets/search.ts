/** Looks for many secret values in many bytes at once, in every form in which a value may slip out. */

/** Something that was said, written or seen during a run. */
export interface Evidence {
  /** Where it comes from, for people: `stdout of ays plan`, `.ays/default/state.db`. */
  readonly from: string
  readonly bytes: Uint8Array
}

export interface Hit {
  readonly from: string
  /** Which value, by its place in the list. */
  readonly value: number
  readonly form: string
  /** What stands there, with what is around it. */
  readonly around: string
}

export interface Search {
  /** One pass over the bytes; at most one hit for each value and form. */
  in(evidence: Evidence): readonly Hit[]
}

/** Bytes of a piece by which it is found: every piece is at least as long. */
const WINDOW = 8
const FILTER_BITS = 24

interface Piece {
  readonly value: number
  readonly form: string
  readonly bytes: Buffer
}

/** Made once for all values; the search takes one pass, however many there are. */
export function searchFor(values: readonly string[]): Search {
  const pieces = new Map<string, Piece[]>()
  const filter = new Uint8Array(1 << FILTER_BITS)
  values.forEach((value, i) => {
    for (const { form, bytes } of piecesOf(value)) {
      const window = bytes.toString('latin1', 0, WINDOW)
      const there = pieces.get(window)
      if (there?.some((one) => one.value === i && one.bytes.equals(bytes))) continue
      if (there) there.push({ value: i, form, bytes })
      else pieces.set(window, [{ value: i, form, bytes }])
      filter[hashAt(bytes, 0)] = 1
    }
  })
  return {
    in({ from, bytes }) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const hits = new Map<string, Hit>()
      let hash = buffer.length < WINDOW ? 0 : rollingOf(buffer, 0)
      for (let at = 0; at + WINDOW <= buffer.length; at++) {
        if (at > 0)
          hash = (Math.imul(hash - Math.imul(buffer[at - 1] ?? 0, LEADING), BASE) + (buffer[at + WINDOW - 1] ?? 0)) | 0
        if (filter[hash >>> (32 - FILTER_BITS)] !== 1) continue
        for (const piece of pieces.get(buffer.toString('latin1', at, at + WINDOW)) ?? []) {
          if (
            buffer.compare(piece.bytes, 0, piece.bytes.length, at, Math.min(buffer.length, at + piece.bytes.length)) !==
            0
          )
            continue
          const around = buffer.toString('utf8', Math.max(0, at - 60), at + piece.bytes.length + 40)
          const key = `${piece.value} ${piece.form}`
          if (!hits.has(key)) hits.set(key, { from, value: piece.value, form: piece.form, around })
        }
      }
      return [...hits.values()]
    },
  }
}

const BASE = 0x01000193
const LEADING = Array.from({ length: WINDOW - 1 }).reduce<number>((product) => Math.imul(product, BASE), 1)

function rollingOf(bytes: Buffer, at: number): number {
  let hash = 0
  for (let i = 0; i < WINDOW; i++) hash = (Math.imul(hash, BASE) + (bytes[at + i] ?? 0)) | 0
  return hash
}

const hashAt = (bytes: Buffer, at: number): number => rollingOf(bytes, at) >>> (32 - FILTER_BITS)

/** Any 8 characters in a row of the value as it is; runs of its other forms that no text has by chance. */
function* piecesOf(value: string): Generator<{ readonly form: string; readonly bytes: Buffer }> {
  for (const line of value.split('\n')) {
    if (isFixed(line)) continue
    // Eight digits in a row are found in any list of times and sizes.
    yield* windowsOf('as it is', Buffer.from(line), /^\d+$/.test(line) ? 12 : WINDOW)
    yield* windowsOf('backwards', Buffer.from([...line].reverse().join('')), 12)
    const bytes = Buffer.from(line)
    for (const shift of [0, 1, 2]) yield* inBase64(bytes, shift)
    yield* stepsOf('hex', Buffer.from(bytes.toString('hex')), 16)
    yield* stepsOf('hex', Buffer.from(bytes.toString('hex').toUpperCase()), 16)
  }
  const lines = value.split('\n').filter((line) => !isFixed(line))
  for (const [form, escaped] of Object.entries(ESCAPES))
    for (const line of lines) yield* stepsOf(form, Buffer.from(escaped(line)), 12)
}

/** What many secrets have in common tells nothing of one. */
const isFixed = (line: string): boolean => /^-----(BEGIN|END) [A-Z ]+-----$/.test(line)

function* windowsOf(form: string, bytes: Buffer, size: number): Generator<{ form: string; bytes: Buffer }> {
  for (let at = 0; at + size <= bytes.length; at++) {
    const piece = bytes.subarray(at, at + size)
    if (!isCommon(piece)) yield { form, bytes: piece }
  }
}

/** Pieces end to end: of a whole value in this form at least one is found. */
function* stepsOf(form: string, bytes: Buffer, size: number): Generator<{ form: string; bytes: Buffer }> {
  if (bytes.length >= WINDOW && bytes.length < size) yield { form, bytes }
  for (let at = 0; at + size <= bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    if (!isCommon(piece)) yield { form, bytes: piece }
  }
}

/** With `shift` bytes before it, only the signs that the value alone decides. */
function* inBase64(value: Buffer, shift: number): Generator<{ form: string; bytes: Buffer }> {
  const text = Buffer.concat([Buffer.alloc(shift), value])
    .toString('base64')
    .replace(/=+$/, '')
  const inner = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + value.length) * 8) / 6))
  yield* stepsOf('base64', Buffer.from(inner), 12)
  yield* stepsOf('base64url', Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')), 12)
}

const ESCAPES: Readonly<Record<string, (text: string) => string>> = {
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON, twice': (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  'quoted for sh': (text) => text.replaceAll("'", "'\\''"),
  'quoted for systemd': (text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'),
  HTML: (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  URL: encodeURIComponent,
  'URL, as forms have it': (text) => new URLSearchParams([['', text]]).toString().slice(1),
}

/** Parts of the forms themselves, which are no secret: text around the words by chance. */
const COMMON = ['", "n": [1]}', 'postgres://u:', '<b>&amp;', '@db/x?']
const isCommon = (piece: Buffer): boolean => {
  const text = piece.toString('latin1')
  return COMMON.some((one) => one.includes(text) || [...one].reverse().join('').includes(text)) || /^(.)\1*$/.test(text)
}
