// What stands at a path: the one look that files, directories and symlinks share.
import { sha256 } from '../../base/secret.ts'
import type { Finding, Look, Program } from '../../engine/kind.ts'
import { sh } from '../sh.ts'

/** Who may do what: mode as `0644`, owner and group by name (by number where the node has no name). */
export interface Access {
  readonly mode: string
  readonly owner: string
  readonly group: string
}

/** What stands at a path. */
export type PathFound =
  | { readonly type: 'absent' }
  | (Access & {
      readonly type: 'file'
      readonly path: string
      /** As `fingerprint` gives it: `sha256:…` or `sealed:…`; absent when it was not asked for. */
      readonly digest?: string
      /** Its content, where that differs from what is wanted, is text, at most 64 KiB, and everyone on the node may read it. */
      readonly text?: string
    })
  | (Access & { readonly type: 'directory'; readonly path: string })
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  | (Access & { readonly type: 'other'; readonly path: string; readonly what: string })

/**
 * What to find out about the content: nothing, nothing but through a symlink, its SHA-256 and the content itself
 * where it is not `sha256`, or only the seal of something secret.
 */
export type Ask = 'nothing' | 'follow' | 'seal' | { readonly sha256: string }

/** Asks what stands at a path. Owner and group are answered as numbers when they are wanted as numbers. */
export function lookAt(path: string, ask: Ask, wanted: { owner?: string; group?: string } = {}): Look {
  const ids = `${isId(wanted.owner) ? 'u' : ''}${isId(wanted.group) ? 'g' : ''}`
  return { program, args: [path, typeof ask === 'string' ? ask : ask.sha256, ids] }
}

const isId = (name: string | undefined): boolean => /^\d+$/.test(name ?? '')

/** Reads the answer of `lookAt`. */
export function parsePath(answer: string): Finding<PathFound> {
  const [first = '', ...rest] = answer.split('\n')
  const [type, path] = cut(first)
  const fields = new Map(rest.map(cut))
  const field = (name: string): string => fields.get(name) ?? ''
  if (first === 'absent') return { state: 'seen', found: { type: 'absent' } }
  if (type === 'symlink' && path && fields.has('target'))
    return { state: 'seen', found: { type, path, target: field('target') } }
  const access = { mode: field('mode').padStart(4, '0'), owner: field('owner'), group: field('group') }
  if (path && access.owner && access.group && /^[0-7]{4}$/.test(access.mode)) {
    if (type === 'directory') return { state: 'seen', found: { type, path, ...access } }
    if (type === 'other' && field('what'))
      return { state: 'seen', found: { type, path, what: field('what'), ...access } }
    if (type === 'file') return { state: 'seen', found: { type, path, ...access, ...contentOf(fields) } }
  }
  const reason = type === 'unknown' ? path : 'The look at it gave no usable answer.'
  return { state: 'unknown', problem: { code: 'LOOK_FAILED', message: reason || 'It could not be looked at.' } }
}

const cut = (line: string): [string, string] => {
  const space = line.indexOf(' ')
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)]
}

function contentOf(fields: ReadonlyMap<string, string>): { digest?: string; text?: string } {
  const sealed = fields.get('sealed')
  if (sealed) return { digest: `sealed:${sealed}` }
  const sum = fields.get('sha256')
  if (!sum) return {}
  const bytes = Buffer.from(fields.get('content') ?? '', 'base64')
  // A file that was written meanwhile, or that is no text, is known by its digest alone.
  const isText = fields.has('content') && sha256(bytes) === sum && sha256(bytes.toString('utf8')) === sum
  return { digest: `sha256:${sum}`, ...(isText ? { text: bytes.toString('utf8') } : {}) }
}

/**
 * Three words a question: path, ask, ids. One `stat` for all, one `sha256sum` for all regular files asked for their
 * content, then content and link targets one by one, but only of what differs or is a link. A FIFO is never opened.
 */
