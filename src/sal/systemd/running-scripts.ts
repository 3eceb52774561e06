// The sh programs of systemd.running. What ays started a unit with is noted in $AYS/started/UNIT on the node:
// one line of digest, InvocationID of that start, and the SHA-256 over the files it was started with (or -).
import type { Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/**
 * Arguments per question: unit, how many files, the files. systemd is asked once for all units.
 * `started` is told when the running invocation is the noted one, or when systemd started the unit anew by itself (a
 * reboot, Restart=) with files that still are those of the noted start and have not been touched since.
 */
export const LOOK: Program = {
  name: 'systemd_running_1',
  text: sh`
nl='
'
all=
if [ -d /run/systemd/system ]; then
  units=$(while [ $# -gt 0 ]; do echo "$1"; n=$2; shift 2; shift "$n"; done)
  all=$(systemctl show -p ActiveState -p SubState -p UnitFileState -p InvocationID -p InactiveExitTimestampMonotonic \
    -p Result -- $units 2>/dev/null | awk -v RS= -F '\n' '{
      split("", is)
      for (i = 1; i <= NF; i++) { at = index($i, "="); is[substr($i, 1, at - 1)] = substr($i, at + 1) }
      print is["ActiveState"], is["SubState"], is["UnitFileState"] "|", is["InvocationID"] "|", is["InactiveExitTimestampMonotonic"] "|", is["Result"]
    }')
  all=$all$nl
fi
while [ $# -gt 0 ]; do
  unit=$1 n=$2 line=\${all%%"$nl"*} all=\${all#*"$nl"}
  shift 2
  if [ ! -d /run/systemd/system ]; then echo 'error systemd does not run on this node'; shift "$n"; end; continue; fi
  if [ -z "$line" ]; then echo "error systemd says nothing of $unit"; shift "$n"; end; continue; fi
  active=\${line%% *}; line=\${line#* }
  echo "unit $unit"
  echo "active $active"
  echo "sub \${line%% *}"; line=\${line#* }
  echo "enabled \${line%%|*}"; line=\${line#*| }
  now=\${line%%|*}; line=\${line#*| }
  since=\${line%%|*}
  echo "result \${line#*| }"
  if [ "$active" != inactive ] && [ "$active" != failed ] && read -r digest noted sum 2>/dev/null <"$AYS/started/$unit"; then
    if [ -n "$now" ] && [ "$noted" = "$now" ]; then echo "started $digest"
    elif [ "$sum" != - ] && [ "$n" -gt 0 ]; then
      read -r up _ </proc/uptime
      begun=$(($(date +%s) - \${up%%.*} + since / 1000000 - 2))
      args=$n touched=
      for file in "$@"; do
        [ "$args" -gt 0 ] || break
        args=$((args - 1))
        at=$(stat -L -c %Z -- "$file" 2>/dev/null) && [ "$at" -lt "$begun" ] || touched=yes
      done
      if [ -z "$touched" ]; then
        is=$(i=0; for file in "$@"; do [ "$i" -lt "$n" ] || break; i=$((i + 1)); sha256sum <"$file"; done | sha256sum)
        [ "\${is%% *}" != "$sum" ] || echo "started $digest"
      fi
    fi
  fi
  shift "$n"
  end
done`,
}

/**
 * $1: start or restart, $2: unit, $3: digest or '', then the files. The files are summed before the start, so that
 * a change during it is seen as one. A unit that falls over at once counts as an error with its journal, not as started.
 */
export const START = sh`
verb=$1 unit=$2 digest=$3; shift 3
notes=\${AYS:-/var/lib/ays}/started
fail() { echo "$unit: $1" >&2; journalctl -u "$unit" -n 20 --no-pager -o short-iso >&2; exit 1; }
systemctl reset-failed -- "$unit" 2>/dev/null
sum=-
[ $# -eq 0 ] || { sum=$(for file; do sha256sum <"$file"; done | sha256sum); sum=\${sum%% *}; }
systemctl "$verb" -- "$unit" || fail "systemctl $verb failed"
sleep 0.1
case $(systemctl show -p ActiveState -p SubState --value -- "$unit" | tr '\n' ' ') in
  failed*|*auto-restart*) fail 'ended right after its start';;
esac
[ -n "$digest" ] || exit 0
mkdir -p "$notes" && printf '%s %s %s\n' "$digest" "$(systemctl show -p InvocationID --value -- "$unit")" "$sum" >"$notes/.new-$unit" &&
  mv "$notes/.new-$unit" "$notes/$unit"`

/** $1: unit, $2: stop or keep. */
export const STOP = sh`
if [ "$2" = stop ]; then
  systemctl stop -- "$1" || { [ "$(systemctl show -p LoadState --value -- "$1")" = not-found ] || exit 1; }
  systemctl reset-failed -- "$1" 2>/dev/null
fi
notes=\${AYS:-/var/lib/ays}/started
rm -f "$notes/$1"
rmdir "$notes" 2>/dev/null
exit 0`
