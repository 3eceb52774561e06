// A local user account.
import { sha256 } from '../../base/secret.ts'
import type { Command, FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { accountsBusy, accountsLock, checkedField, checkedName } from './names.ts'

export interface UserOptions {
  readonly uid?: number
  /** Its primary group; one of its own name when absent. */
  readonly group?: string
  /** Groups that it is in besides; it may be in more. */
  readonly groups?: readonly string[]
  readonly home?: string
  readonly shell?: string
  /** Gets a number of the system's range, and no home is made. */
  readonly system?: boolean
}
export interface WantedUser extends UserOptions {
  readonly name: string
}

/** null: not known beforehand, the node chooses. */
export type UserFound =
  | { readonly state: 'absent' }
  | {
      readonly state: 'present'
      readonly name: string
      readonly uid: number | null
      readonly group: string | null
      readonly groups: readonly string[]
      readonly home: string | null
      readonly shell: string | null
    }

/** A local user. What is not given is chosen by the node and kept as it is. Its home stays when the user goes. */
export function user(name: string, options: UserOptions = {}): AnyTask {
  checkedName(name)
  for (const one of [options.group, ...(options.groups ?? [])]) if (one !== undefined) checkedName(one)
  checkedField('home', options.home)
  checkedField('shell', options.shell)
  return task(userKind, `user:${name}`, { name, ...options })
}

export const userKind: Kind<WantedUser, UserFound> = {
  name: 'user@1',
  look: ({ name }) => ({ program, args: [name] }),

  parse(answer) {
    const fields = readFields(answer)
    const [name, uid = ''] = [firstOf(fields, 'user'), firstOf(fields, 'uid')]
    if (answer === 'absent\n') return { state: 'seen', found: { state: 'absent' } }
    if (!name || !/^\d{1,10}$/.test(uid)) return unknownFinding('user', fields)
    const groups = (fields.get('in') ?? []).filter((one) => one !== '').sort()
    const [group = null, home = null, shell = null] = ['group', 'home', 'shell'].map(
      (key) => firstOf(fields, key) ?? null,
    )
    return { state: 'seen', found: { state: 'present', name, uid: Number(uid), group, groups, home, shell } }
  },

  bare: { state: 'absent' },

  compare(wanted, found) {
    if (found.state === 'absent') return [{ path: '', from: undefined, to: 'user', how: 'in place' }]
    const changes: FieldChange[] = (['uid', 'group', 'home', 'shell'] as const)
      .filter((field) => wanted[field] !== undefined && wanted[field] !== found[field])
      .map((field) => ({ path: field, from: found[field], to: wanted[field], how: 'in place' }))
    for (const one of missingGroups(wanted, found))
      changes.push({ path: `groups.${one}`, from: undefined, to: true, how: 'in place' })
    return changes
  },

  commands(wanted, found) {
    if (found.state === 'absent') return [add(wanted)]
    const missing = missingGroups(wanted, found)
    const flags = flagsOf({
      uid: wanted.uid === found.uid ? undefined : wanted.uid,
      group: wanted.group === found.group ? undefined : wanted.group,
      home: wanted.home === found.home ? undefined : wanted.home,
      shell: wanted.shell === found.shell ? undefined : wanted.shell,
    })
    return [change(wanted.name, [...flags, ...(missing.length > 0 ? ['-a', '-G', missing.join(',')] : [])])]
  },

  settled(wanted, found) {
    const old = found.state === 'present' ? found : { uid: null, group: null, groups: [], home: null, shell: null }
    const groups = [...new Set([...old.groups, ...(wanted.groups ?? []).filter((one) => one !== wanted.group)])].sort()
    const { name, uid = old.uid, group = old.group, home = old.home, shell = old.shell } = wanted
    return { state: 'present', name, uid, group, groups, home, shell }
  },

  simulated(settled, seed) {
    if (settled.state === 'absent') return settled
    const { name } = settled
    const uid = 1_000 + (Number.parseInt(sha256(seed).slice(0, 8), 16) % 50_000)
    const chosen = { uid, group: name, home: `/home/${name}`, shell: '/bin/sh' }
    return {
      ...settled,
      uid: settled.uid ?? chosen.uid,
      group: settled.group ?? chosen.group,
      home: settled.home ?? chosen.home,
      shell: settled.shell ?? chosen.shell,
    }
  },

  asWanted(found) {
    if (found.state === 'absent') return undefined
    const { name, uid, group, groups, home, shell } = found
    return {
      name,
      groups,
      ...(uid === null ? {} : { uid }),
      ...(group === null ? {} : { group }),
      ...(home === null ? {} : { home }),
      ...(shell === null ? {} : { shell }),
    }
  },

  remove({ name }, before, found) {
    if (before.state === 'absent') {
      const effects = [{ kind: 'lockout', what: name }] as const
      return [{ title: `remove user ${name}`, run: { argv: ['userdel', name] }, effects, locks: accountsLock }]
    }
    const wanted = userKind.asWanted(before) ?? { name }
    if (found.state === 'absent') return [add(wanted)]
    return [change(name, [...flagsOf(wanted), '-G', before.groups.join(',')])]
  },

  transient: accountsBusy,
}

/** The primary group counts as one that it is in. */
const missingGroups = (wanted: WantedUser, found: Extract<UserFound, { state: 'present' }>): string[] =>
  [...new Set(wanted.groups ?? [])]
    .filter((one) => !found.groups.includes(one) && one !== (wanted.group ?? found.group))
    .sort()

function flagsOf({ uid, group, home, shell }: Pick<WantedUser, 'uid' | 'group' | 'home' | 'shell'>): string[] {
  return [
    ...(uid === undefined ? [] : ['-u', String(uid)]),
    ...(group === undefined ? [] : ['-g', group]),
    ...(home === undefined ? [] : ['-d', home]),
    ...(shell === undefined ? [] : ['-s', shell]),
  ]
}

function add(wanted: WantedUser): Command {
  const { name, groups = [], system } = wanted
  const made = system ? ['-r', '-M'] : ['-m']
  const args = [name, ...made, ...flagsOf(wanted), ...(groups.length > 0 ? ['-G', groups.join(',')] : [])]
  return {
    title: `add user ${name}`,
    run: { script: wanted.group === undefined ? ADD : ADD_IN_GROUP, args },
    locks: accountsLock,
  }
}

const change = (name: string, flags: readonly string[]): Command => ({
  title: `change user ${name}`,
  run: { argv: ['usermod', ...flags, name] },
  locks: accountsLock,
})

const ADD_IN_GROUP = sh`name=$1
shift
exec useradd "$@" "$name"`

/** A group of the user's own name, be it there or not. */
const ADD = sh`name=$1
shift
if getent group "$name" >/dev/null; then set -- -g "$name" "$@"; else set -- -U "$@"; fi
exec useradd "$@" "$name"`

/** A name a question; one reading of the account files for all. Local accounts only: no other can be changed. */
const program: Program = {
  name: 'user_1',
  text: sh`(
  facts=$(
    printf '%s\n' "$@" | awk -F: '
      FILENAME == "/etc/group" {
        group[$3] = $1
        n = split($4, members, ",")
        for (i = 1; i <= n; i++) if (members[i] != "") is_in[members[i]] = is_in[members[i]] "\nin " $1
        next
      }
      FILENAME == "/etc/passwd" {
        if ($1 in facts) next
        facts[$1] = "user " $1 "\nuid " $3 "\ngroup " ($4 in group ? group[$4] : $4) "\nhome " $6 "\nshell " $7
        next
      }
      { print ($0 in facts ? facts[$0] is_in[$0] : "absent") "\n>end" }
    ' /etc/group /etc/passwd -
  )
  set -f
  IFS='
'
  for line in $facts; do
    case $line in
    '>end') end ;;
    *) printf '%s\n' "$line" ;;
    esac
  done
)`,
}
