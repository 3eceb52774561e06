/** The program that a lane runs on the node: a loop that reads scripts from stdin and runs each in its own process group. */

/** The whole remote command. Safe in any login shell; the program itself comes down stdin, its length first. */
export const bootCommand = `exec /bin/sh -c 'read -r n && eval "$(head -c $n)"'`

/**
 * Requests: `x A B n t l` + n bytes of script, t seconds at most (0: it ends by itself) · `k PID SIGNAL` · `q`. Marks on both streams, each A B ` letter rest\n`
 * (one newline, at the end: bash writes line by line, and a mark must be one write):
 * H hello (uid) · P process group · R pid of the stream's relay · X exit code · Z this stream's writers are gone.
 * A script gets `gnu` or `busybox` (the sort of `timeout`) as $1 and the user id as $2. A script that came cut off
 * is not run: the connection is gone then.
 */
export function laneProgram(helloA: string, helloB: string): string {
  return `LC_ALL=C; export LC_ALL; unset LANGUAGE; uid=$(id -u)
${program}
printf '%s%s H %s\\n' ${helloA} ${helloB} "$uid"; printf '%s%s H %s\\n' ${helloA} ${helloB} "$uid" >&2
${loop}`
}

const program = String.raw`nl='
'
case $(timeout --version 2>&1) in *coreutils*) sort=gnu;; *) sort=busybox;; esac
go() {
  if [ $sort != busybox ]; then exec timeout -k 2 "$t" /bin/sh /proc/self/fd/3 $sort $uid; fi
  if [ "$t" = 0 ]; then exec setsid /bin/sh /proc/self/fd/3 $sort $uid
  else exec timeout -s KILL "$t" setsid /bin/sh /proc/self/fd/3 $sort $uid; fi
}
carry() {
  exec 9<&0; cat <&9 >&$1 2>/dev/null & printf '%s%s R %s\n' $a $b $! >&$1
  wait $! || tail -c "$l" <&9 >&$1 2>/dev/null; printf '%s%s Z\n' $a $b >&$1
}`

const loop = String.raw`while IFS=' ' read -r op a b n t l; do case $op in
x) s=$(head -c "$n"; echo .); [ "${'$'}{#s}" -eq $((n + 1)) ] || exit 3
   s="exec 3<&-$nl${'$'}{s%.}"
   { { { go 2>&8 </dev/null 3<<X 6>&- 7>&- 8>&- &
$s
X
         p=$!; printf '%s%s P %s\n' $a $b $p >&6
         wait $p; c=$?; kill -KILL -$p 2>/dev/null; printf '%s%s X %s\n' $a $b $c >&6
       } | { exec 8>&-; carry 6; }
     } 8>&1 | carry 7
   } 6>&1 7>&2 2>/dev/null </dev/null & s=;;
k) kill -$b $a 2>/dev/null;;
q) kill -KILL 0;;
esac; done
`
