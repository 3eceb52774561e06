// A directory with its mode and owner.
import type { Command, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { sh } from '../sh.ts'
import { accessChanges, typeChange } from './changes.ts'
import type { AccessOptions } from './file.ts'
import { type Access, lookAt, type PathFound, parsePath } from './found.ts'
import { bringBack, forget, makeWay, setAccess, takeOffFolder } from './ground.ts'
import { checkedOwners, checkedPath, modeText } from './path.ts'

export interface WantedDirectory extends Access {
  readonly path: string
  readonly holds?: 'data'
}

/**
 * A directory; 0755 root root unless said otherwise. Its removal takes it only when it is empty; one that holds data
 * goes with all that is in it, but never across a mount. A symlink to a directory counts as that directory.
 */
export function directory(path: string, options: AccessOptions = {}): AnyTask {
  const { mode = 0o755, owner = 'root', group = 'root', holds } = options
  const where = checkedPath(path)
  checkedOwners(owner, group)
  const wanted = { path: where, mode: modeText(mode), owner, group, ...(holds ? { holds } : {}) }
  return task(directoryKind, `directory:${where}`, wanted, holds ? { holds } : {})
}

export const directoryKind: Kind<WantedDirectory, PathFound> = {
  name: 'directory@1',
  look: (wanted) => lookAt(wanted.path, 'follow', wanted),
  parse: parsePath,
  bare: { type: 'absent' },

  compare: (wanted, found) =>
    found.type === 'directory' ? accessChanges(wanted, found) : [typeChange('directory', found)],

  commands(wanted, found) {
    const { path } = wanted
    if (found.type === 'directory') return [setAccess(path, wanted)]
    const clear: Command[] =
      found.type === 'absent' ? [] : [{ title: `remove ${path}`, run: { argv: ['rm', '-f', path] } }]
    const make: Command = { title: `make ${path}`, run: { argv: ['mkdir', '-m', '0700', path] } }
    return [...makeWay(path, found), ...clear, make, setAccess(path, wanted)]
  },

  settled: ({ path, mode, owner, group }) => ({ type: 'directory', path, mode, owner, group }),

  asWanted(found) {
    if (found.type !== 'directory') return undefined
    const { path, mode, owner, group } = found
    return { path, mode, owner, group }
  },

  remove(wanted, before, found) {
    const { path } = wanted
    if (before.type === 'directory')
      return found.type === 'directory' ? [setAccess(path, before)] : bringBack(path, before)
    if (before.type !== 'absent') return bringBack(path, before)
    return wanted.holds ? [removeData(path), forget(path)] : [takeOffFolder(path)]
  },
}

const removeData = (path: string): Command => ({
  title: `remove ${path} and everything in it`,
  run: { script: REMOVE_DATA, args: [path] },
  effects: [{ kind: 'data-loss', what: path }],
  guard: { script: NO_MOUNTS, args: [path] },
  timeoutMs: 600_000,
  slow: true,
})

const REMOVE_DATA = sh`case $(rm --help 2>&1) in
*--one-file-system*) rm -rf --one-file-system "$1" ;;
*) rm -rf "$1" ;;
esac`

/** Refuses when a file system is mounted at the path or below. The kernel writes a space in it as `\040`. */
const NO_MOUNTS = sh`real=$(readlink -f "$1") || exit 0
awk -v path="$(printf '%s' "$real" | sed 's/\\/\\\\134/g; s/ /\\\\040/g')" '
  $5 == path || index($5, path "/") == 1 { print $5 " is mounted." >"/dev/stderr"; found = 1 }
  END { exit found }' /proc/self/mountinfo`
