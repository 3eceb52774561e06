// A kernel parameter: its value now, and after the next boot.
import { ProblemsError } from '../../base/problem.ts'
import type { Command, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { sh } from '../sh.ts'

export interface WantedSysctl {
  /** `net.ipv4.ip_forward`; with slashes where a part holds dots: `net/ipv4/conf/eth0.100/forwarding`. */
  readonly key: string
  readonly value: string
}

/** The live value and what /etc/sysctl.d keeps of ays; null: there is none. White space counts as one blank. */
export interface SysctlFound {
  readonly key: string
  readonly live: string | null
  readonly kept: string | null
}

/** Sets a kernel parameter, now and in /etc/sysctl.d/60-ays-<key>.conf. */
export function sysctl(key: string, value: string | number): AnyTask {
  const text = oneLine(String(value))
  if (!/^[a-z0-9_-]+(?:[./][A-Za-z0-9_.:@-]+)+$/.test(key) || key.includes('..') || text === '') {
    throw new ProblemsError([
      {
        code: 'FIELD_TYPE',
        message: `${JSON.stringify(key)} = ${JSON.stringify(value)} is not a kernel parameter.`,
        hint: 'Write it as net.ipv4.ip_forward = 1.',
      },
    ])
  }
  return task(sysctlKind, `sysctl:${key}`, { key, value: text })
}

export const sysctlKind: Kind<WantedSysctl, SysctlFound> = {
  name: 'sysctl@1',
  look: ({ key }) => ({ program, args: [key, livePath(key), keptPath(key)] }),

  parse(answer) {
    const [head = '', live = '', kept = ''] = answer.split('\n')
    if (head.startsWith('key ') && /^live( |$)/.test(live) && /^kept( |$)/.test(kept)) {
      return { state: 'seen', found: { key: head.slice(4), live: valueIn(live), kept: valueIn(kept) } }
    }
    return { state: 'unknown', problem: { code: 'LOOK_FAILED', message: 'The kernel parameter cannot be read.' } }
  },

  bare: { key: '', live: null, kept: null },
  compare: (wanted, found) =>
    (['live', 'kept'] as const)
      .filter((field) => found[field] !== wanted.value)
      .map((field) => ({ path: field, from: found[field] ?? undefined, to: wanted.value, how: 'in place' })),

  commands: (wanted, found) => [
    ...(found.kept === wanted.value ? [] : [keep(wanted)]),
    ...(found.live === wanted.value ? [] : [set(wanted)]),
  ],
  settled: ({ key, value }) => ({ key, live: value, kept: value }),
  asWanted: ({ key, live, kept }) => (live !== null && live === kept ? { key, value: live } : undefined),

  remove({ key }, before, found) {
    const kept =
      before.kept === null
        ? [{ title: `remove ${keptPath(key)}`, run: { argv: ['rm', '-f', keptPath(key)] } }]
        : [keep({ key, value: before.kept })]
    // A node on which nothing is known of the value before keeps it until it boots again.
    const live = before.live === null ? [] : [set({ key, value: before.live })]
    return [...(found.kept === before.kept ? [] : kept), ...(found.live === before.live ? [] : live)]
  },
}

const keep = ({ key, value }: WantedSysctl): Command => ({
  title: `keep ${key} = ${value} for the next boot`,
  run: {
    script: 'mkdir -p /etc/sysctl.d && printf "%s = %s\\n" "$2" "$3" >"$1.new" && mv -f "$1.new" "$1"',
    args: [keptPath(key), key, value],
  },
})

const set = ({ key, value }: WantedSysctl): Command => ({
  title: `set ${key} to ${value}`,
  run: { script: 'printf "%s\\n" "$2" >"$1"', args: [livePath(key), value] },
})

/** As sysctl(8) reads keys: when the first separator is a slash, dots are part of the names. */
const livePath = (key: string): string => `/proc/sys/${/^[^./]*\//.test(key) ? key : key.replaceAll('.', '/')}`
const keptPath = (key: string): string => `/etc/sysctl.d/60-ays-${key.replaceAll('/', '-')}.conf`

const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ')
const valueIn = (line: string): string | null => (line.includes(' ') ? line.slice(line.indexOf(' ') + 1) : null)

/** Key, live file and kept file a question. A line without a value means that there is none. */
const program: Program = {
  name: 'sysctl_1',
  text: sh`while [ $# -gt 0 ]; do
  printf 'key %s\n' "$1"
  if [ -f "$2" ]; then
    if value=$(cat "$2" 2>/dev/null); then printf 'live %s\n' "$(set -f; echo $value)"; else echo unreadable; fi
  else echo live; fi
  if [ -f "$3" ]; then
    kept=$(cat "$3")
    case $kept in "$1 = "*) kept=\${kept#"$1 = "} ;; esac
    printf 'kept %s\n' "$(set -f; echo $kept)"
  else echo kept; fi
  end
  shift 3
done`,
}
