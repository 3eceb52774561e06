// An ed25519 key that is the same whenever it is made from the same seed, in the formats of OpenSSH.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { sha256 } from './secret.ts'

export interface SshKey {
  /** `-----BEGIN OPENSSH PRIVATE KEY-----` …, without a passphrase. Secret. */
  readonly privatePem: string
  /** `ssh-ed25519 AAAA…`, and the comment if there is one. */
  readonly publicLine: string
}

/**
 * The key of a seed of 32 bytes, hex. Throws a RangeError for anything else. The comment tells people what it is for.
 * Kept: a key takes a millisecond, and a lab asks for the same few at every turn.
 */
export function keyFromSeed(seedHex: string, comment = ''): SshKey {
  const wanted = `${seedHex} ${comment}`
  const known = kept.get(wanted)
  if (known) return known
  const key = makeKey(seedHex, comment)
  kept.set(wanted, key)
  return key
}

const kept = new Map<string, SshKey>()

function makeKey(seedHex: string, comment: string): SshKey {
  if (!/^[0-9a-f]{64}$/i.test(seedHex)) throw new RangeError('A seed of a key is 64 hex digits.')
  const seed = Buffer.from(seedHex, 'hex')
  const point = publicPointOf(seed)
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(point)])
  return {
    privatePem: pemOf(seed, point, publicBlob, comment),
    publicLine: `ssh-ed25519 ${publicBlob.toString('base64')}${comment ? ` ${comment}` : ''}`,
  }
}

/** RFC 8410: a PKCS#8 wrapping of 32 bytes is a private key; the SPKI of its public one ends with the point. */
function publicPointOf(seed: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The format `openssh-key-v1` (OpenSSH, PROTOCOL.key): here with cipher and kdf `none`. */
function pemOf(seed: Buffer, point: Buffer, publicBlob: Buffer, comment: string): string {
  const check = Buffer.from(sha256(seed), 'hex').subarray(0, 4)
  const secret = Buffer.concat([
    check,
    check,
    field('ssh-ed25519'),
    field(point),
    field(Buffer.concat([seed, point])),
    field(comment),
  ])
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1))
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    uint32(1),
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ])
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
