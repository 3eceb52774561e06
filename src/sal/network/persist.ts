// How live network settings come back after a boot: batch files of `ip` and one oneshot unit of ours.
// Why not networkd or ifupdown: a node has one, the other, NetworkManager or none of them, and their answer to "is it
// so now?" differs; `ip` is everywhere. The batch files are only read at boot; what counts now is set live.
import type { Command } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/** Batch files lie here: bridges before addresses before routes, by their first digits. */
export const batchPath = (order: number, name: string): string =>
  `/etc/ays/network/${order}-${name.replace(/[^A-Za-z0-9._-]/g, '_')}.ip`

/** The unit that runs all batch files at boot. `-force` goes on after a line that is in place already. */
export const UNIT = `[Unit]
Description=Network settings made by ays
DefaultDependencies=no
After=local-fs.target systemd-networkd.service networking.service
Before=network-online.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for f in /etc/ays/network/*.ip; do ip -force -batch "$$f" || true; done'

[Install]
WantedBy=multi-user.target
`

/** For look programs: prints `batch BASE64` of the file $1, and `boot yes` if the unit will run it. */
export const LOOK_PERSISTED = sh`
net_persisted() {
  if [ -f "$1" ]; then echo "batch $(base64 <"$1" | tr -d '\n')"; fi
  if [ -f "$1" ] && [ -f /etc/systemd/system/ays-network.service ] &&
    [ -L /etc/systemd/system/multi-user.target.wants/ays-network.service ]; then echo 'boot yes'; fi
}
# The device that the default route or the connection of ays itself goes over.
net_carries() {
  case $(ip -o route show default 2>/dev/null; ip -o -6 route show default 2>/dev/null) in *" dev $1 "*|*" dev $1") echo 'carries the default route'; return;; esac
  here=\${SSH_CONNECTION:-}
  [ -n "$here" ] || return 0
  here=\${here% *}; here=\${here##* }
  [ -z "$(ip -o addr show dev "$1" to "$here" 2>/dev/null)" ] || echo 'carries the connection of ays'
}
`

/** What is found of the way back after a boot; the text is that of the batch file. */
export interface Persisted {
  readonly batch: string | null
  readonly boot: boolean
}

/** Writes the batch file, and the unit when it is missing. Enabling is only a link: it works without a running systemd. */
export const persist = (path: string, batch: string): Command => ({
  title: `write ${path} for the next boot`,
  run: { script: PERSIST, args: [path, batch, UNIT] },
  locks: ['daemon-reload'],
})

/** Takes the batch file away, and the unit with the last of them; or puts back what was there. */
export const unpersist = (path: string, before: Persisted): Command => ({
  title: before.batch === null ? `remove ${path}` : `put ${path} back`,
  run:
    before.batch === null ? { script: UNPERSIST, args: [path] } : { script: PERSIST, args: [path, before.batch, UNIT] },
  locks: ['daemon-reload'],
})

const PERSIST = sh`set -e
unit=/etc/systemd/system/ays-network.service wants=/etc/systemd/system/multi-user.target.wants
mkdir -p /etc/ays/network "$wants"
printf '%s' "$2" >"$1.new"
mv "$1.new" "$1"
if [ "$(cat "$unit" 2>/dev/null; echo .)" != "$3." ]; then
  printf '%s' "$3" >"$unit.new"
  mv "$unit.new" "$unit"
fi
ln -sfn "$unit" "$wants/ays-network.service"
[ ! -d /run/systemd/system ] || systemctl daemon-reload`

const UNPERSIST = sh`set -e
rm -f -- "$1"
rmdir /etc/ays/network 2>/dev/null || exit 0
rmdir /etc/ays 2>/dev/null || true
[ ! -d /run/systemd/system ] || systemctl -q stop ays-network.service || true
rm -f /etc/systemd/system/multi-user.target.wants/ays-network.service /etc/systemd/system/ays-network.service
[ ! -d /run/systemd/system ] || systemctl daemon-reload`
