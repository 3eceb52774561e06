// The sh programs of btrfs subvolumes.
import type { Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/** Arguments per question: path, and the path of which it is a snapshot or ''. A subvolume is a btrfs directory with inode 256. */
export const LOOK: Program = {
  name: 'btrfs_subvolume_1',
  text: sh`
subvolume_uuid() { btrfs subvolume show -- "$1" 2>/dev/null | awk -v key="$2" '{ sub(/^[ \t]+/, "") } index($0, key) == 1 { sub(key "[ \t]*", ""); print; exit }'; }
while [ $# -gt 0 ]; do
  path=$1 of=$2
  shift 2
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then echo 'state absent'; end; continue; fi
  if [ -L "$path" ] || [ "$(stat -f -c %T -- "$path")" != btrfs ] || [ "$(stat -c '%i %F' -- "$path")" != '256 directory' ]; then
    echo 'state other'; end; continue
  fi
  if ! command -v btrfs >/dev/null; then echo 'error this node has no btrfs command (btrfs-progs)'; end; continue; fi
  echo 'state subvolume'
  echo "path $path"
  case $(btrfs property get -ts "$path" ro 2>/dev/null) in *true) echo 'readonly yes';; esac
  id=$(btrfs inspect-internal rootid "$path")
  quota=$(btrfs qgroup show -r --raw -f "$path" 2>/dev/null | awk -v id="0/$id" '$1 == id { print $4 }')
  case $quota in ''|none) ;; *) echo "quota $quota";; esac
  if [ -n "$of" ]; then
    echo "source $of"
    from=$(subvolume_uuid "$path" 'Parent UUID:') is=$(subvolume_uuid "$of" 'UUID:')
    if [ -z "$is" ]; then echo 'of unknown'; elif [ "$from" = "$is" ]; then echo 'of same'; else echo 'of another'; fi
  fi
  end
done`,
}

/**
 * $1 path, $2 the subvolume to take a snapshot of, or ''. One missing parent on the same btrfs (`.snapshots`) is made too,
 * noted in $AYS/btrfs-parents, and goes with the last that lies in it.
 */
export const CREATE = sh`
parent=$(dirname -- "$1") notes=\${AYS:-/var/lib/ays}
if [ ! -e "$parent" ] && [ "$(stat -f -c %T -- "$(dirname -- "$parent")" 2>/dev/null)" = btrfs ]; then
  mkdir -p "$notes" && printf '%s\n' "$parent" >>"$notes/btrfs-parents" && mkdir -- "$parent" || exit 1
fi
if [ -e "$1" ] || [ -L "$1" ]; then echo "$1 is there and is no subvolume; move it away first" >&2; exit 1; fi
if [ -n "$2" ]; then btrfs subvolume snapshot -- "$2" "$1"; else btrfs subvolume create -- "$1"; fi`

/** $1 path. A mounted or nested subvolume is refused by btrfs itself, and said so. */
export const DELETE = sh`
[ -e "$1" ] || exit 0
case $(btrfs property get -ts "$1" ro) in *true) btrfs property set -f -ts "$1" ro false || exit 1;; esac
btrfs subvolume delete --commit-after -- "$1" || exit 1
parent=$(dirname -- "$1") notes=\${AYS:-/var/lib/ays}
grep -qxF -- "$parent" "$notes/btrfs-parents" 2>/dev/null && rmdir -- "$parent" 2>/dev/null || exit 0
grep -vxF -- "$parent" "$notes/btrfs-parents" >"$notes/btrfs-parents.new"
if [ -s "$notes/btrfs-parents.new" ]; then mv "$notes/btrfs-parents.new" "$notes/btrfs-parents"
else rm -f "$notes/btrfs-parents.new" "$notes/btrfs-parents"
fi`

/** $1 path, $2 bytes or none. Quotas are switched on for the file system by the first limit, and stay. */
export const LIMIT = sh`
btrfs qgroup show "$1" >/dev/null 2>&1 || { [ "$2" = none ] && exit 0; btrfs quota enable "$1"; } || exit 1
btrfs qgroup limit "$2" "$1"`

/** $1 path, $2 true or false. */
export const READ_ONLY = sh`btrfs property set -f -ts "$1" ro "$2"`
