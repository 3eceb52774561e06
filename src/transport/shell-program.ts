/** The sh functions of attach, end and leave. */
import { jobProgram } from './job-program.ts'

/** `became ID` prints `never`, `ended` or `died`, and waits while the job runs. */
export const attachProgram = `${jobProgram}
stop() { exit 143; }
became() {
  if [ ! -d "$AYS/jobs/$1" ]; then echo never
  elif settle "$AYS/jobs/$1"; then echo ended
  else echo died; fi
}
`

/** `confirm ID UNDO`: takes the undo off, or waits for it where it runs. Prints confirmed, undone or not armed. */
export const confirmProgram = `${jobProgram}
stop() { exit 143; }
confirm() {
  D=$AYS/jobs/$1
  if mv -f "$D/undo" "$D/kept" 2>/dev/null; then
    rm -f "$D/kept"
    [ ! -s "$D/timer" ] || { read -r s <"$D/timer"; kill -KILL "-$s" 2>/dev/null; }
    echo confirmed
  elif [ -e "$D/undoing" ]; then
    i=0; until [ -d "$AYS/jobs/$2" ] || [ $i -ge 5 ]; do i=$((i + 1)); sleep 1; done
    settle "$AYS/jobs/$2"
    echo undone
  else echo 'not armed'; fi
}
`

/**
 * `finish ID…`: what runs of these jobs is ended with its group, and nothing more of them begins; then as `became`, for
 * each.
 */
export const endProgram = `${attachProgram}
finish() {
  for f; do [ ! -d "$AYS/jobs/$f" ] || [ -s "$AYS/jobs/$f/end" ] || : >"$AYS/jobs/$f/cancel"; done
  for f; do
    D=$AYS/jobs/$f
    [ ! -d "$D" ] || until [ -s "$D/end" ] || ! alive "$D"; do
      ! grouped "$D" || kill -KILL "-$g" 2>/dev/null
      sleep 0.1 2>/dev/null || sleep 1
    done
    became "$f"
  done
}
`

/**
 * `leave FILE WORKSPACE`: takes what is the workspace's off, its claims too, and all notes of the kinds when nobody else
 * claims anything. Only what is named goes: other things under `$AYS`, such as lab nodes, are not notes.
 */
export const leaveProgram = `
leave() {
  [ -d "$AYS" ] || return 0
  if [ -s "$AYS/claims" ]; then
    exec 9>"$AYS/lock"; ! command -v flock >/dev/null 2>&1 || flock 9
    (umask 077; awk -F '\\t' -v "w=$2" '$2 != w' "$AYS/claims" >"$AYS/claims.new" && mv -f "$AYS/claims.new" "$AYS/claims")
    exec 9>&-
  fi
  rm -f "$AYS/fence/$1"
  for d in "$AYS/jobs"/*; do
    if [ -s "$d/workspace" ] && read -r w <"$d/workspace" && [ "$w" = "$1" ]; then rm -rf "$d"; fi
  done
  [ ! -s "$AYS/claims" ] || return 0
  set -- "$AYS/fence"/*; [ ! -e "$1" ] || return 0
  for f in jobs fence locks before btrfs-parents commands made nft packages started; do [ ! -e "$AYS/$f" ] || rm -rf "$AYS/$f"; done
  rm -rf "$AYS/claims" "$AYS/claims.new" "$AYS/lock" "$AYS/lock.d"
  rmdir "$AYS" 2>/dev/null
  return 0
}
`
