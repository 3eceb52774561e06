// Something accepts connections on a TCP port.
import type { Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { showWhere, silent, waitCommand, whereWords } from './answers.ts'

export interface AnswersTcpWanted {
  readonly host: string
  readonly port: number
}

export interface AnswersTcpFound {
  readonly where?: AnswersTcpWanted
  readonly answers: boolean
}

/** From the node, a connection to this port is accepted. The host is the node itself unless another is named. */
export function answersTcp(options: { readonly host?: string; readonly port: number }): AnyTask {
  const wanted: AnswersTcpWanted = { host: options.host ?? '127.0.0.1', port: options.port }
  return task(answersTcpKind, `answers:tcp:${showWhere(wanted)}`, wanted, { rung: 'running' })
}

export const answersTcpKind: Kind<AnswersTcpWanted, AnswersTcpFound> = {
  name: 'answers.tcp@1',
  watches: true,
  look: (wanted) => ({ program: LOOK, args: whereWords(wanted) }),
  parse(answer) {
    const fields = readFields(answer)
    const said = firstOf(fields, 'said')
    if (said !== 'yes' && said !== 'no') return unknownFinding('answers.tcp', fields)
    const found = /^(\d{1,5}) (.+)$/.exec(firstOf(fields, 'where') ?? '')
    const where = said === 'yes' && found?.[2] ? { host: found[2], port: Number(found[1]) } : undefined
    return { state: 'seen', found: { ...(where ? { where } : {}), answers: said === 'yes' } }
  },
  bare: { answers: false },
  compare: (wanted, found) => (found.answers ? [] : [silent(wanted)]),
  commands: (wanted) => [waitCommand(`wait until ${showWhere(wanted)} accepts connections`, WAIT, wanted)],
  settled: (wanted) => ({ where: wanted, answers: true }),
  asWanted: ({ where, answers }) => (answers ? where : undefined),
  remove: () => [],
}

/** tcp_open HOST PORT: 0 open, 1 closed, 2 nothing to ask with. */
const OPEN = sh`
tcp_open() {
  if command -v bash >/dev/null; then timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>/dev/null || return 1
  elif command -v perl >/dev/null; then
    timeout 3 perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1]) ? 0 : 1)' "$1" "$2" || return 1
  elif command -v nc >/dev/null; then timeout 3 nc -z "$1" "$2" 2>/dev/null </dev/null || return 1
  else return 2
  fi
}
`

/** Arguments per question: tcp, host, port. */
const LOOK: Program = {
  name: 'answers_tcp_1',
  text: `${OPEN}${sh`
while [ $# -gt 0 ]; do
  code=0
  tcp_open "$2" "$3" || code=$?
  case $code in
    0) echo "where $3 $2"; echo 'said yes';;
    1) echo 'said no';;
    *) echo 'error this node has neither bash, perl nor nc to ask with';;
  esac
  end
  shift 3
done`}`,
}

const WAIT = `${OPEN}${sh`
tries=0
while [ "$tries" -lt "$4" ]; do
  if tcp_open "$2" "$3"; then exit 0; fi
  tries=$((tries + 1))
  sleep 0.1
done
echo "nothing accepts connections at $2 port $3" >&2
exit 1`}`
