// The sh programs of packages. Notes of what ays brought stand in $AYS/packages on the node.
import type { Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/**
 * Arguments per question: how many names, then the names. dpkg is asked once for everything (it costs the same as for one);
 * apt never, because it takes hundreds of milliseconds. A package that is unpacked but not configured counts as absent.
 */
export const LOOK: Program = {
  name: 'packages_1',
  text: sh`
have=$(dpkg-query -W -f='\${db:Status-Status}\t\${Package}\t\${Architecture}\t\${Version}\n' 2>/dev/null)
while [ $# -gt 0 ]; do
  left=$1 names=; shift
  while [ "$left" -gt 0 ]; do names="$names $1"; left=$((left - 1)); shift; done
  if [ -z "$have" ]; then echo 'error dpkg-query gives no answer on this node'; end; continue; fi
  echo packages
  printf '%s\n' "$have" | awk -F '\t' -v names="$names" '
    BEGIN { n = split(names, want, " "); for (i = 1; i <= n; i++) asked[want[i]] = 1 }
    $1 == "installed" && ($2 in asked) && !($2 in at) { at[$2] = $4 }
    $1 == "installed" && (($2 ":" $3) in asked) { at[$2 ":" $3] = $4 }
    END { for (i = 1; i <= n; i++) print "package", want[i], (want[i] in at ? at[want[i]] : "-") }'
  end
done`,
}

/** Shared by both scripts: quiet apt that waits for the lock, and the notes. */
const APT = sh`set -eu
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C
notes=\${AYS:-/var/lib/ays}/packages
mkdir -p "$notes"
touch "$notes/brought"
apt() { apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"; }
is_installed() { [ "$(dpkg-query -W -f='\${db:Status-Status} ' "$1" 2>/dev/null | cut -d' ' -f1)" = installed ]; }
`

/**
 * $@: names, or name=version.
 * The lists are made anew where they lack what is wanted, are a day old, or where the sources or their keys are no longer
 * those that they were made from: their digest is noted. Where ays made no lists yet, each source has to have one.
 * What the installation will bring is noted before it begins, so that a crash in the middle forgets nothing.
 * A package's own daemon must not start by itself with a configuration that nobody wanted: while apt works, a
 * policy-rc.d of ours forbids starts (it lapses by itself when this process is gone; one that is already there is the
 * administrator's and stays), and the services of the named packages that became enabled are disabled again.
 * Who wants the daemon says so with systemd.running. Only services are held: sockets, timers and what came as a
 * dependency keep what Debian gives them.
 */
export const INSTALL =
  APT +
  sh`[ -z "$(dpkg --audit)" ] || dpkg --configure -a
simulate() { apt-get -s -o DPkg::Lock::Timeout=120 install -y --no-install-recommends --allow-downgrades -- "$@"; }
from='/etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d /etc/apt/keyrings /usr/share/keyrings'
sources() { find -L $from -type f -exec sha256sum {} + 2>/dev/null | sort -k 2 | sha256sum | cut -c 1-64; }
fresh() { [ -n "$(find /var/lib/apt/lists/partial "$notes/updated" -maxdepth 0 -mtime -1 2>/dev/null)" ]; }
listed() {
  if [ -s "$notes/updated" ]; then [ "$(cat "$notes/updated")" = "$(sources)" ]; return; fi
  apt-get indextargets --no-release-info --format '$(FILENAME)' 'Identifier: Packages' | while read -r file; do
    [ -n "$(ls -d "$file"* "\${file%_binary-*}"_binary-*_Packages* 2>/dev/null)" ] || { echo lacking; break; }
  done | { ! read -r lacking; }
}
would=$(simulate "$@" 2>/dev/null) && ready=yes || ready=
if [ -z "$ready" ] || ! fresh || ! listed; then
  if said=$(apt update 2>&1); then
    case $said in *'Err:'*|*'Failed to fetch'*) ;; *) sources >"$notes/updated";; esac
  elif [ -z "$ready" ]; then
    printf '%s\n' "$said" >&2; exit 100
  fi
  would=$(simulate "$@") || { [ -z "\${said:-}" ] || printf '%s\n' "$said" | tail -n 5 >&2; exit 100; }
fi
printf '%s\n' "$would" | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }' | sort -u - "$notes/brought" >"$notes/brought.new"
mv "$notes/brought.new" "$notes/brought"
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ] && grep -q '^# made by ays' "$policy"; then rm -f "$policy"; fi
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 143' HUP INT TERM
  since=$(cut -d' ' -f22 "/proc/$$/stat")
  printf '#!/bin/sh\n# made by ays for one installation, process %s\n[ "$(cut -d" " -f22 /proc/%s/stat 2>/dev/null)" = %s ] || exit 0\nexit 101\n' $$ $$ "$since" >"$policy.ays"
  chmod 755 "$policy.ays"
  mv "$policy.ays" "$policy"
fi
wants=/etc/systemd/system/multi-user.target.wants
before=" $(ls "$wants" 2>/dev/null | tr '\n' ' ')"
apt install -y --no-install-recommends --allow-downgrades -- "$@"
[ -d /run/systemd/system ] || exit 0
named=$(for one; do dpkg -L "\${one%%=*}" 2>/dev/null || true; done)
for link in "$wants"/*.service; do
  unit=\${link##*/}
  case $before in *" $unit "*) continue;; esac
  if printf '%s\n' "$named" | grep -q "/systemd/system/$unit\$"; then systemctl -q disable -- "$unit" || true; fi
done`

/**
 * $@: names. Purges those that the notes say ays brought, and then what came with them and nobody needs any more: only
 * packages that are in the notes, so that what a person left behind for \`apt autoremove\` stays. To be suggested is no
 * need: apt does not install what is only suggested.
 * Refused when a package that ays did not bring would go along.
 */
export const PURGE =
  APT +
  sh`[ -z "$(dpkg --audit)" ] || dpkg --configure -a
is_ours() { grep -qxF -- "$1" "$notes/brought"; }
purge() {
  [ $# -gt 0 ] || return 0
  for gone in $(apt-get -s purge -- "$@" | awk '$1 == "Purg" || $1 == "Remv" { print $2 }'); do
    is_ours "\${gone%%:*}" || is_ours "$gone" || { echo "$gone, which ays did not install, needs one of: $*" >&2; exit 1; }
  done
  apt purge -y -- "$@"
}
ours=
for one; do if is_installed "$one" && is_ours "$one"; then ours="$ours $one"; fi; done
purge $ours
while :; do
  rest=
  for one in $(apt-get -s -o APT::AutoRemove::SuggestsImportant=false autoremove | awk '$1 == "Remv" { print $2 }'); do
    if is_ours "$one"; then rest="$rest $one"; fi
  done
  [ -n "$rest" ] || break
  purge $rest
done
while read -r one; do if is_installed "$one"; then echo "$one"; fi; done <"$notes/brought" >"$notes/brought.new"
mv "$notes/brought.new" "$notes/brought"
[ -s "$notes/brought" ] || { rm -f "$notes/brought" "$notes/updated"; rmdir "$notes" 2>/dev/null || true; }`
