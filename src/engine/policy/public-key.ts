/** Public keys as people have them, of the one kind that approvals are signed with. */
import { createHash } from 'node:crypto'

/** The key without its comment, and its fingerprint as ssh-keygen shows it; undefined for what is no ssh-ed25519 key. */
export function tryReadPublicKey(text: string): { readonly line: string; readonly fingerprint: string } | undefined {
  const [type, base64, ...comment] = text.trim().split(/[ \t]+/)
  if (type !== TYPE || base64 === undefined || /[\r\n]/.test(comment.join(' '))) return undefined
  const blob = Buffer.from(base64, 'base64')
  const isWhole = blob.length === HEAD.length + KEY_BYTES && blob.subarray(0, HEAD.length).equals(HEAD)
  if (!isWhole || blob.toString('base64') !== base64) return undefined
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return { line: `${TYPE} ${base64}`, fingerprint: `SHA256:${digest}` }
}

const TYPE = 'ssh-ed25519'
const KEY_BYTES = 32
/** RFC 8709: the name and the key, each with its length before it. */
const HEAD = Buffer.concat([Buffer.from([0, 0, 0, TYPE.length]), Buffer.from(TYPE), Buffer.from([0, 0, 0, KEY_BYTES])])
