// A local group.
import type { Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { accountsBusy, accountsLock, checkedName } from './names.ts'

export interface WantedGroup {
  readonly name: string
  readonly gid?: number
  /** Gets a number of the system's range when it is made. */
  readonly system?: boolean
}

/** The number is null where it is not known beforehand. */
export type GroupFound =
  | { readonly state: 'absent' }
  | { readonly state: 'present'; readonly name: string; readonly gid: number | null }

/** A local group. */
export function group(name: string, options: { readonly gid?: number; readonly system?: boolean } = {}): AnyTask {
  return task(groupKind, `group:${checkedName(name)}`, { name, ...options })
}

export const groupKind: Kind<WantedGroup, GroupFound> = {
  name: 'group@1',
  look: ({ name }) => ({ program, args: [name] }),

  parse(answer) {
    const fields = readFields(answer)
    const name = firstOf(fields, 'group')
    const gid = firstOf(fields, 'gid') ?? ''
    if (name && /^\d{1,10}$/.test(gid)) return { state: 'seen', found: { state: 'present', name, gid: Number(gid) } }
    return answer === 'absent\n' ? { state: 'seen', found: { state: 'absent' } } : unknownFinding('group', fields)
  },

  bare: { state: 'absent' },

  compare(wanted, found) {
    if (found.state === 'absent') return [{ path: '', from: undefined, to: 'group', how: 'in place' }]
    if (wanted.gid === undefined || wanted.gid === found.gid) return []
    return [{ path: 'gid', from: found.gid, to: wanted.gid, how: 'in place' }]
  },

  commands({ name, gid, system }, found) {
    const number = gid === undefined ? [] : ['-g', String(gid)]
    if (found.state === 'present')
      return [{ title: `change group ${name}`, run: { argv: ['groupmod', ...number, name] }, locks: accountsLock }]
    return [
      {
        title: `add group ${name}`,
        run: { argv: ['groupadd', ...(system ? ['-r'] : []), ...number, name] },
        locks: accountsLock,
      },
    ]
  },

  settled: ({ name, gid }, found) => ({
    state: 'present',
    name,
    gid: gid ?? (found.state === 'present' ? found.gid : null),
  }),
  asWanted: (found) =>
    found.state === 'present' ? { name: found.name, ...(found.gid === null ? {} : { gid: found.gid }) } : undefined,

  remove({ name }, before) {
    if (before.state === 'absent')
      return [{ title: `remove group ${name}`, run: { argv: ['groupdel', name] }, locks: accountsLock }]
    return groupKind.commands({ name, ...(before.gid === null ? {} : { gid: before.gid }) }, before)
  },

  transient: accountsBusy,
}

/** A name a question. */
const program: Program = {
  name: 'group_1',
  text: sh`for name do
  awk -F: -v name="$name" '
    $1 == name { print "group " $1; print "gid " $3; found = 1; exit }
    END { if (!found) print "absent" }' /etc/group
  end
done`,
}
