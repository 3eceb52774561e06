// The sh programs of nftables rulesets. $AYS/nft/NAME on the node notes the digest of what was loaded last, and
// what nft then listed: a kernel that lists the same still holds it, whoever loaded it (ays, or the unit at boot).
import type { Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/** Arguments: names. Listed without counters (-s), so that traffic is no difference. Without nft there are no tables of ours. */
export const LOOK: Program = {
  name: 'nftables_ruleset_1',
  text: sh`
for name; do
  file=/etc/ays/nft/$name.nft
  if [ -e "$file" ] && [ ! -r "$file" ]; then echo "error $file cannot be read: rulesets need root"; end; continue; fi
  listed= failed=
  if command -v nft >/dev/null && ! listed=$(nft -s list table inet "ays_$name" 2>&1); then
    case $listed in *'No such file'*) listed=;; *) failed=yes;; esac
  fi
  if [ -n "$failed" ]; then printf 'error nft: %s\n' "$(printf '%s\n' "$listed" | head -n 1)"; end; continue; fi
  echo "ruleset $name"
  if [ -f "$file" ]; then echo "file $(base64 <"$file" | tr -d '\n')"; fi
  if [ -n "$listed" ]; then
    sum=$(printf '%s\n' "$listed" | sha256sum) digest=
    if read -r digest noted 2>/dev/null <"$AYS/nft/$name" && [ "$noted" = "\${sum%% *}" ]; then echo "loaded $digest"
    else echo 'loaded changed'
    fi
  fi
  if [ -f /etc/systemd/system/ays-nftables.service ] && [ -f "$file" ] &&
    [ -L /etc/systemd/system/multi-user.target.wants/ays-nftables.service ]; then echo 'boot yes'; fi
  end
done`,
}

/** Debian's own nftables.service flushes everything when it starts, so ours comes after it. */
export const UNIT = `[Unit]
Description=Packet filter tables made by ays
DefaultDependencies=no
After=local-fs.target nftables.service
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for f in /etc/ays/nft/*.nft; do nft -f "$$f" || failed=1; done; [ -z "$$failed" ]'

[Install]
WantedBy=multi-user.target
`

/** $1 name, $2 digest, $3 text of the unit; the file on stdin. nft takes it whole or not at all; a refused one is not kept. */
export const LOAD = sh`set -e
notes=\${AYS:-/var/lib/ays}/nft file=/etc/ays/nft/$1.nft
unit=/etc/systemd/system/ays-nftables.service wants=/etc/systemd/system/multi-user.target.wants
mkdir -p /etc/ays/nft "$notes" "$wants"
umask 077
trap 'rm -f "$file.new"' EXIT
cat >"$file.new"
nft -f "$file.new"
mv "$file.new" "$file"
sum=$(nft -s list table inet "ays_$1" | sha256sum)
printf '%s %s\n' "$2" "\${sum%% *}" >"$notes/.new-$1"
mv "$notes/.new-$1" "$notes/$1"
umask 022
if [ "$(cat "$unit" 2>/dev/null; echo .)" != "$3." ]; then printf '%s' "$3" >"$unit.new"; mv "$unit.new" "$unit"; fi
ln -sfn "$unit" "$wants/ays-nftables.service"
[ ! -d /run/systemd/system ] || systemctl daemon-reload`

/** $1 name. The unit goes with the last table. */
export const UNLOAD = sh`set -e
notes=\${AYS:-/var/lib/ays}/nft
if nft -s list table inet "ays_$1" >/dev/null 2>&1; then nft delete table inet "ays_$1"; fi
rm -f "/etc/ays/nft/$1.nft" "$notes/$1"
rmdir "$notes" 2>/dev/null || true
rmdir /etc/ays/nft 2>/dev/null || exit 0
rmdir /etc/ays 2>/dev/null || true
[ ! -d /run/systemd/system ] || systemctl -q stop ays-nftables.service || true
rm -f /etc/systemd/system/multi-user.target.wants/ays-nftables.service /etc/systemd/system/ays-nftables.service
[ ! -d /run/systemd/system ] || systemctl daemon-reload`
