// Unit files under /etc/systemd/system, and that systemd has read them as they are now.
import { fingerprint, isSealed, isSecret, type Sealed, type Text } from '../../base/secret.ts'
import type { Command, FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { decoded, firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { unitFullName, unitPath, unitShortName } from './name.ts'

export interface UnitWanted {
  /** Full name: `ays-engine-cache.service`. */
  readonly unit: string
  /** The file as a whole; sealed when it is remembered and was secret. */
  readonly text: Text | Sealed
}

export type UnitFound =
  | { readonly state: 'absent' }
  /** Not a plain file, such as the link to /dev/null of a masked unit. */
  | { readonly state: 'link'; readonly to: string }
  | {
      readonly state: 'file'
      readonly unit: string
      /** Sealed when it was asked for as a secret. */
      readonly text: string | Sealed
      /** systemd has another version of it in memory. */
      readonly stale: boolean
    }

/** The unit file of that name (`redis` or `backup.timer`) holds this text and systemd knows it. */
export function unit(name: string, text: Text): AnyTask {
  return task(unitKind, `unit:${unitShortName(name)}`, { unit: unitFullName(name), text })
}

export const unitKind: Kind<UnitWanted, UnitFound> = {
  name: 'systemd.unit@1',
  look: (wanted) => ({ program: LOOK, args: [wanted.unit, isHidden(wanted.text) ? 'sealed' : 'plain'] }),
  parse(answer) {
    const fields = readFields(answer)
    const to = firstOf(fields, 'link')
    const name = firstOf(fields, 'file')
    if (fields.has('absent')) return { state: 'seen', found: { state: 'absent' } }
    if (to !== undefined) return { state: 'seen', found: { state: 'link', to } }
    if (name === undefined) return unknownFinding('systemd.unit', fields)
    const sealed = firstOf(fields, 'sealed')
    const text = sealed !== undefined ? { sealed } : (decoded(firstOf(fields, 'text')) ?? '')
    return { state: 'seen', found: { state: 'file', unit: name, text, stale: firstOf(fields, 'stale') === 'yes' } }
  },
  bare: { state: 'absent' },
  compare(wanted, found) {
    const to = shown(wanted.text)
    if (found.state === 'absent') return [{ path: '', from: undefined, to, how: 'in place' }]
    if (found.state === 'link') return [{ path: '', from: `a link to ${found.to}`, to, how: 'in place' }]
    const changes: FieldChange[] = []
    if (fingerprint(plainText(found.text)) !== fingerprint(plainText(wanted.text))) {
      changes.push({ path: 'text', from: shown(found.text), to, how: 'in place' })
    }
    if (found.stale) changes.push({ path: 'loaded', from: 'an older version', to: 'this version', how: 'in place' })
    return changes
  },
  commands(wanted, found) {
    const same = found.state === 'file' && fingerprint(plainText(found.text)) === fingerprint(plainText(wanted.text))
    return same ? [reload] : [write(wanted.unit, contentOf(wanted.text)), reload]
  },
  settled(wanted) {
    const text = isHidden(wanted.text) ? { sealed: wanted.text.sealed } : wanted.text
    return { state: 'file', unit: wanted.unit, text, stale: false }
  },
  asWanted: (found) => (found.state === 'file' && !found.stale ? { unit: found.unit, text: found.text } : undefined),
  remove(wanted, before) {
    const path = unitPath(wanted.unit)
    if (before.state === 'link') {
      const run = { script: 'ln -sfnT -- "$1" "$2"', args: [before.to, path] }
      return [{ title: `link ${path} to ${before.to} again`, run }, reload]
    }
    if (before.state === 'file' && !isSealed(before.text)) return [write(wanted.unit, before.text), reload]
    return [{ title: `remove ${path}`, run: { script: 'rm -f -- "$1"', args: [path] } }, reload]
  },
}

/**
 * Arguments per question: unit, and `plain` or `sealed`. systemd is asked once for all; on a node that does not run
 * it (a root that is being prepared) the files alone count.
 */
const LOOK: Program = {
  name: 'systemd_unit_1',
  text: sh`
nl='
'
stale=
if [ -d /run/systemd/system ]; then
  units=$(while [ $# -gt 0 ]; do echo "$1"; shift 2; done)
  stale=$(systemctl show -p Id -p NeedDaemonReload -- $units 2>/dev/null |
    awk -v RS= '{ print ($0 ~ /NeedDaemonReload=yes/ ? "yes" : "no") }')$nl
fi
while [ $# -gt 0 ]; do
  is_stale=\${stale%%"$nl"*} stale=\${stale#*"$nl"} path=/etc/systemd/system/$1
  if [ -L "$path" ]; then echo "link $(readlink "$path")"
  elif [ -e "$path" ] && [ ! -r "$path" ]; then echo "error $path cannot be read: it needs root"
  elif [ -f "$path" ]; then
    echo "file $1"
    if [ "$2" = sealed ]; then
      echo "seal $(sha256sum <"$path" | cut -c1-64)"
    else
      echo "text $(base64 <"$path" | tr -d '\n')"
    fi
    echo "stale \${is_stale:-no}"
  else echo absent
  fi
  end
  shift 2
done`,
}

const reload: Command = {
  title: 'let systemd read its units again',
  run: { script: '[ ! -d /run/systemd/system ] || systemctl daemon-reload', args: [] },
  locks: ['daemon-reload'],
}

const write = (unit: string, content: Text): Command => ({
  title: `write ${unitPath(unit)}`,
  run: { write: unitPath(unit), content, mode: 0o644, owner: 'root', group: 'root' },
})

const isHidden = (text: Text | Sealed): text is Exclude<Text | Sealed, string> => typeof text !== 'string'
/** A secret counts by its keyed digest alone: where it came from is no difference. */
const plainText = (text: Text | Sealed): string | Sealed => (isHidden(text) ? { sealed: text.sealed } : text)
const shown = (text: Text | Sealed): string | { sealed: string } => (isHidden(text) ? { sealed: text.sealed } : text)

/** What can be written: a remembered secret has lost its value, and nobody may ask to write it. */
function contentOf(text: Text | Sealed): Text {
  if (typeof text === 'string' || isSecret(text)) return text
  throw new TypeError('A sealed text cannot be written again: its value is not remembered.')
}
