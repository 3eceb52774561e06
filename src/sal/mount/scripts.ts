// The sh programs of mounts.
import type { Command, Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/**
 * Path, wanted source, wanted type and unit a question. The kernel's own table of mounts is read once a question; a
 * device counts as the wanted one by its number, as one of the same btrfs, or by the file behind its loop.
 */
export const LOOK: Program = {
  name: 'mount_1',
  text: sh`number() { stat -L -c '%t:%T' "$1" 2>/dev/null; }
same() { # live source, path, wanted source, wanted type
  [ "$1" != "$3" ] || return 0
  [ "$4" != none ] || { [ "$2" -ef "$3" ]; return; }
  wanted=$3
  case $3 in
  [A-Z]*=*) wanted=$(findfs "$3" 2>/dev/null) ;;
  esac
  [ -e "$wanted" ] && [ -b "$1" ] || return
  if [ -f "$wanted" ]; then
    [ "$wanted" -ef "$(cat "/sys/block/\${1##*/}/loop/backing_file" 2>/dev/null)" ]
    return
  fi
  [ -b "$wanted" ] || return
  [ "$(number "$wanted")" != "$(number "$1")" ] || return 0
  wanted=$(readlink -f "$wanted")
  for devices in /sys/fs/btrfs/*/devices; do
    [ -e "$devices/\${wanted##*/}" ] && [ -e "$devices/\${1##*/}" ] && return 0
  done
  return 1
}
while [ $# -gt 0 ]; do
  path=$1 source= type= flags=
  eval "$(AT=$1 awk '
    function plain(s) {
      gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\n", s); gsub(/\\043/, "#", s); gsub(/\\134/, "\\", s)
      return s
    }
    function quoted(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
    plain($5) == ENVIRON["AT"] {
      for (i = 7; $i != "-"; i++);
      type = $(i + 1); source = plain($(i + 2)); options = "," $6 "," ; super = "," $(i + 3) ","
      flags = index(options, ",ro,") || index(super, ",ro,") ? "ro" : ""
      n = split("nosuid nodev noexec noatime", names, " ")
      for (i = 1; i <= n; i++) if (index(options, "," names[i] ",")) flags = flags (flags == "" ? "" : " ") names[i]
    }
    END { if (type != "") print "source=" quoted(source) " type=" quoted(type) " flags=" quoted(flags) }
  ' /proc/self/mountinfo)"
  if [ -n "$type" ]; then
    printf 'mounted %s\n' "$path"
    if same "$source" "$path" "$2" "$3"; then
      source=$2
      [ "$3" != none ] || type=none
    fi
    printf 'source %s\ntype %s\nflags %s\n' "$source" "$type" "$flags"
  fi
  unit=/etc/systemd/system/$4
  if [ -f "$unit" ]; then
    sum=$(sha256sum <"$unit")
    enabled=disabled
    [ -L "/etc/systemd/system/multi-user.target.wants/$4" ] && enabled=enabled
    printf 'unit %s %s\n' "\${sum%% *}" "$enabled"
  elif [ -n "$type" ] && [ ! -d /run/systemd/system ]; then echo unit no systemd
  else echo unit none
  fi
  end
  shift 4
done`,
}

/** Unit file and unit, its text on stdin. Enabled by hand: `systemctl enable` does no more, and needs no running systemd. */
export const KEEP = sh`[ -d /run/systemd/system ] || exit 0
umask 022
wants=/etc/systemd/system/multi-user.target.wants
cat >"$1.ays" && mv -f "$1.ays" "$1" && mkdir -p "$wants" && ln -sfn "$1" "$wants/$2" && systemctl daemon-reload`

/** The unit is gone or another one again: so is its place among those that are started. */
export const reload = (unit: string, enabled: boolean): Command => ({
  title: 'let systemd read its units again',
  run: { script: RELOAD, args: [unit, enabled ? 'enabled' : 'disabled'] },
  locks: ['daemon-reload'],
})

const RELOAD = sh`wants=/etc/systemd/system/multi-user.target.wants
if [ "$2" = enabled ]; then ln -sfn "/etc/systemd/system/$1" "$wants/$1"; else rm -f "$wants/$1"; fi
[ ! -d /run/systemd/system ] || systemctl daemon-reload`