const program: Program = {
  name: 'path_1',
  text: sh`(
  set -f
  facts=$(
    {
      printf '%s\n' "$#" "$@"
      i=0
      for word do
        case $i in
        0) printf '%s\0' "$word"; i=1 ;;
        1) i=2 ;;
        2) i=0 ;;
        esac
      done | xargs -0 stat -c 'S/%f/%a/%s/%u/%U/%g/%G/%n' 2>&1
      i=0
      for word do
        case $i in
        0) path=$word; i=1 ;;
        1) case $word in nothing | follow) ;; *) [ -f "$path" ] && [ ! -L "$path" ] && printf '%s\0' "$path" ;; esac; i=2 ;;
        2) i=0 ;;
        esac
      done | xargs -0 -r sha256sum 2>/dev/null
    } | awk '
      NR == 1 { n = $0; next }
      NR <= n + 1 { word[NR - 2] = $0; next }
      /^S\// {
        rest = substr($0, 3)
        for (i = 1; i <= 7; i++) { at = index(rest, "/"); f[i] = substr(rest, 1, at - 1); rest = substr(rest, at + 1) }
        type[rest] = substr(f[1], 1, 1); mode[rest] = f[2]; size[rest] = f[3]
        uid[rest] = f[4]; user[rest] = f[5] == "UNKNOWN" ? f[4] : f[5]
        gid[rest] = f[6]; group[rest] = f[7] == "UNKNOWN" ? f[6] : f[7]
        next
      }
      /^stat: / { if ($0 !~ /(No such file or directory|Not a directory)$/) odd = 1; next }
      /^\\/ { name = substr($0, 68); gsub(/\\\\/, "\\\\", name); sum[name] = substr($0, 2, 64); next }
      { sum[substr($0, 67)] = substr($0, 1, 64) }
      END {
        sort["4"] = "directory"; sort["8"] = "file"
        what["1"] = "fifo"; what["2"] = "character device"; what["6"] = "block device"; what["c"] = "socket"
        for (q = 0; q < n; q += 3) {
          p = word[q]; ask = word[q + 1]; ids = word[q + 2]; t = type[p]
          if (t == "") print odd ? ">why " p : "absent"
          else if (t == "a") print (ask == "follow" ? ">follow " : ">link ") ids " " p
          else if (t == "8" && ask != "nothing" && ask != "follow" && sum[p] == "") print "unknown " p " cannot be read."
          else {
            print (t in sort ? sort[t] : "other") " " p
            if (!(t in sort)) print "what " (t in what ? what[t] : "unknown")
            print "mode " mode[p]
            print "owner " (index(ids, "u") ? uid[p] : user[p])
            print "group " (index(ids, "g") ? gid[p] : group[p])
            if (sum[p] != "") {
              print (ask == "seal" ? "seal " : "sha256 ") sum[p]
              if (ask != "seal" && ask != sum[p] && size[p] + 0 <= 65536 && mode[p] ~ /[4-7]$/) print ">content " p
            }
          }
          print ">end"
        }
      }'
  )
  nl='
'
  IFS=$nl
  link() {
    target=$(readlink "$1" && echo .)
    case $target in
    *"$nl"*"$nl"*) printf 'unknown %s is a link whose target holds a line break.\n' "$1" ;;
    '') printf 'unknown %s is a link that cannot be read.\n' "$1" ;;
    *) printf 'symlink %s\ntarget %s\n' "$1" "\${target%?.}" ;;
    esac
  }
  for line in $facts; do
    case $line in
    '>end') end ;;
    '>content '*) printf 'content '; base64 <"\${line#>content }" | tr -d '\n'; echo ;;
    '>link '*) link "/\${line#*/}" ;;
    '>follow '*)
      path=/\${line#*/}
      ids=\${line#>follow }; ids=\${ids%% *}
      case $ids in *u*) u=%u ;; *) u=%U ;; esac
      case $ids in *g*) g=%g ;; *) g=%G ;; esac
      if [ -d "$path" ]; then printf 'directory %s\n' "$path"; stat -L -c "mode %a\${nl}owner $u\${nl}group $g" "$path"
      else link "$path"; fi ;;
    '>why '*)
      path=\${line#>why }
      case $(stat "$path" 2>&1 >/dev/null) in
      *'No such file or directory' | *'Not a directory') echo absent ;;
      *) printf 'unknown %s cannot be looked at.\n' "$path" ;;
      esac ;;
    *) printf '%s\n' "$line" ;;
    esac
  done
)`,
}
