// The sh programs of btrfs file systems.
import type { Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/**
 * Arguments per question: label, how many devices, the devices. The devices are read directly (blkid -p), because a
 * node may have neither udev nor a fresh cache. A mounted file system is asked through /sys, another through its chunk
 * tree; without btrfs-progs only devices can be told, and then no file system of ours can be there.
 */
export const LOOK: Program = {
  name: 'btrfs_filesystem_1',
  text: sh`
btrfs_number() { stat -L -c '%t:%T' -- "$1" 2>/dev/null; }
while [ $# -gt 0 ]; do
  label=$1 n=$2 uuid= members= first= signatures= failed=
  shift 2
  if ! command -v blkid >/dev/null; then echo 'error this node has no blkid (util-linux)'; shift "$n"; end; continue; fi
  left=$n
  for dev; do
    [ "$left" -gt 0 ] || break
    left=$((left - 1))
    if [ -b "$dev" ] && [ ! -r "$dev" ]; then failed="$dev cannot be read: it needs root"; fi
    is=$(blkid -p -o export -- "$dev" 2>/dev/null)
    has=$(printf '%s\n' "$is" | sed -n 's/^LABEL=//p' | sed 's/\\\(.\)/\1/g')
    type=$(printf '%s\n' "$is" | sed -n 's/^TYPE=//p')
    if [ "$type" = btrfs ] && [ "$has" = "$label" ]; then
      id=$(printf '%s\n' "$is" | sed -n 's/^UUID=//p')
      [ -n "$uuid" ] || { uuid=$id; first=$dev; }
      if [ "$id" = "$uuid" ]; then
        members="$members $(btrfs_number "$dev") "
        signatures="$signatures
device $dev"
        continue
      fi
    fi
    [ -n "$type" ] || type=$(printf '%s\n' "$is" | sed -n 's/^PTTYPE=//p')
    [ "$type" != btrfs ] || type="btrfs $has"
    [ -z "$type" ] || signatures="$signatures
signature $dev	$type"
  done
  shift "$n"
  if [ -n "$failed" ]; then echo "error $failed"; end; continue; fi
  if [ -z "$uuid" ] && command -v btrfs >/dev/null; then
    first=$(btrfs filesystem show --raw -- "$label" 2>/dev/null | sed -n 's/^.* path \(\/.*\)$/\1/p' | head -n 1)
    if [ -n "$first" ] && [ "$(blkid -p -o value -s LABEL -- "$first" 2>/dev/null)" = "$label" ]; then
      uuid=$(blkid -p -o value -s UUID -- "$first")
    fi
  fi
  if [ -z "$uuid" ]; then
    echo absent
  else
    echo "label $label"
    echo "uuid $uuid"
    btrfs filesystem show --raw -- "$first" 2>/dev/null | sed -n 's/^.* path \(\/.*\)$/\1/p' | while read -r dev; do
      case $members in *" $(btrfs_number "$dev") "*) ;; *) echo "device $dev";; esac
    done
    fs=/sys/fs/btrfs/$uuid
    if [ -d "$fs/allocation" ]; then
      for sort in data metadata; do
        is=
        for dir in "$fs/allocation/$sort"/*/; do dir=\${dir%/}; [ ! -e "$dir/total_bytes" ] || is="$is,\${dir##*/}"; done
        echo "$sort \${is#,}"
      done
      busy=$(cat "$fs/exclusive_operation" 2>/dev/null)
      [ -z "$busy" ] || [ "$busy" = none ] || echo "busy $busy"
    elif tree=$(btrfs inspect-internal dump-tree -t chunk "$first" 2>/dev/null); then
      for sort in data metadata; do
        is=$(printf '%s\n' "$tree" | awk -v sort="$(echo $sort | tr a-z A-Z)" '
          { for (i = 1; i < NF; i++) if ($i == "type" && split($(i + 1), is, "|") && is[1] == sort) print tolower(is[2] == "" ? "single" : is[2]) }' | sort -u | tr '\n' ',')
        echo "$sort \${is%,}"
      done
    else
      echo "error btrfs-progs are needed to see how btrfs $label is laid out"
    fi
  fi
  printf '%s\n' "$signatures" | sed '/^$/d'
  end
done`,
}

/** $1 keep or wipe, then devices: refuses any that is in use, and unless they may be wiped, any on which something stands. */
export const MAKE_GUARD = sh`
keep=$1; shift
for dev; do
  [ -b "$dev" ] || { echo "$dev is no block device" >&2; exit 1; }
  real=$(readlink -f -- "$dev")
  if awk -v dev="$real" '$1 == dev { used = 1 } END { exit !used }' /proc/mounts /proc/swaps; then echo "$dev is in use" >&2; exit 1; fi
  [ "$keep" = wipe ] && continue
  # Found (0) and ambivalent (8) both mean that something stands there; only "nothing found" (2) is free.
  blkid -p -- "$dev" >/dev/null 2>&1
  code=$?
  if [ "$code" -ne 2 ]; then
    echo "$dev is not free: $(blkid -p -o value -s TYPE -- "$dev" 2>&1) $(blkid -p -o value -s LABEL -- "$dev" 2>/dev/null)" >&2
    exit 1
  fi
done`

/** $1 label, $2 data profile, $3 metadata profile, $4 keep or wipe, then devices. Without wipe mkfs itself refuses as well. */
export const MAKE = sh`
label=$1 data=$2 metadata=$3 force=; [ "$4" = keep ] || force=-f
shift 4
mkfs.btrfs -q $force -L "$label" -d "$data" -m "$metadata" -- "$@"`

/** $1 label, then devices: only those that bear this file system are wiped, and only of it. */
export const WIPE = sh`
label=$1; shift
for dev; do
  real=$(readlink -f -- "$dev")
  if awk -v dev="$real" '$1 == dev { used = 1 } END { exit !used }' /proc/mounts; then echo "$dev is mounted" >&2; exit 1; fi
  [ -z "$(blkid -p -o value -s UUID -- "$dev")" ] || [ ! -d "/sys/fs/btrfs/$(blkid -p -o value -s UUID -- "$dev")/devices" ] || { echo "btrfs $label is mounted" >&2; exit 1; }
done
for dev; do
  [ "$(blkid -p -o value -s LABEL -- "$dev")" = "$label" ] || continue
  wipefs -q -a -t btrfs -- "$dev" || exit 1
done
btrfs device scan --forget 2>/dev/null || true`

/**
 * $1 the text of RESHAPE_WORK, the rest are its arguments. The work goes on by itself when this connection is gone;
 * this returns when it is over (with its error) or when btrfs shows that it is at it, and the looks follow it from there.
 */
export const RESHAPE = sh`
work=$1 label=$2 first=$3; shift
mkdir -p /run/ays
log=/run/ays/btrfs-$(printf '%s' "$label" | tr -c 'A-Za-z0-9._\n-' _).log
uuid=$(blkid -p -o value -s UUID -- "$first") || exit 1
setsid sh -c "$work" sh "$@" >"$log" 2>&1 </dev/null &
pid=$!
tries=0
while kill -0 "$pid" 2>/dev/null; do
  case $(cat "/sys/fs/btrfs/$uuid/exclusive_operation" 2>/dev/null) in
    ''|none) ;;
    *) [ "$tries" -lt 20 ] || exit 0;;
  esac
  tries=$((tries + 1))
  sleep 0.1
done
wait "$pid" || { code=$?; cat "$log" >&2; exit "$code"; }`

/** $1 label, $2 a device of it, $3 convert, spread or none, $4 data, $5 metadata profile, $6 keep or wipe, $7 how many to add, then those, then those to drop. */
export const RESHAPE_WORK = sh`
set -e
label=$1 first=$2 how=$3 data=$4 metadata=$5 force= n=$7
[ "$6" = keep ] || force=-f
shift 7
uuid=$(blkid -p -o value -s UUID -- "$first")
at=
while read -r _ target type _; do
  [ "$type" = btrfs ] || continue
  target=$(printf '%b' "$target")
  if [ "$(btrfs filesystem show --raw "$target" | sed -n 's/^.*uuid: //p')" = "$uuid" ]; then at=$target; break; fi
done </proc/mounts
if [ -z "$at" ]; then
  at=$(mktemp -d /run/ays/btrfs-XXXXXX)
  trap 'umount "$at" && rmdir "$at"' EXIT
  mount -t btrfs "$first" "$at"
fi
while [ "$n" -gt 0 ]; do btrfs device add -K $force -- "$1" "$at"; n=$((n - 1)); shift; done
# Profiles that need many devices are left before devices go, and those that need few are taken at last otherwise.
convert() { btrfs balance start -f "-dconvert=$data,soft" "-mconvert=$metadata,soft" "$at"; }
if [ "$how" = convert ]; then convert; fi
if [ $# -gt 0 ]; then btrfs device remove -- "$@" "$at"; fi
if [ "$how" = spread ]; then btrfs balance start --full-balance "$at"; fi`
