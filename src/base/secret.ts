import { createHash, createHmac } from 'node:crypto'
import { inspect } from 'node:util'

/** What stands in plans, state and findings for a secret: a keyed digest, comparable and nothing more. */
export interface Sealed {
  readonly sealed: string
  readonly ref?: string
}

/** Text that may hold a secret. Whatever a secret touched is one. */
export type Text = string | Secret

/** Turns the SHA-256 (hex) of a secret text into its keyed digest. The workspace's key is inside. */
export type Sealer = (sha256: string) => string

/** A sealer for one workspace key (32 bytes): HMAC-SHA-256, hex. */
export function sealerOf(key: Uint8Array): Sealer {
  return (sha256) => createHmac('sha256', key).update(sha256).digest('hex')
}

/** A value that is never printed, logged, stored or passed in argv; only a transport reveals it, onto stdin. */
export class Secret {
  /** What people may see: where it comes from, such as `secrets.web_admin`. */
  readonly ref: string
  readonly #value: string
  readonly #sealer: Sealer
  /** `made`: put together of others, which are known already. */
  constructor(ref: string, value: string, sealer: Sealer, made = false) {
    this.ref = ref
    this.#value = value
    this.#sealer = sealer
    if (!made) noteKnown(sealer, value)
  }
  /** The plain value, for the one place that writes it to a node's stdin. */
  reveal(): string {
    return this.#value
  }
  get sealed(): string {
    return this.#sealer(sha256(this.#value))
  }
  /** A new secret made from this one's value. */
  with(ref: string, value: string): Secret {
    return new Secret(ref, value, this.#sealer)
  }
  /** A text of which this one is a part, as it is. */
  around(value: string): Secret {
    return new Secret(this.ref, value, this.#sealer, true)
  }
  toString(): string {
    return '‹secret›'
  }
  toJSON(): Sealed {
    return { sealed: this.sealed, ref: this.ref }
  }
  [inspect.custom](): string {
    return '‹secret›'
  }
}

/** Every secret value that came up under this sealer so far: what nodes say is searched for them. */
export const knownSecrets = (sealer: Sealer): ReadonlySet<string> => known.get(sealer) ?? NONE

/** What is shorter would be found in text that has nothing to do with it. */
export const KNOWN_LENGTH_MIN = 6

function noteKnown(sealer: Sealer, value: string): void {
  if (value.length < KNOWN_LENGTH_MIN) return
  const values = known.get(sealer)
  if (values) values.add(value)
  else known.set(sealer, new Set([value]))
}

const known = new WeakMap<Sealer, Set<string>>()
const NONE: ReadonlySet<string> = new Set()

export const isSecret = (value: unknown): value is Secret => value instanceof Secret
export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string'

/** A template string whose result is a secret as soon as one part is: text`requirepass ${data.password}`. */
export function text(strings: TemplateStringsArray, ...parts: readonly (string | number | boolean | Secret)[]): Text {
  let plain = strings[0] ?? ''
  let secret: Secret | undefined
  parts.forEach((part, i) => {
    if (isSecret(part)) secret ??= part
    plain += (isSecret(part) ? part.reveal() : String(part)) + (strings[i + 1] ?? '')
  })
  return secret ? secret.around(plain) : plain
}

/** Joins texts; a secret among them makes the whole a secret. */
export function joinText(parts: readonly Text[], separator = '\n'): Text {
  const secret = parts.find(isSecret)
  const plain = parts.map((part) => (isSecret(part) ? part.reveal() : part)).join(separator)
  return secret ? secret.around(plain) : plain
}

/** What a text is compared by: its SHA-256, or its keyed digest where it is secret. */
export function fingerprint(value: Text | Sealed): string {
  if (typeof value === 'string') return `sha256:${sha256(value)}`
  return `sealed:${value.sealed}`
}

/** Hex SHA-256 of a text (UTF-8) or of bytes. */
export function sha256(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex')
}
