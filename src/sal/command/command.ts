// A command of a person's own: run until its check says that it is in place, or once when it has no check.
import { digestOf } from '../../base/json.ts'
import { ProblemsError } from '../../base/problem.ts'
import { sha256 } from '../../base/secret.ts'
import type { Command, Effect, Kind, Look, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { sh } from '../sh.ts'

/** Words to run as they are, or text for `sh -c`. Neither may hold a secret: others on the node can see it. */
export type Run = string | readonly string[]

export interface WantedCommand {
  /** What people know it by; unique per node. */
  readonly name: string
  readonly run: Run
  /** Exit 0: in place. It may only look, as it runs with every plan. */
  readonly check?: Run
  readonly undo?: Run
  readonly timeoutMs?: number
  readonly effects?: readonly Effect[]
  /** Takes seconds or more. */
  readonly slow?: boolean
}

/**
 * Runs a command of a person's own where its `check` fails. Without a check it runs once, and again when it changes.
 * It is undone by `undo`; without that there is no way back.
 */
export function command(wanted: WantedCommand): AnyTask {
  if (wanted.name.trim() === '' || /\p{Cc}/u.test(wanted.name))
    refuse(`${JSON.stringify(wanted.name)} is not a name for a command.`)
  for (const run of [wanted.run, wanted.check, wanted.undo]) {
    if (run === undefined) continue
    const empty = typeof run === 'string' ? run.trim() === '' : (run[0] ?? '') === ''
    if (empty || [run].flat().some((word) => word.includes('\0')))
      refuse(`The command ${wanted.name} holds nothing to run.`)
  }
  return task(commandKind, `command:${wanted.name}`, wanted)
}

function refuse(message: string): never {
  throw new ProblemsError([{ code: 'FIELD_TYPE', message }])
}

export interface CommandFound {
  readonly inPlace: boolean
}

export const commandKind: Kind<WantedCommand, CommandFound> = {
  name: 'command@1',
  look: (wanted) => (wanted.check === undefined ? lookAtStamp(wanted) : lookBy(wanted.check)),

  parse(answer) {
    const line = answer.trimEnd()
    if (line === 'in place') return { state: 'seen', found: { inPlace: true } }
    if (line === 'not in place') return { state: 'seen', found: { inPlace: false } }
    const signal = /^ended (\d+)$/.exec(line)?.[1]
    const message = signal ? `The check was ended by signal ${signal}.` : 'The check gave no usable answer.'
    return { state: 'unknown', problem: { code: 'LOOK_FAILED', message } }
  },

  bare: { inPlace: false },
  compare: (_wanted, found) => (found.inPlace ? [] : [{ path: '', from: undefined, to: 'in place', how: 'in place' }]),
  commands: (wanted) => [
    { title: `run ${wanted.name}`, run: argvOf(wanted.run), ...limitsOf(wanted) },
    ...(wanted.check === undefined ? [stamp(wanted)] : []),
  ],
  settled: () => ({ inPlace: true }),
  asWanted: () => undefined,

  remove(wanted, _before, found) {
    if (wanted.undo === undefined || !found.inPlace) return []
    const undo = { title: `undo ${wanted.name}`, run: argvOf(wanted.undo), ...limitsOf(wanted) }
    return [undo, ...(wanted.check === undefined ? [unstamp(wanted)] : [])]
  },
}

const argvOf = (run: Run): { argv: readonly string[] } => ({
  argv: typeof run === 'string' ? ['/bin/sh', '-c', run] : run,
})

function limitsOf({ timeoutMs, effects, slow }: WantedCommand): Pick<Command, 'timeoutMs' | 'effects' | 'slow'> {
  return { ...(timeoutMs ? { timeoutMs } : {}), ...(effects ? { effects } : {}), ...(slow ? { slow } : {}) }
}

const stamp = (wanted: WantedCommand): Command => ({
  title: `note that ${wanted.name} ran`,
  run: {
    script:
      'mkdir -p "$AYS/commands" && printf "%s\\n" "$2" >"$AYS/commands/$1.new" && mv -f "$AYS/commands/$1.new" "$AYS/commands/$1"',
    args: stampOf(wanted),
  },
})

const unstamp = (wanted: WantedCommand): Command => ({
  title: `forget that ${wanted.name} ran`,
  run: { script: 'rm -f "$AYS/commands/$1"', args: [sha256(wanted.name)] },
})

/** The stamp's file name and what it holds: the digest of what ran. */
const stampOf = (wanted: WantedCommand): string[] => [sha256(wanted.name), digestOf(wanted.run)]

const lookAtStamp = (wanted: WantedCommand): Look => ({ program, args: ['stamp', '2', ...stampOf(wanted)] })
const lookBy = (check: Run): Look =>
  typeof check === 'string'
    ? { program, args: ['text', '1', check] }
    : { program, args: ['words', String(check.length), ...check] }

/** A question is how to check, the number of words, and the words. What the check prints goes nowhere. */
const program: Program = {
  name: 'command_1',
  text: sh`while [ $# -gt 0 ]; do
  (
    how=$1
    # Keeps only the words of this question: "$3" "$4" … are built from numbers alone.
    i=3 last=$(($2 + 2)) words=
    while [ $i -le $last ]; do words="$words \"\$""{$i}\""; i=$((i + 1)); done
    eval "set -- $words"
    exec </dev/null >/dev/null 2>&1
    case $how in
    stamp) [ -f "$AYS/commands/$1" ] && [ "$(cat "$AYS/commands/$1")" = "$2" ] ;;
    text) exec /bin/sh -c "$1" ;;
    words) exec "$@" ;;
    esac
  )
  code=$?
  case $code in
  0) echo in place ;;
  129 | 1[3-5]? | 16[0-4]) echo "ended $((code - 128))" ;;
  *) echo not in place ;;
  esac
  end
  shift $(($2 + 2))
done`,
}
