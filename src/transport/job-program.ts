/**
 * The sh functions of a job on its node. A job's folder `$AYS/jobs/ID` holds `pid` (process, its start, boot id),
 * `workspace`, per command N.code, N.out, N.err, and `end` when it ended: done, failed or moved. The folder itself is
 * what lets an id run once. Nothing here writes to the connection but `report`, in a process of its own: a
 * connection that died ends that process and nothing else.
 */
export const jobProgram = String.raw`umask 022
stopped=
stop() { stopped=1; [ -z "$p" ] || kill -KILL -$p 2>/dev/null; }
trap stop TERM
read -r bootid </proc/sys/kernel/random/boot_id
read -r s </proc/$$/stat; set -- ${'$'}{s##*) }; began=${'$'}{20}
# await PID: signals cut wait short, so wait again while the process is there
await() { wait $1; w=$?; while [ $w -gt 128 ] && kill -0 $1 2>/dev/null; do wait $1; w=$?; done; return $w; }
grab() {
  if command -v flock >/dev/null 2>&1; then exec 9>"$AYS/lock"; flock 9
  else i=0; until mkdir "$AYS/lock.d" 2>/dev/null || [ $i -ge 10 ]; do i=$((i + 1)); sleep 1; done; fi
}
drop() { exec 9>&-; rmdir "$AYS/lock.d" 2>/dev/null; }
home() {
  [ -d "$AYS/jobs" ] && [ -d "$AYS/fence" ] && [ -d "$AYS/locks" ] && return
  mkdir -p "$AYS" && mkdir -p -m 700 "$AYS/jobs" "$AYS/fence" "$AYS/locks"
}
# take ID…: takes the ids of all jobs before the first runs, so that attach knows those that still wait
take() {
  home; (cd "$AYS/jobs" && mkdir -p -m 700 "$@") 2>/dev/null
  for id; do ( set -C; printf '%s %s %s\n' $$ "$began" "$bootid" >"$AYS/jobs/$id/pid" ) 2>/dev/null && mine="$mine $id "; done
}
# alive DIR: the process that noted itself there still runs
alive() {
  [ -s "$1/pid" ] || { sleep 1; [ -s "$1/pid" ] || return 1; }
  read -r apid abegan aboot <"$1/pid"
  [ "$aboot" = "$bootid" ] || return 1
  if [ -r "/proc/$apid/stat" ] && read -r s <"/proc/$apid/stat" 2>/dev/null; then
    set -- "$1" ${'$'}{s##*) }; [ "${'$'}{21}" = "$abegan" ] && [ "$2" != Z ] && return 0
  fi
  # its last command may outlive it
  [ -s "$1/group" ] && read -r s <"$1/group" && kill -0 "-$s" 2>/dev/null
}
settle() { until [ -s "$1/end" ]; do alive "$1" || { [ -s "$1/end" ] || return 1; }; sleep 0.1 2>/dev/null || sleep 1; done; }
# enter ID FENCE WORKSPACE_FILE: sets D and st
enter() {
  D=$AYS/jobs/$1 L=$AYS/jobs/$1/E st=run note=
  case $mine in *" $1 "*) ;; *)
    if [ -f "$D/pid" ]; then settle "$D" && { read -r st <"$D/end"; note=again; } || st=died
    else st=refused note="$D could not be made."; fi
    return;;
  esac
  if [ -n "$stopped" ]; then st=stopped; rm -rf "$D"; return; fi
  printf '%s\n' "$3" >"$D/workspace"
  old=0; [ ! -s "$AYS/fence/$3" ] || read -r old <"$AYS/fence/$3"
  if [ "$2" -gt "$old" ]; then
    grab
    old=0; [ ! -s "$AYS/fence/$3" ] || read -r old <"$AYS/fence/$3"
    [ "$2" -le "$old" ] || { printf '%s\n' "$2" >"$AYS/fence/.$3.$$" && mv -f "$AYS/fence/.$3.$$" "$AYS/fence/$3"; }
    drop
  fi
  if [ "$2" -lt "$old" ]; then st=fenced note=$old; rm -rf "$D"; fi
}
# looked N SECONDS: one program, its answer and stderr into files; L is E before the commands, T after them
looked() { ask "$2" >"$L$1.out" 2>"$L$1.err"; printf '%s\n' $c >"$L$1.code"; }
# same: the answers' digests against those on fd 3, as sha256sum checks them
same() {
  for f in "$L"*.code; do read -r c <"$f"; [ "$c" = 0 ] || st=moved; done
  (
    cd "$D" && awk 'BEGIN { RS = "\036" } FNR == 1 { n = substr(FILENAME, 1, length(FILENAME) - 4) }
      FNR > 1 { f = sprintf("A%s.%06d", n, FNR - 2); printf "%s", p > f; close(f) } { p = $0; if (FNR > 1) sub(/^\n/, "", p) }' E*.out &&
      sha256sum -c <&3 >/dev/null 2>&1
  ) || st=moved
}
# claims: lines "+thing TAB workspace TAB service" and "-thing TAB workspace" on fd 3
claims() {
  grab
  [ -f "$AYS/claims" ] || : >"$AYS/claims"
  awk -F '\t' 'NR == FNR { t = substr($1, 2); if (substr($1, 1, 1) == "+") { add[t] = t FS $2 FS $3; order[++n] = t } else del[t] = $2; next }
    ($1 in add) { next } ($1 in del) && del[$1] == $2 { next } { print }
    END { for (i = 1; i <= n; i++) if (order[i] in add) { print add[order[i]]; delete add[order[i]] } }' /dev/fd/3 "$AYS/claims" >"$AYS/claims.new" && mv -f "$AYS/claims.new" "$AYS/claims"
  drop
}
# launch USER SECONDS PROGRAM…
launch() {
  u=$1 t=$2; shift 2
  if [ -n "$u" ] && [ "$u" != "$(id -un)" ]; then
    if [ "$uid" != 0 ]; then echo "Becoming $u takes root on the node." >&2; exit 126; fi
    h=$(getent passwd "$u" 2>/dev/null | cut -d: -f6)
    if command -v runuser >/dev/null 2>&1; then set -- runuser -u "$u" -- env "HOME=${'$'}{h:-/}" "USER=$u" "LOGNAME=$u" "$@"
    else set -- setpriv "--reuid=$u" "--regid=$(id -g "$u")" --init-groups env "HOME=${'$'}{h:-/}" "USER=$u" "LOGNAME=$u" "$@"; fi
  fi
  limit "$t" "$@"
}
# watch FILE…: output beyond some MB is cut to its first and last part
watch() {
  while sleep 0.2 2>/dev/null || sleep 1; do for f; do
    [ -f "$f" ] || continue
    z=$(find "$f" -size +16384k 2>/dev/null); [ -n "$z" ] || continue
    [ -f "$f.head" ] || head -c 32768 "$f" >"$f.head"
    tail -c 32768 "$f" >"$f.tail"; : >"$f"
  done; done
}
# locked SECONDS NAME…: at most three locks, always in the order of their names
locked() {
  secs=$1; shift; n=5
  for name; do
    if command -v flock >/dev/null 2>&1; then
      case $n in
        5) exec 5>"$AYS/locks/$name"; limit "$secs" flock 5 & ;;
        6) exec 6>"$AYS/locks/$name"; limit "$secs" flock 6 & ;;
        *) exec 7>"$AYS/locks/$name"; limit "$secs" flock 7 & ;;
      esac
      p=$!; await $p; c=$?; p=; [ $c -eq 0 ] || return 1
    else
      i=0
      until mkdir "$AYS/locks/$name.d" 2>/dev/null; do
        read -r s <"$AYS/locks/$name.d/pid" 2>/dev/null && ! kill -0 "$s" 2>/dev/null && rm -rf "$AYS/locks/$name.d"
        i=$((i + 1)); [ $i -lt "$secs" ] && [ -z "$stopped" ] || return 1; sleep 1
      done
      echo $$ >"$AYS/locks/$name.d/pid"; dirs="$dirs $name"
    fi
    n=$((n + 1))
  done
}
unlocked() { exec 5>&- 6>&- 7>&-; for name in $dirs; do rm -rf "$AYS/locks/$name.d"; done; dirs=; }
# guarded N USER PROGRAM…: its stderr is the reason
guarded() {
  i=$1 u=$2; shift 2
  launch "$u" 60 "$@" </dev/null >/dev/null 2>"$D/$i.err" 3<&- & p=$!
  await $p; c=$?; kill -KILL -$p 2>/dev/null; p=
  [ $c -eq 0 ] || { echo -1 >"$D/$i.code"; st=failed; }
}
# run N SECONDS USER payload|none PROGRAM…: a payload is base64 on fd 3
run() {
  i=$1 t=$2 u=$3 payload=$4; shift 4
  : >"$D/$i.out"; : >>"$D/$i.err"
  watch "$D/$i.out" "$D/$i.err" </dev/null >/dev/null 2>&1 3<&- 5>&- 6>&- 7>&- & watcher=$!
  read -r up s </proc/uptime; up=${'$'}{up%.*}
  if [ "$payload" = payload ]; then
    base64 -d <&3 2>/dev/null 5>&- 6>&- 7>&- | launch "$u" "$t" "$@" >>"$D/$i.out" 2>>"$D/$i.err" 3<&- 5>&- 6>&- 7>&- & p=$!
  else
    launch "$u" "$t" "$@" </dev/null >>"$D/$i.out" 2>>"$D/$i.err" 3<&- 5>&- 6>&- 7>&- & p=$!
  fi
  echo $p >"$D/group"
  await $p; c=$?; kill -KILL -$p 2>/dev/null; p=; : >"$D/group"
  kill $watcher 2>/dev/null
  read -r now s </proc/uptime; now=${'$'}{now%.*}
  case $c in 137|143) [ $((now - up)) -lt "$t" ] || c=124;; esac
  printf '%s\n' $c >"$D/$i.code"
  [ $c -eq 0 ] && [ -z "$stopped" ] || st=failed
}
# Writing files: "staged" puts each into a folder of 0700 beside its place, "owned" gives owner and mode to those that
# share them, "placed" moves all there at once. What stands before the first that fails is placed all the same.
staging() {
  T=$1/.ays-$$.$2 good= broken=
  { [ -d "$1" ] || folders "$1"; } 2>"$D/$2.err" && mkdir -m 700 "$T" 2>"$D/$2.err" || { T=; broke "$2"; }
}
# folders DIR: makes it and what is missing above, and notes each, so that they go with what they were made for
folders() {
  set -- "$1" "${'$'}{1%/*}"
  [ -z "$2" ] || [ -d "$2" ] || folders "$2" || return
  mkdir -p "$AYS/made" && printf '%s\n' "$1" >"$AYS/made/$(printf %s "$1" | sha256sum | cut -c1-64)" && { mkdir -m 755 "$1" || [ -d "$1" ]; }
}
broke() { echo 1 >"$D/$1.code"; st=failed; if [ -z "$broken" ] || [ "$1" -lt "$broken" ]; then broken=$1; fi; }
# staged N NAME: its content is base64 on fd 3
staged() {
  if [ -d "$T/../$2" ] && [ ! -L "$T/../$2" ]; then echo "$T/../$2 is a folder." >"$D/$1.err"; broke "$1"; return; fi
  umask 077; base64 -d <&3 2>"$D/$1.err" >"$T/$2" || broke "$1"; umask 022
}
# owned N MODE OWNER:GROUP NAME…: N is the first of them
owned() {
  [ -n "$T" ] && { [ -z "$broken" ] || [ "$1" -lt "$broken" ]; } || return 0
  n=$1 mode=$2 owner=$3; shift 3
  for f; do shift; [ ! -e "$T/$f" ] || set -- "$@" "$T/$f"; done
  { chown "$owner" "$@" && chmod "$mode" "$@"; } 2>>"$D/$n.err" || broke "$n"
}
# placed N NAME N NAME…
placed() {
  good= left=$#
  while [ $left -gt 0 ]; do
    i=$1 f=$T/$2; shift 2; left=$((left - 2))
    if [ -n "$T" ] && { [ -z "$broken" ] || [ "$i" -lt "$broken" ]; }; then good="$good $i"; set -- "$@" "$f"; fi
  done
  if [ $# -gt 0 ]; then
    if { { sync "$@" 2>/dev/null || sync; } && mv -f "$@" "$T/.."; } 2>"$D/${'$'}{good##* }.err"; then for i in $good; do echo 0 >"$D/$i.code"; done
    else broke "${'$'}{good##* }"; fi
  fi
  [ -z "$T" ] || rm -rf "$T"
}
ended() { case $st in run) st=done;; esac; case $st in done|failed|moved) printf '%s\n' $st >"$D/end"; note=;; esac; }
# report N COMMANDS LOOKS: what the client reads: parts that each begin with the exchange's mark M and a line
part() { printf '\n%s %s\n' $M "$1"; }
stream() {
  if [ -f "$2.head" ]; then part "$1"; cat "$2.head"; printf '\n… (left out) …\n'; cat "$2.tail" "$2" | tail -c 32768
  elif [ -s "$2" ]; then
    part "$1"
    case $big in *"$2"*) head -c 32768 "$2"; printf '\n… (left out) …\n'; tail -c 32768 "$2";; *) cat "$2";; esac
  fi
}
report() {
  part "job $1 $st $note"
  big= i=0
  while [ $i -lt "$2" ]; do
    if [ -s "$D/$i.out" ] || [ -s "$D/$i.err" ]; then big=$(find "$D" -name '*.[oe][ur][tr]' -size +64k); break; fi
    i=$((i + 1))
  done
  i=0
  while [ $i -lt "$2" ]; do
    if [ -s "$D/$i.code" ]; then read -r c <"$D/$i.code"; part "ran $i $c"; stream out "$D/$i.out"; stream err "$D/$i.err"; fi
    i=$((i + 1))
  done
  for f in "$L"*.code; do
    [ -s "$f" ] || continue
    read -r c <"$f"; f=${'$'}{f%.code}; part "look $c"; [ ! -s "$f.out" ] || { part out; cat "$f.out"; }; [ ! -s "$f.err" ] || { part err; cat "$f.err"; }
  done
  part "end $1"
}
# forget SECRET_COMMANDS…: what may repeat a secret does not stay, nor do raw answers
forget() {
  set -- "$@" ; n=$#
  while [ $n -gt 0 ]; do set -- "$@" "$D/$1.out" "$D/$1.out.head" "$D/$1.out.tail" "$D/$1.err" "$D/$1.err.head" "$D/$1.err.tail"; shift; n=$((n - 1)); done
  rm -f "$@" "$D"/[AET]*.*
}
prune() {
  set -- "$AYS/jobs"/*
  [ $# -le 50 ] || ls -1t "$AYS/jobs" | tail -n +51 | while IFS= read -r f; do [ ! -s "$AYS/jobs/$f/end" ] || rm -rf "$AYS/jobs/$f"; done
  find "$AYS/jobs" -mindepth 1 -maxdepth 1 -mtime +0 | while IFS= read -r f; do [ ! -s "$f/end" ] && alive "$f" || rm -rf "$f"; done
}
mine= dirs=
`
