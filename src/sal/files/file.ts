// A file with its content, mode and owner.
import { plain } from '../../base/json.ts'
import { fingerprint, isSecret, type Sealed, type Text } from '../../base/secret.ts'
import type { Effect, FieldChange, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { accessChanges, typeChange } from './changes.ts'
import { type Access, lookAt, type PathFound, parsePath } from './found.ts'
import { bringBack, forget, keepForUndo, makeParents, makeWay, setAccess, takeOff } from './ground.ts'
import { checkedOwners, checkedPath, modeText } from './path.ts'

export interface WantedFile extends Access {
  readonly path: string
  /** Sealed when it is remembered, a bare digest when it is known only from the node. */
  readonly content: Text | Sealed | { readonly sha256: string }
  readonly holds?: 'data'
}

/** Who may read and write it. Mode is a number, as `0o644`. */
export interface AccessOptions {
  readonly mode?: number
  readonly owner?: string
  readonly group?: string
  /** What is lost with it. */
  readonly holds?: 'data'
}

/** A file with exactly this content; 0644 root root unless said otherwise. A secret content is compared by its seal. */
export function file(path: string, content: Text, options: AccessOptions = {}): AnyTask {
  const { mode = 0o644, owner = 'root', group = 'root', holds } = options
  const where = checkedPath(path)
  checkedOwners(owner, group)
  const wanted = { path: where, content, mode: modeText(mode), owner, group, ...(holds ? { holds } : {}) }
  return task(fileKind, `file:${where}`, wanted, holds ? { holds } : {})
}

export const fileKind: Kind<WantedFile, PathFound> = {
  name: 'file@1',
  look: (wanted) => {
    const digest = digestOf(wanted.content)
    return lookAt(wanted.path, digest.startsWith('sha256:') ? { sha256: digest.slice(7) } : 'seal', wanted)
  },
  parse: parsePath,
  bare: { type: 'absent' },

  compare(wanted, found) {
    if (found.type !== 'file') return [typeChange('file', found), contentChange(wanted)]
    const same = found.digest === digestOf(wanted.content)
    return [...(same ? [] : [contentChange(wanted, found)]), ...accessChanges(wanted, found)]
  },

  commands(wanted, found) {
    const { path, content, mode, owner, group } = wanted
    if (found.type === 'file' && found.digest === digestOf(content)) return [setAccess(path, wanted)]
    if (typeof content === 'string' || isSecret(content)) {
      const run = { write: path, content, mode: Number.parseInt(mode, 8), owner, group }
      // A write makes the folders above by itself, so that many files of a folder can be placed at once.
      const effects = lockoutBy(path)
      const write = { title: `write ${path}`, run, ...(effects.length > 0 ? { effects } : {}) }
      return [...(found.type === 'absent' ? [] : makeWay(path, found)), write]
    }
    // Known by its digest alone, it can only be what the node kept of it.
    const kept = { type: 'file' as const, path, mode, owner, group, digest: digestOf(content) }
    return [...(found.type === 'absent' ? makeParents(path) : []), ...bringBack(path, kept), setAccess(path, wanted)]
  },

  settled: (wanted) => {
    const { path, mode, owner, group } = wanted
    return { type: 'file', path, mode, owner, group, digest: digestOf(wanted.content) }
  },

  asWanted(found) {
    if (found.type !== 'file' || found.digest === undefined) return undefined
    const { path, mode, owner, group, digest, text } = found
    const known = digest.slice(digest.indexOf(':') + 1)
    const content = text ?? (digest.startsWith('sha256:') ? { sha256: known } : { sealed: known })
    return { path, mode, owner, group, content }
  },

  noted(found) {
    if (found.type !== 'file') return found
    const { text: _shown, ...kept } = found
    return kept
  },

  keeps: (found) => (found.type === 'file' ? [keepForUndo(found.path)] : []),

  remove(wanted, before, found) {
    const { path } = wanted
    if (before.type === 'absent') {
      const lost = wanted.holds ? { effects: [{ kind: 'data-loss' as const, what: path }] } : {}
      return [{ ...takeOff(path), ...lost }]
    }
    const sameContent = before.type === 'file' && found.type === 'file' && before.digest === found.digest
    return sameContent ? [setAccess(path, before), forget(path)] : bringBack(path, before)
  },
}

const digestOf = (content: WantedFile['content']): string =>
  typeof content === 'object' && 'sha256' in content ? `sha256:${content.sha256}` : fingerprint(content)

/** Files that decide who may log in. */
const DOORS = /^\/etc\/(?:ssh\/sshd_config(?:\.d\/.+)?|sudoers(?:\.d\/.+)?|pam\.d\/.+)$/

const lockoutBy = (path: string): Effect[] => (DOORS.test(path) ? [{ kind: 'lockout', what: `logins by ${path}` }] : [])

function contentChange(wanted: WantedFile, found?: PathFound): FieldChange {
  const known = found?.type === 'file' ? (found.text ?? shownDigest(found.digest)) : undefined
  return { path: 'content', from: known, to: plain(wanted.content), how: 'in place' }
}

/** A digest in the form that plans know: `{ sealed }` for what is secret. */
function shownDigest(digest: string | undefined): { sha256: string } | { sealed: string } | undefined {
  if (digest === undefined) return undefined
  return digest.startsWith('sealed:') ? { sealed: digest.slice(7) } : { sha256: digest.slice(7) }
}
