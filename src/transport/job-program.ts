/**
 * The sh functions of jobs on their node. A job's folder `$AYS/jobs/ID` holds `pid` (process, its start, boot id),
 * `workspace`, per command N.code, N.out, N.err, and `end` when it ended: done, failed or moved. The folder itself is
 * what lets an id run once. `group` names the group that runs now and the start of its leader; with a file `cancel` no
 * further command of it begins. Nothing here writes to the connection but `report` and `looks`, in a process of their own:
 * a connection that died ends that process and nothing else. Jobs are known by their PLACE in the exchange; builtins do
 * what they can, since a process costs more than all else here. `$G` holds what the looks of an exchange need and give.
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
  home; G=$AYS/jobs/.look-$R; AYS_LOOK=$G; export AYS_LOOK
  (cd "$AYS/jobs" && mkdir -p -m 700 ".look-$R" "$@") 2>/dev/null
  set -C
  for id; do { printf '%s %s %s\n' $$ "$began" "$bootid" >"$AYS/jobs/$id/pid"; } 2>/dev/null && mine="$mine $id "; done
  set +C
}
# keep NAME TEXT
keep() { printf '%s\n' "$2" >"$G/$1"; }
# put, get PLACE: the state of a job while others have their turn
put() { eval "st$n=\$st note$n=\$note"; }
get() { n=$1; eval "id=\$id$n st=\$st$n note=\$note$n"; D=$AYS/jobs/$id; }
# live PLACE…: some still run, and are now all in $live
live() { live=; for m; do get $m; [ $st != run ] || live="$live $m "; done; [ -n "$live" ]; }
# told PLACE…: some were carried out, so that it is worth looking at what is there now
told() { [ -z "$stopped" ] || return 1; for m; do get $m; case $st in done|failed) return 0;; esac; done; return 1; }
# alive DIR: the process that noted itself there still runs
alive() {
  [ -s "$1/pid" ] || { sleep 1; [ -s "$1/pid" ] || return 1; }
  read -r apid abegan aboot <"$1/pid"
  [ "$aboot" = "$bootid" ] || return 1
  if [ -r "/proc/$apid/stat" ] && read -r s <"/proc/$apid/stat" 2>/dev/null; then
    set -- "$1" ${'$'}{s##*) }; [ "${'$'}{21}" = "$abegan" ] && [ "$2" != Z ] && return 0
  fi
  # its last command may outlive it
  grouped "$1" && kill -0 "-$g" 2>/dev/null
}
# grouped DIR: sets g to the group that ran there, unless its number is another process's by now
grouped() {
  [ -s "$1/group" ] && { read -r g && { read -r gbegan || gbegan=; }; } <"$1/group" || return 1
  s=; { read -r s </proc/$g/stat; } 2>/dev/null; set -- ${'$'}{s##*) }
  [ -z "$s" ] || [ -z "$gbegan" ] || [ "${'$'}{20}" = "$gbegan" ]
}
settle() { until [ -s "$1/end" ]; do alive "$1" || { [ -s "$1/end" ] || return 1; }; sleep 0.1 2>/dev/null || sleep 1; done; }
# enter PLACE ID FENCE WORKSPACE_FILE: sets D and st
enter() { n=$1 id=$2 D=$AYS/jobs/$2 st=run note=; eval "id$n=\$id"; shift; begin "$@"; put; }
begin() {
  case $mine in *" $1 "*) ;; *)
    if [ -f "$D/pid" ]; then settle "$D" && { read -r st <"$D/end"; note=again; } || st=died
    else st=refused note="$D could not be made."; fi
    return;;
  esac
  if [ -n "$stopped" ] || [ -e "$D/cancel" ]; then st=stopped; rm -rf "$D"; return; fi
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
# looked NAME SECONDS QUESTIONS: one program, its answer and stderr into files; NAME is E… before the commands, T… after
looked() { ask "$2" 3<"$G/$3" >"$G/$1.out" 2>"$G/$1.err"; printf '%s\n' $c >"$G/$1.code"; }
# same LAST BEYOND…: the answers' digests against those on fd 3, as sha256sum checks them; LAST is the name of the last
# answer of a program, BEYOND the one that it must not have. $good has those that are as expected; $answered: all came.
same() {
  good= answered= all=
  (
    cd "$G" && awk 'BEGIN { RS = "\036" } FNR == 1 { n = substr(FILENAME, 1, length(FILENAME) - 4) }
      FNR > 1 { f = sprintf("A%s.%06d", n, FNR - 2); printf "%s", p > f; close(f) } { p = $0; if (FNR > 1) sub(/^\n/, "", p) }' E*.out &&
      exec sha256sum -c <&3 >sums 2>/dev/null
  ) && all=1
  for f in "$G"/E*.code; do read -r c <"$f"; [ "$c" = 0 ] || { all=; return; }; done
  while [ $# -gt 0 ]; do [ -e "$G/$1" ] && [ ! -e "$G/$2" ] || return; shift 2; done
  answered=1
  [ -n "$all" ] || while IFS= read -r f; do case $f in *': OK') good="$good ${'$'}{f%: OK} ";; esac; done <"$G/sums"
}
# matched PLACE NAME…: a job runs only when all that it expects is so
matched() {
  get $1; shift
  [ $st = run ] && [ -z "$all" ] || return 0
  if [ $# = 0 ]; then st=moved; else for f; do case $good in *" $f "*) ;; *) st=moved;; esac; done; fi
  put
}
# apart PLACE…: a look of them all said nothing of any, so each has to look for itself: they are as if never begun
apart() { for m; do get $m; [ $st != run ] || { rm -rf "$D"; st=apart; [ -z "$stopped" ] || st=stopped; put; }; done; }
# claims: lines "PLACE TAB +thing TAB workspace TAB service TAB kind TAB environment TAB before" and "PLACE TAB -thing TAB workspace" on fd 3, for the live
claims() {
  grab
  umask 077
  [ -f "$AYS/claims" ] || : >"$AYS/claims"
  awk -F '\t' -v "live=$live" 'NR == FNR {
      if (!index(live, " " $1 " ")) next
      t = substr($2, 2); if (substr($2, 1, 1) == "+") { add[t] = t FS $3 FS $4 FS $5 FS $6 FS $7; order[++n] = t } else del[t] = $3; next }
    ($1 in add) { next } ($1 in del) && del[$1] == $2 { next } { print }
    END { for (i = 1; i <= n; i++) if (order[i] in add) { print add[order[i]]; delete add[order[i]] } }' /dev/fd/3 "$AYS/claims" >"$AYS/claims.new" && mv -f "$AYS/claims.new" "$AYS/claims"
  umask 022
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
# watch GROUP SECONDS BEGAN OUT ERR: each new output is a sign of life, at most one a second goes to the client; a group
# that gives none for so long is ended. Output beyond some MB is cut to its first and last part
watch() {
  g=$1 most=$2 quiet=$3 out=$4 err=$5 size=' 0 0'
  while sleep 0.2 >/dev/null 2>&1 || sleep 1 >/dev/null; do
    was=$size size=
    for f in "$out" "$err"; do
      z=$(wc -c <"$f" 2>/dev/null) || z=0
      size="$size "$((z))
      [ $((z)) -gt 16777216 ] || continue
      [ -f "$f.head" ] || head -c 32768 "$f" >"$f.head"
      tail -c 32768 "$f" >"$f.tail"; : >"$f"
    done
    read -r at s </proc/uptime; at=${'$'}{at%.*}
    if [ "$size" != "$was" ]; then
      [ "$at" = "$quiet" ] || (printf '\n%s alive\n' $M) 2>/dev/null
      quiet=$at
    elif [ $((at - quiet)) -gt "$most" ]; then
      : >"$out.silent"
      kill -TERM -$g; sleep 2 >/dev/null 2>&1; kill -KILL -$g; return
    fi 2>/dev/null
  done
}
# noted: what runs now, and since when, so that others can wait for it or end it
noted() {
  s=; { read -r s </proc/$p/stat; } 2>/dev/null; set -- ${'$'}{s##*) }
  printf '%s\n%s\n' $p "${'$'}{20}" >"$D/group"
}
# locked SECONDS NAME…: at most three locks, always in the order of their names
locked() {
  secs=$1; shift; fd=5
  for name; do
    if command -v flock >/dev/null 2>&1; then
      case $fd in
        5) exec 5>"$AYS/locks/$name"; limit "$secs" flock 5 & ;;
        6) exec 6>"$AYS/locks/$name"; limit "$secs" flock 6 & ;;
        *) exec 7>"$AYS/locks/$name"; limit "$secs" flock 7 & ;;
      esac
      p=$!; noted; await $p; c=$?; p=; : >"$D/group"; [ $c -eq 0 ] || return 1
    else
      i=0
      until mkdir "$AYS/locks/$name.d" 2>/dev/null; do
        read -r s <"$AYS/locks/$name.d/pid" 2>/dev/null && ! kill -0 "$s" 2>/dev/null && rm -rf "$AYS/locks/$name.d"
        i=$((i + 1)); [ $i -lt "$secs" ] && [ -z "$stopped" ] || return 1; sleep 1
      done
      echo $$ >"$AYS/locks/$name.d/pid"; dirs="$dirs $name"
    fi
    fd=$((fd + 1))
  done
}
unlocked() { exec 5>&- 6>&- 7>&-; for name in $dirs; do rm -rf "$AYS/locks/$name.d"; done; dirs=; }
# guarded N USER PROGRAM…: its stderr is the reason
guarded() {
  i=$1 u=$2; shift 2
  if [ -e "$D/cancel" ]; then echo 143 >"$D/$i.code"; st=failed; return; fi
  launch "$u" 60 "$@" </dev/null >/dev/null 2>"$D/$i.err" 3<&- & p=$!
  noted; await $p; c=$?; kill -KILL -$p 2>/dev/null; p=; : >"$D/group"
  if [ $c -ne 0 ] && [ -e "$D/cancel" ]; then echo 143 >"$D/$i.code"; st=failed; return; fi
  [ $c -eq 0 ] || { echo -1 >"$D/$i.code"; st=failed; }
}
# run N SECONDS USER payload|none PROGRAM…: a payload is base64 on fd 3, the seconds are those without a sign of life
run() {
  i=$1 t=$2 u=$3 payload=$4; shift 4
  if [ -e "$D/cancel" ]; then echo 143 >"$D/$i.code"; st=failed; return; fi
  : >"$D/$i.out"; : >>"$D/$i.err"
  if [ "$payload" = payload ]; then
    base64 -d <&3 2>/dev/null 5>&- 6>&- 7>&- | launch "$u" 0 "$@" >>"$D/$i.out" 2>>"$D/$i.err" 3<&- 5>&- 6>&- 7>&- & p=$!
  else
    launch "$u" 0 "$@" </dev/null >>"$D/$i.out" 2>>"$D/$i.err" 3<&- 5>&- 6>&- 7>&- & p=$!
  fi
  noted
  read -r up s </proc/uptime
  watch $p "$t" "${'$'}{up%.*}" "$D/$i.out" "$D/$i.err" </dev/null 3<&- 5>&- 6>&- 7>&- & watcher=$!
  await $p; c=$?; kill -KILL -$p 2>/dev/null; p=; : >"$D/group"
  kill $watcher 2>/dev/null
  if [ -e "$D/$i.out.silent" ]; then c=124; rm -f "$D/$i.out.silent"; fi
  printf '%s\n' $c >"$D/$i.code"
  [ $c -eq 0 ] && [ -z "$stopped" ] || st=failed
}
# arm SECONDS: the script in base64 on fd 3 is run so long after the job's end, unless a new contact takes it away before
arm() {
  if (umask 077; base64 -d <&3 >"$D/undo.new" 2>/dev/null && mv -f "$D/undo.new" "$D/undo"); then
    setsid /bin/sh -c 'while [ ! -s "$2/end" ] && kill -0 "$5" 2>/dev/null; do sleep 1; done; sleep "$1"; mv -f "$2/undo" "$2/undoing" 2>/dev/null && { /bin/sh "$2/undoing" "$3" "$4" >/dev/null 2>&1; : >"$2/undoing"; }' \
      sh "$1" "$D" "$sort" "$uid" $$ </dev/null >/dev/null 2>&1 3<&- &
    echo $! >"$D/timer"
  else st=failed; fi
}
# written CONTENTS DIR MODE OWNER:GROUP KEY NAME…: a KEY is PLACE/N. All at once into a folder of 0700 beside their place
# and from there moved; where that fails one by one, so that the job is known that cannot have its file.
written() {
  keys= only= many=0 i=0
  for f; do i=$((i + 1)); [ $i -le 4 ] || [ $((i % 2)) = 0 ] || keys="$keys $f"; done
  for key in $keys; do get ${'$'}{key%/*}; [ $st != run ] || { only="$only $key "; many=$((many + 1)); }; done
  if [ $many -gt 1 ] && into "$@" 2>/dev/null; then
    for key in $only; do get ${'$'}{key%/*}; echo 0 >"$D/${'$'}{key#*/}.code"; done; return
  fi
  for key in $keys; do
    get ${'$'}{key%/*}; [ $st = run ] || continue
    only=" $key "
    if into "$@" 2>"$D/${'$'}{key#*/}.err"; then c=0; else c=1 st=failed; put; fi
    echo $c >"$D/${'$'}{key#*/}.code"
  done
}
# into CONTENTS DIR MODE OWNER:GROUP KEY NAME…: those of $only
into() {
  contents=$1 dir=$2 mode=$3 owner=$4 T=$2/.ays-$R; shift 4
  left=$#
  while [ $left -gt 0 ]; do
    k=$1 f=$2; shift 2; left=$((left - 2))
    case $only in *" $k "*) ;; *) continue;; esac
    if [ -d "$dir/$f" ] && [ ! -L "$dir/$f" ]; then echo "$dir/$f is a folder." >&2; return 1; fi
    set -- "$@" "$T/$f"
  done
  { [ -d "$dir" ] || folders "$dir"; } && mkdir -m 700 "$T" || return
  umask 077
  $contents && chown "$owner" "$@" && chmod "$mode" "$@" && { sync "$@" 2>/dev/null || sync; } && mv -f "$@" "$dir"
  w=$?; umask 022; rm -rf "$T"; return $w
}
# unpack: on fd 3 a line "KEY SHA256 LINES ENDED NAME" before the lines of each content, ENDED 0 where its last line has no
# end; with "-" for the digest they are base64, and NAME is the number that "decoded" takes. What awk wrote is checked.
unpack() {
  (
    cd "$T" && awk -v "only=$only" 'BEGIN { ORS = "" }
      left > 0 { left--; if (f != "") { print $0 > f; if (left > 0 || ended) print "\n" > f }; next }
      {
        if (f != "") close(f)
        k = $1; sum = $2; left = $3 + 0; ended = $4 + 0; f = $0
        for (i = 0; i < 4; i++) sub(/^[^ ]* /, "", f)
        if (!index(only, " " k " ")) f = ""
        else if (sum == "-") f = ENVIRON["AYS_LOOK"] "/b" f
        else { f = "./" f; sums = sums sum "  " f "\n" }
        if (f != "") printf "" > f
      }
      END { print sums }' /dev/fd/3 >"$G/sums" || exit
    [ ! -s "$G/sums" ] || exec sha256sum -c "$G/sums" >/dev/null
  )
}
# decoded KEY NUMBER NAME
decoded() { case $only in *" $1 "*) base64 -d <"$G/b$2" >"$T/$3" && rm -f "$G/b$2";; esac; }
# folders DIR: makes it and what is missing above, and notes each, so that they go with what they were made for
folders() {
  set -- "$1" "${'$'}{1%/*}"
  [ -z "$2" ] || [ -d "$2" ] || folders "$2" || return
  mkdir -p "$AYS/made" && printf '%s\n' "$1" >"$AYS/made/$(printf %s "$1" | sha256sum | cut -c1-64)" && { mkdir -m 755 "$1" || [ -d "$1" ]; }
}
# ended PLACE…
ended() {
  for m; do
    get $m; case $st in run) st=done;; esac
    case $st in done|failed|moved) printf '%s\n' $st >"$D/end"; note=;; esac; put
  done
}
# report PLACE COMMANDS: what the client reads: parts that each begin with the exchange's mark M and a line
part() { printf '\n%s %s\n' $M "$1"; }
stream() {
  if [ -f "$2.head" ]; then part "$1"; cat "$2.head"; printf '\n… (left out) …\n'; cat "$2.tail" "$2" | tail -c 32768
  elif [ -s "$2" ]; then
    part "$1"
    case $big in *"$2"*) head -c 32768 "$2"; printf '\n… (left out) …\n'; tail -c 32768 "$2";; *) cat "$2";; esac
  fi
}
report() {
  get $1; part "job $1 $st $note"
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
  part "end $1"
}
# looks PLACE…: the answers before the commands when some job moved, those after them when some was carried out
looks() {
  letters= moved=
  for m; do get $m; case $st in moved) moved=E;; esac; done
  ! told "$@" || letters=T
  for l in $moved $letters; do
    part "looks $l $1"
    for f in "$G/$l"*.code; do
      [ -s "$f" ] || continue
      read -r c <"$f"; f=${'$'}{f%.code}; part "look $c"; [ ! -s "$f.out" ] || { part out; cat "$f.out"; }; [ ! -s "$f.err" ] || { part err; cat "$f.err"; }
    done
    part "looked"
  done
}
# forget PLACE COMMANDS…: what may repeat a secret does not stay
forget() {
  get $1; shift; left=$#
  case $st in done|failed|moved) ;; *) return 0;; esac
  while [ $left -gt 0 ]; do
    for f in "$D/$1".out "$D/$1".out.head "$D/$1".out.tail "$D/$1".err "$D/$1".err.head "$D/$1".err.tail; do [ ! -e "$f" ] || set -- "$@" "$f"; done
    shift; left=$((left - 1))
  done
  [ $# = 0 ] || rm -f "$@"
}
# cleared: nor do raw answers
cleared() { rm -f "$G"/[AETbqs]*; }
prune() {
  rm -rf "$G"
  set -- "$AYS/jobs"/*
  [ $# -le 50 ] || ls -1t "$AYS/jobs" | tail -n +51 | while IFS= read -r f; do [ ! -s "$AYS/jobs/$f/end" ] || rm -rf "$AYS/jobs/$f"; done
  find "$AYS/jobs" -mindepth 1 -maxdepth 1 -mtime +0 | while IFS= read -r f; do [ ! -s "$f/end" ] && alive "$f" || rm -rf "$f"; done
}
mine= dirs=
`
