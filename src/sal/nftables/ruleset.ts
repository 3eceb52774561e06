// nftables rulesets: a table of ours each, loaded whole or not at all, and again at boot.
import { sha256 } from '../../base/secret.ts'
import type { Command, Effect, FieldChange, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { decoded, firstOf, readFields, unknownFinding } from '../finding.ts'
import { LOAD, LOOK, UNIT, UNLOAD } from './scripts.ts'

export interface RulesetWanted {
  /** Letters, digits and `_`: the table is `inet ays_NAME`. */
  readonly name: string
  /** The inside of the table: chains, sets, maps, as nft reads them. */
  readonly rules: string
}

export interface RulesetFound {
  readonly name?: string
  /** The file that is loaded at boot; null is absent. */
  readonly file: string | null
  /** What the kernel holds: the digest of the file it was loaded from, `changed` since then or by another hand, or null: no such table. */
  readonly loaded: string | null
  /** The unit that loads it at boot is in place. */
  readonly boot: boolean
}

/** The table `inet ays_<name>` holds exactly these rules, now and after a boot. */
export function ruleset(name: string, rules: string): AnyTask {
  if (!/^[A-Za-z0-9_]{1,60}$/.test(name)) throw new TypeError(`${name} cannot be part of a table's name.`)
  return task(rulesetKind, `nft:${name}`, { name, rules: rules.trim() })
}

export const rulesetKind: Kind<RulesetWanted, RulesetFound> = {
  name: 'nftables.ruleset@1',
  look: (wanted) => ({ program: LOOK, args: [wanted.name] }),
  parse(answer) {
    const fields = readFields(answer)
    const name = firstOf(fields, 'ruleset')
    if (!name) return unknownFinding('nftables', fields)
    const file = decoded(firstOf(fields, 'file')) ?? null
    const loaded = firstOf(fields, 'loaded') || null
    const found = { ...(file === null ? {} : { name }), file, loaded, boot: firstOf(fields, 'boot') === 'yes' }
    return { state: 'seen', found }
  },
  bare: { file: null, loaded: null, boot: false },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    const file = fileOf(wanted)
    if (found.file !== file) changes.push({ path: 'rules', from: found.file ?? undefined, to: file, how: 'in place' })
    if (found.loaded !== sha256(file)) {
      changes.push({ path: 'loaded', from: found.loaded ?? undefined, to: sha256(file), how: 'in place' })
    }
    if (!found.boot) changes.push({ path: 'boot', from: false, to: true, how: 'in place' })
    return changes
  },
  commands(wanted) {
    return [load(`load table ays_${wanted.name}`, wanted.name, fileOf(wanted), effectsOf(wanted))]
  },
  settled: (wanted) => ({ name: wanted.name, file: fileOf(wanted), loaded: sha256(fileOf(wanted)), boot: true }),
  asWanted({ name, file, loaded, boot }) {
    if (name === undefined || file === null || !boot || loaded !== sha256(file)) return undefined
    const rules = rulesOf(name, file)
    return rules === undefined ? undefined : { name, rules }
  },
  remove(wanted, before) {
    if (before.file !== null) return [load(`load the former table ays_${wanted.name}`, wanted.name, before.file, [])]
    const open = closes(wanted.rules)
      ? [{ kind: 'exposure' as const, what: `what table ays_${wanted.name} kept out` }]
      : []
    return [
      {
        title: `drop table ays_${wanted.name}`,
        run: { script: UNLOAD, args: [wanted.name] },
        locks: ['daemon-reload'],
        ...(open.length > 0 ? { effects: open } : {}),
      },
    ]
  },
}

/** A file that replaces the table in one transaction: made if missing, dropped, made anew. */
const fileOf = ({ name, rules }: RulesetWanted): string => `${headOf(name)}${rules}\n}\n`
const headOf = (name: string): string =>
  `table inet ays_${name}\ndelete table inet ays_${name}\ntable inet ays_${name} {\n`

function rulesOf(name: string, file: string): string | undefined {
  const head = headOf(name)
  return file.startsWith(head) && file.endsWith('\n}\n') && file.length >= head.length + 3
    ? file.slice(head.length, -3)
    : undefined
}

/** Whether rules keep something out on the way in, and so may lock ays out or, when gone, let others in. */
const closes = (rules: string): boolean =>
  /\bhook\s+(input|prerouting|ingress)\b/.test(rules) && /\b(drop|reject)\b/.test(rules)

const effectsOf = ({ name, rules }: RulesetWanted): Effect[] =>
  closes(rules) ? [{ kind: 'lockout', what: `connections that table ays_${name} does not let in` }] : []

const load = (title: string, name: string, file: string, effects: readonly Effect[]): Command => ({
  title,
  run: { script: LOAD, args: [name, sha256(file), UNIT], stdin: file },
  locks: ['daemon-reload'],
  ...(effects.length > 0 ? { effects } : {}),
})
