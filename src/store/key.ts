/** The workspace's own secret: what seals other secrets, names what ays makes, and derives generated values. */
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemsError } from '../base/problem.ts'
import { createFile } from './create-file.ts'
import { STATE_FILE } from './state-file.ts'
import type { Store } from './store.ts'

export interface WorkspaceKey {
  /** 32 bytes, for `sealerOf`. Never shown. */
  readonly bytes: Uint8Array
  /** 8 hex digits that tell this workspace's things from another's; harmless to show. */
  readonly tag: string
  /** 64 hex digits that are the same in every run for one address and purpose, and tell nothing of the key. */
  derived(address: string, purpose: string): string
}

const KEY_BYTES = 32
/** Its name in the state's folder. */
export const KEY_FILE = 'key'
const keyFile = (dir: string): string => join(dir, KEY_FILE)

/**
 * The key of a state folder. Where there is no state yet, `create: false` gives one that is kept in memory only: what
 * is planned with it is a new world. Throws STATE_DAMAGED when a state that remembers services has lost its key.
 */
export function openKey({ dir, create, store }: { dir: string; create: boolean; store: Store }): WorkspaceKey {
  const known = tryReadKey(dir)
  if (known) return keyOf(known)
  if (existsSync(join(dir, STATE_FILE)) && remembers(store)) throw new ProblemsError([keyLost(dir)])
  return keyOf(create ? createKey(dir) : randomBytes(KEY_BYTES))
}

/**
 * The key file's bytes, made if it is not there; an existing one is never overwritten, whoever wins the race.
 * `bytes` is the key that a plan of this new world was made with.
 */
export function createKey(dir: string, bytes: Uint8Array = randomBytes(KEY_BYTES)): Uint8Array {
  const known = tryReadKey(dir)
  if (known) return known
  createFile(keyFile(dir), { fill: bytes, mode: 0o600 })
  return tryReadKey(dir) ?? createKey(dir, bytes)
}

/** A key from its bytes. */
export function keyOf(bytes: Uint8Array): WorkspaceKey {
  const hmac = (text: string): string => createHmac('sha256', bytes).update(text).digest('hex')
  return {
    bytes,
    tag: hmac('tag').slice(0, 8),
    derived: (address, purpose) => hmac(JSON.stringify(['derived', address, purpose])),
  }
}

function tryReadKey(dir: string): Uint8Array | undefined {
  const file = keyFile(dir)
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  if (bytes.length === KEY_BYTES) return bytes
  throw new ProblemsError([
    {
      code: 'STATE_DAMAGED',
      message: `The key ${file} has ${bytes.length} bytes instead of ${KEY_BYTES}. It was left as it is.`,
      hint: 'Put the key of a backup of the state folder in its place.',
    },
  ])
}

function remembers(store: Store): boolean {
  const { services, tasks } = store.memory()
  return services.size > 0 || tasks.length > 0
}

const keyLost = (dir: string) =>
  ({
    code: 'STATE_DAMAGED',
    message: `${dir} remembers services, but its key ${keyFile(dir)} is missing: secrets could not be compared, and generated ones would change.`,
    hint: `Put the key of a backup of the state folder in its place (32 bytes, mode 0600). Without one, move the folder away and adopt what lives on the nodes with \`ays import\`.`,
  }) as const
