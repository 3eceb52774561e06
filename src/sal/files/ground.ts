// What files, directories and symlinks do alike: make the folders above, keep what was there, and bring it back.
import { sha256 } from '../../base/secret.ts'
import type { Command } from '../../engine/kind.ts'
import { sh } from '../sh.ts'
import type { Access, PathFound } from './found.ts'
import { parentsOf } from './path.ts'

/** Makes the folders above that are missing (0755, root) and notes them, so that `takeOff` takes them along. */
export function makeParents(path: string): Command[] {
  const args = parentsOf(path)
    .reverse()
    .flatMap((parent) => [parent, sha256(parent)])
  return args.length === 0 ? [] : [{ title: `make the folders above ${path}`, run: { script: MAKE_PARENTS, args } }]
}

const MAKE_PARENTS = sh`umask 022
while [ $# -gt 0 ]; do
  if [ ! -d "$1" ]; then
    mkdir -p "$AYS/made" && printf '%s\n' "$1" >"$AYS/made/$2" || exit
    mkdir "$1" || [ -d "$1" ] || exit
  fi
  shift 2
done`

/** Clears the way for something new at the path: keeps what is there on the node, once, and takes away an empty folder. */
export function makeWay(path: string, found: PathFound): Command[] {
  switch (found.type) {
    case 'absent':
      return makeParents(path)
    case 'directory':
      return [{ title: `take away the empty folder ${path}`, run: { argv: ['rmdir', path] } }]
    case 'file':
    case 'symlink':
    case 'other':
      return [{ title: `keep ${path} as it is now`, run: { script: KEEP, args: [path, sha256(path)] } }]
  }
}

/** Keeps the file as it is just now, so that it can be brought back if the node has to undo what follows. */
export function keepForUndo(path: string): Command {
  return { title: `keep ${path} to bring it back`, run: { script: KEEP_LAST, args: [path, sha256(path)] } }
}

const KEEP_LAST = sh`last=$AYS/before/$2.last
umask 077
mkdir -p "$AYS/before" && cp -a "$1" "$last.new" && mv -fT "$last.new" "$last"`

const KEEP = sh`image=$AYS/before/$2
[ -e "$image" ] || [ -L "$image" ] && exit
umask 077
mkdir -p "$AYS/before" && cp -a "$1" "$image.new" && mv -fT "$image.new" "$image"`

/** Sets mode, owner and group. */
export function setAccess(path: string, access: Access): Command {
  return {
    title: `set ${path} to ${access.mode} ${access.owner}:${access.group}`,
    // chown clears set-user-id bits, so the mode comes second.
    run: { script: 'chown "$2" "$1" && chmod "$3" "$1"', args: [path, `${access.owner}:${access.group}`, access.mode] },
  }
}

/** Takes away the file or link at the path, what was kept of it, and the empty folders above that ays made. */
export function takeOff(path: string): Command {
  return {
    title: `remove ${path}`,
    run: {
      script:
        sh`rm -f "$1" || exit
` + FORGET,
      args: traces(path),
    },
  }
}

/** The same for a folder, which has to be empty. */
export function takeOffFolder(path: string): Command {
  return {
    title: `remove ${path}`,
    run: {
      script:
        sh`[ ! -d "$1" ] || rmdir "$1" || exit
` + FORGET,
      args: traces(path),
    },
  }
}

/** Drops what ays noted of a path that is gone, and the empty folders above that ays made. */
export function forget(path: string): Command {
  return { title: `forget ${path}`, run: { script: FORGET, args: traces(path) } }
}

const traces = (path: string): string[] => [path, sha256(path), ...parentsOf(path).flatMap((one) => [one, sha256(one)])]

/** What was kept stays as the last image: a thing that is only replaced may still have to go back to it. */
const FORGET = sh`image=$AYS/before/$2
if [ -e "$image" ] || [ -L "$image" ]; then mv -fT "$image" "$image.last" || exit; fi
rm -f "$AYS/made/$2"
shift 2
while [ $# -gt 0 ]; do
  if [ -e "$AYS/made/$2" ]; then
    [ ! -d "$1" ] || rmdir "$1" 2>/dev/null || exit 0
    rm -f "$AYS/made/$2"
  fi
  shift 2
done`

/** Puts back what was at the path before ays came; the way must be free but for files and links. */
export function bringBack(path: string, before: Exclude<PathFound, { type: 'absent' }>): Command[] {
  switch (before.type) {
    case 'directory':
      return [
        { title: `remove ${path}`, run: { argv: ['rm', '-f', path] } },
        { title: `make ${path} again`, run: { argv: ['mkdir', path] } },
        setAccess(path, before),
      ]
    case 'file':
    case 'symlink':
    case 'other':
      return [
        {
          title: `bring back ${path} as it was`,
          run: { script: BRING_BACK, args: [path, sha256(path), plainSum(before)] },
        },
      ]
  }
}

const plainSum = (before: PathFound): string =>
  before.type === 'file' && before.digest?.startsWith('sha256:') ? before.digest.slice('sha256:'.length) : ''

const BRING_BACK = sh`is_before() { # image, its SHA-256 when that is known
  [ -e "$1" ] || [ -L "$1" ] || return
  [ -z "$2" ] || [ "$(sha256sum <"$1")" = "$2  -" ]
}
image=$AYS/before/$2
is_before "$image" "$3" || image=$image.last
if ! is_before "$image" "$3"; then
  echo "What was at $1 before is not kept in $AYS/before." >&2
  exit 1
fi
[ ! -d "$1" ] || [ -L "$1" ] || rmdir "$1" || exit
cp -a "$image" "$1.ays-before" && mv -fT "$1.ays-before" "$1" && rm -f "$AYS/before/$2" "$AYS/before/$2.last"`
