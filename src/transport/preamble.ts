/** The sh functions that every script of ours begins with. */
import { quoted } from './quote.ts'

/**
 * `limit SECONDS PROGRAM…` becomes the program, in a process group of its own that its deadline ends (0: none does);
 * `$p` is the group that runs now, which TERM kills; `$AYS` is ays's own folder on the node.
 */
export function preamble(folder: string | undefined): string {
  const ays = folder === undefined ? '' : `AYS=${quoted(folder)}\n`
  return `${ays}${text}`
}

const text = `sort=$1 uid=$2 p=
if [ -z "$AYS" ]; then
  if [ "$uid" = 0 ]; then AYS=/var/lib/ays; else AYS=\${XDG_STATE_HOME:-$HOME/.local/state}/ays; fi
fi
export AYS
limit() {
  t=$1; shift
  if [ "$sort" != busybox ]; then exec timeout -k 2 "$t" "$@"; fi
  if [ "$t" = 0 ]; then exec setsid "$@"; else exec timeout -s KILL "$t" setsid "$@"; fi
}
stop() { [ -z "$p" ] || kill -KILL -$p 2>/dev/null; exit 143; }
trap stop TERM
# ask SECONDS: runs the program on fd 3 in a group of its own; sets c
ask() {
  limit "$1" /bin/sh /proc/self/fd/3 "$sort" "$uid" </dev/null & p=$!
  wait $p; c=$?; kill -KILL -$p 2>/dev/null; p=
}
`
