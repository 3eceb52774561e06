// A redis (valkey, …) server answers.
import { isSecret, type Sealed, type Secret } from '../../base/secret.ts'
import type { FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { showWhere, silent, type Where, waitCommand, whereWords } from './answers.ts'

export interface AnswersRedisWanted {
  readonly where: Where
  /** It must ask for a password. */
  readonly guarded: boolean
}

export interface AnswersRedisFound {
  readonly where?: Where
  readonly answers: boolean
  /** It asks for a password before it says anything else. */
  readonly guarded: boolean
}

/**
 * The server answers PING. With a password it must refuse to talk without one: `-NOAUTH` is the answer of a server
 * that is up and guarded, so the password itself never has to travel for a look. What it is, its configuration says.
 */
export function answersRedis(options: {
  readonly socket?: string
  readonly host?: string
  readonly port?: number
  readonly password?: Secret | Sealed
}): AnyTask {
  const where = options.socket
    ? { socket: options.socket }
    : { host: options.host ?? '127.0.0.1', port: options.port ?? 6379 }
  const guarded = isSecret(options.password) || options.password !== undefined
  return task(answersRedisKind, `answers:redis:${showWhere(where)}`, { where, guarded }, { rung: 'running' })
}

export const answersRedisKind: Kind<AnswersRedisWanted, AnswersRedisFound> = {
  name: 'answers.redis@1',
  watches: true,
  look: ({ where }) => ({ program: LOOK, args: whereWords(where) }),
  parse(answer) {
    const fields = readFields(answer)
    const said = firstOf(fields, 'said')
    if (said === undefined) return unknownFinding('answers.redis', fields)
    const where = whereOf(firstOf(fields, 'where'))
    const found = (answers: boolean, guarded: boolean): AnswersRedisFound => ({
      ...(answers && where ? { where } : {}),
      answers,
      guarded,
    })
    if (/PONG/.test(said)) return { state: 'seen', found: found(true, false) }
    if (/NOAUTH|NOPERM/.test(said)) return { state: 'seen', found: found(true, true) }
    if (/LOADING|BUSY/.test(said)) {
      return { state: 'moving', found: found(false, false), progress: 'the server loads its data', againMs: 200 }
    }
    return { state: 'seen', found: found(false, false) }
  },
  bare: { answers: false, guarded: false },
  compare(wanted, found) {
    if (!found.answers) return [silent(wanted.where)]
    const open: FieldChange = { path: 'password', from: 'not asked for', to: 'asked for', how: 'in place' }
    return wanted.guarded && !found.guarded ? [open] : []
  },
  commands: ({ where, guarded }) => [
    waitCommand(`wait until redis answers at ${showWhere(where)}`, guarded ? WAIT_GUARDED : WAIT, where),
  ],
  settled: ({ where, guarded }, found) => ({ where, answers: true, guarded: guarded || found.guarded }),
  asWanted: ({ where, answers, guarded }) => (answers && where ? { where, guarded } : undefined),
  remove: () => [],
}

/** Sets `said` to the first line that comes back for PING from $1 (unix or tcp), $2, $3. */
const PING = sh`
redis_ping() {
  said=
  for cli in redis-cli valkey-cli; do
    command -v "$cli" >/dev/null || continue
    if [ "$1" = unix ]; then said=$(timeout 3 "$cli" -s "$2" PING 2>&1 | head -n 1)
    else said=$(timeout 3 "$cli" -h "$2" -p "$3" PING 2>&1 | head -n 1)
    fi
    return
  done
  if [ "$1" = unix ] && command -v socat >/dev/null; then
    said=$(printf 'PING\r\n' | timeout 3 socat -t 2 - "UNIX-CONNECT:$2" 2>&1 | head -n 1)
  elif command -v perl >/dev/null; then
    said=$(timeout 3 perl -MIO::Socket::INET -MIO::Socket::UNIX -e '
      my $s = $ARGV[0] eq "unix" ? IO::Socket::UNIX->new(Peer => $ARGV[1]) : IO::Socket::INET->new(PeerAddr => $ARGV[1], PeerPort => $ARGV[2]);
      if (!$s) { print "no answer: $!"; exit } syswrite $s, "PING\r\n"; my $l = <$s>; print $l if defined $l' "$1" "$2" "$3" 2>&1 | head -n 1)
  elif [ "$1" = tcp ] && command -v bash >/dev/null; then
    said=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "PING\r\n" >&3 && head -n 1 <&3' bash "$2" "$3" 2>&1 | head -n 1)
  else
    said=none
  fi
  said=$(printf '%s' "$said" | tr -d '\r')
}
`

/** Arguments per question: unix or tcp, path or host, port or -. The answer is cut to its first word: errors hold clocks. */
const LOOK: Program = {
  name: 'answers_redis_1',
  text: `${PING}${sh`
while [ $# -gt 0 ]; do
  redis_ping "$1" "$2" "$3"
  case $said in
    none) echo 'error this node has neither redis-cli, socat, perl nor bash to ask with';;
    *) echo "where $1 $3 $2"; echo "said \${said%% *}";;
  esac
  end
  shift 3
done`}`,
}

const waiting = (good: string): string =>
  `${PING}${good}${sh`
tries=0
while [ "$tries" -lt "$4" ]; do
  redis_ping "$1" "$2" "$3"
  if is_good "$said"; then exit 0; fi
  tries=$((tries + 1))
  sleep 0.1
done
echo "no good answer: $said" >&2
exit 1`}`
const WAIT = waiting(sh`is_good() { case $1 in *PONG*|*NOAUTH*|*NOPERM*) ;; *) return 1;; esac; }`)
const WAIT_GUARDED = waiting(sh`is_good() { case $1 in *NOAUTH*|*NOPERM*) ;; *) return 1;; esac; }`)

/** `unix - /run/x.sock` or `tcp 6379 127.0.0.1`. */
export function whereOf(text: string | undefined): Where | undefined {
  const found = /^(unix|tcp) (\d{1,5}|-) (.+)$/.exec(text ?? '')
  if (!found?.[3]) return undefined
  return found[1] === 'unix' ? { socket: found[3] } : { host: found[3], port: Number(found[2]) || 0 }
}
