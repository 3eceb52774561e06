// One public key that may log in as a user; the other lines of the file stay as they are.
import { ProblemsError } from '../../base/problem.ts'
import { sha256 } from '../../base/secret.ts'
import type { Command, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { checkedName } from './names.ts'

export interface WantedKey {
  readonly user: string
  /** As it stands in authorized_keys: options, type, key and comment. */
  readonly line: string
}

/** Mode and owner of something that sshd would not trust. */
export interface Distrusted {
  readonly path: string
  readonly mode: string
  readonly owner: string
}

export interface KeyFound {
  /** Empty where no line has the key. */
  readonly user: string
  /** Lines with this key. */
  readonly lines: readonly string[]
  /** What others could write to, or that is another's: only told where the key stands. */
  readonly distrusted: readonly Distrusted[]
}

/** Lets a public key (a line as in a .pub file, options before it allowed) log in as `user`, who has to exist. */
export function authorizedKey(user: string, publicKeyLine: string): AnyTask {
  const line = publicKeyLine.trim()
  return task(authorizedKeyKind, `authorized_key:${checkedName(user)}:${fingerprintOf(keyOf(line))}`, { user, line })
}

export const authorizedKeyKind: Kind<WantedKey, KeyFound> = {
  name: 'authorized_key@1',
  look: ({ user, line }) => ({ program, args: [user, keyOf(line)] }),

  parse(answer) {
    const fields = readFields(answer)
    const user = firstOf(fields, 'user')
    if (user === undefined || fields.has('error')) return unknownFinding('authorized_key', fields)
    const distrusted = (fields.get('distrusted') ?? []).flatMap((text) => {
      const [, mode, owner, path] = /^([0-7]{1,4}) (\S+) (\/.*)$/.exec(text) ?? []
      return mode && owner && path ? [{ path, mode, owner }] : []
    })
    const lines = fields.get('line') ?? []
    return { state: 'seen', found: lines.length === 0 ? authorizedKeyKind.bare : { user, lines, distrusted } }
  },

  bare: { user: '', lines: [], distrusted: [] },

  compare({ line }, { lines, distrusted }) {
    const there = lines.length === 1 && lines[0] === line
    return [
      ...(there ? [] : [{ path: 'line', from: lines[0], to: line, how: 'in place' as const }]),
      ...distrusted.map(({ path, mode, owner }) => ({
        path,
        from: `${mode} ${owner}`,
        to: 'its own alone',
        how: 'in place' as const,
      })),
    ]
  },

  commands: (wanted, found) => [
    ...found.distrusted.map(({ path, mode }) => setTrust({ path, owner: wanted.user, mode: trusted(mode) })),
    ...(found.lines.length === 1 && found.lines[0] === wanted.line ? [] : [setLines(wanted, [wanted.line])]),
  ],

  settled: ({ user, line }) => ({ user, lines: [line], distrusted: [] }),

  asWanted({ user, lines, distrusted }) {
    const [line, ...more] = lines
    return line === undefined || more.length > 0 || distrusted.length > 0 ? undefined : { user, line }
  },

  remove: (wanted, before) => [setLines(wanted, before.lines), ...before.distrusted.map(setTrust)],
}

/** The base64 key in a line. Throws `FIELD_TYPE` when there is none. */
function keyOf(line: string): string {
  // The blob begins with the length of its type's name, so every one begins with AAAA.
  const found = /(?:^|\s)(?:ssh|ecdsa|sk)-[a-z0-9@.-]+\s+(AAAA[A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(
    /[^\P{Cc}\t]/u.test(line) ? '' : line,
  )
  if (found?.[1]) return found[1]
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: `${JSON.stringify(line.slice(0, 60))} is not a public key.`,
      hint: 'Give one line of a .pub file.',
    },
  ])
}

/** As ssh-keygen -l prints it: `SHA256:` and base64 without padding. */
const fingerprintOf = (key: string): string =>
  `SHA256:${Buffer.from(sha256(Buffer.from(key, 'base64')), 'hex')
    .toString('base64')
    .replace(/=+$/, '')}`

const trusted = (mode: string): string => (Number.parseInt(mode, 8) & ~0o022).toString(8)

/** The user may have put a link there: it is not followed. */
const setTrust = ({ path, mode, owner }: Distrusted): Command => ({
  title: `set ${path} to ${mode} ${owner}`,
  run: {
    script: 'if [ -L "$1" ]; then echo "$1 is a link." >&2; exit 1; fi\nchmod "$2" "$1" && chown -h "$3" "$1"',
    args: [path, mode, owner],
  },
})

/** By the user's own hands: root would follow links that the user put there. */
const setLines = ({ user, line }: WantedKey, lines: readonly string[]): Command => ({
  title: `${lines.length > 0 ? 'let' : 'no longer let'} ${fingerprintOf(keyOf(line))} log in as ${user}`,
  run: { script: SET_LINES, args: [keyOf(line), ...lines] },
  as: user,
  ...(lines.length > 0 ? {} : { effects: [{ kind: 'lockout', what: user }] }),
})

/** All lines but those with the key, then the lines given; written beside and renamed. What is empty then goes. */
const SET_LINES = sh`umask 077
key=$1
shift
home=$(getent passwd "$(id -un)" | cut -d: -f6)
if [ ! -d "$home" ]; then echo "The home of $(id -un), $home, is not there." >&2; exit 1; fi
cd "$home" || exit
[ $# -eq 0 ] || mkdir -p .ssh || exit
[ -d .ssh ] || exit 0
new=.ssh/authorized_keys.ays
{
  [ ! -f .ssh/authorized_keys ] || awk -v key="$key" '
    { for (i = 1; i <= NF; i++) if ($i == key && $1 !~ /^#/) next; print }' .ssh/authorized_keys || exit
  [ $# -eq 0 ] || printf '%s\n' "$@"
} >"$new" || exit
if [ -s "$new" ]; then mv -f "$new" .ssh/authorized_keys
else
  rm -f "$new" .ssh/authorized_keys
  rmdir .ssh 2>/dev/null || :
fi`

/** User and key a question. */
const program: Program = {
  name: 'authorized_key_1',
  text: sh`while [ $# -gt 0 ]; do
  printf 'user %s\n' "$1"
  home=$(getent passwd "$1" | cut -d: -f6)
  file=$home/.ssh/authorized_keys
  if [ -n "$home" ] && [ -f "$file" ]; then
    if [ ! -r "$file" ]; then echo "error $file cannot be read"
    else
      lines=$(awk -v key="$2" '{ for (i = 1; i <= NF; i++) if ($i == key && $1 !~ /^#/) { print "line " $0; next } }' "$file")
      if [ -n "$lines" ]; then
        printf '%s\n' "$lines"
        for path in "$home/.ssh" "$file"; do
          if [ -n "$(find "$path" -prune \( -perm -020 -o -perm -002 -o ! -user "$1" ! -user root \) -print)" ]; then
            stat -c 'distrusted %a %U %n' "$path"
          fi
        done
      fi
    fi
  fi
  end
  shift 2
done`,
}
