// The sh program that asks a node what it is.
import { sh } from '../sh.ts'

/**
 * Disks are whole ones that can be opened here: the block devices in /dev, so that a lab node, whose /sys shows every
 * disk of the machine, tells only of those it was given. Loop devices count only under another name than loop*.
 * A disk is known by its WWN, else serial, else backing file, else where it is plugged in; never by its /dev name.
 * A partition table shows as its file system (`gpt`, `dos`), and a partition in use as mounted: neither is free.
 */
export const PROGRAM = sh`
say() { [ -z "$2" ] || printf '%s %s\n' "$1" "$2"; }
first() { for file; do if [ -s "$file" ] && read -r line <"$file" && [ -n "$line" ]; then printf '%s' "$line"; return; fi; done 2>/dev/null; }
say hostname "$(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)"
say machine "$(first /etc/machine-id /var/lib/dbus/machine-id)"
(
  ID= VERSION_ID= PRETTY_NAME=
  if [ -r /etc/os-release ]; then . /etc/os-release; elif [ -r /usr/lib/os-release ]; then . /usr/lib/os-release; fi
  say os "$ID"; say version "$VERSION_ID"; say name "$PRETTY_NAME"
)
say kernel "$(uname -r)"
say arch "$(uname -m)"
say cpus "$(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo)"
say memory "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
say init "$(cat /proc/1/comm 2>/dev/null)"
say uid "$(id -u)"
if command -v ip >/dev/null; then
  ip -o addr show 2>/dev/null | awk '{ for (i = 5; i < NF; i++) if ($i == "scope" && $(i + 1) != "global") next
    sub(/@.*/, "", $2); sub(/\/.*/, "", $4); print "address", $2, $4 }'
fi
for dev in /dev/*; do
  [ -b "$dev" ] || continue
  name=\${dev##*/}
  case $name in loop*|ram*|zram*|sr[0-9]*|fd[0-9]*|dm-*) continue;; esac
  number=$(stat -L -c '%t %T' "$dev" 2>/dev/null) || continue
  number=$((0x\${number% *})):$((0x\${number#* }))
  block=$(readlink -f "/sys/dev/block/$number") || continue
  [ -d "$block" ] && [ ! -e "$block/partition" ] || continue
  size=$(first "$block/size")
  [ "\${size:-0}" -gt 0 ] || continue
  (: <"$dev") 2>/dev/null || continue
  id=$(first "$block/wwid" "$block/device/wwid" "$block/serial" "$block/device/serial")
  if [ -z "$id" ]; then
    for link in /dev/disk/by-id/wwn-* /dev/disk/by-id/nvme-* /dev/disk/by-id/ata-* /dev/disk/by-id/scsi-* /dev/disk/by-id/virtio-*; do
      if [ -b "$link" ] && [ "$(readlink -f "$link")" = "$dev" ]; then id=\${link##*/}; break; fi
    done
  fi
  [ -n "$id" ] || id=$(first "$block/loop/backing_file")
  if [ -z "$id" ]; then id=\${block%/block/*}; id=path:\${id#/sys/devices/}; fi
  known=$(blkid -p -o value -s TYPE "$dev" 2>/dev/null)
  [ -n "$known" ] || known=$(blkid -p -o value -s PTTYPE "$dev" 2>/dev/null)
  mounted=$(awk -v number="$number" -v dev="$dev" '
    $3 == number { print $5; exit }
    { for (i = 7; i < NF; i++) if ($i == "-") { if ($(i + 2) == dev) { print $5; exit } break } }' /proc/self/mountinfo)
  if [ -z "$mounted" ]; then
    for part in "$block"/*/dev; do
      [ -e "$part" ] || continue
      read -r partnumber <"$part"
      mounted=$(awk -v number="$partnumber" '$3 == number { print $5; exit }' /proc/self/mountinfo)
      [ -z "$mounted" ] || break
    done
  fi
  id=$(printf '%s' "$id" | tr '\t\n' '  ' | sed 's/^ *//; s/ *$//')
  printf 'disk %s\t%s\t%s\t%s\t%s\t%s\n' "$dev" "$((size * 512))" "$(first "$block/queue/rotational")" "$known" "$mounted" "$id"
done
[ ! -r "\${AYS:-/var/lib/ays}/claims" ] || sed 's/^/claim /' "\${AYS:-/var/lib/ays}/claims"
echo facts
`
