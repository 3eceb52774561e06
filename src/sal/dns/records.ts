// The records of one name and type on a DNS server that takes dynamic updates (RFC 2136), through dig and nsupdate.
import { ProblemsError } from '../../base/problem.ts'
import type { Command, FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import {
  canonicalName,
  canonicalValue,
  RECORD_TYPES,
  type RecordType,
  valueForNsupdate,
  valueOfDig,
} from './record-text.ts'

/** Where records are: a server, a zone of it, and a name in that zone. Names end with a dot. */
export interface RecordsPlace {
  readonly server: string
  readonly port: number
  readonly zone: string
  readonly name: string
  readonly type: RecordType
  /** A key file for nsupdate on the node that asks; null: updates are not signed. */
  readonly keyFile: string | null
}

export interface WantedRecords extends RecordsPlace {
  /** Seconds. */
  readonly ttl: number
  /** In canonical form, sorted. */
  readonly values: readonly string[]
}

export interface RecordsFound {
  /** Absent where nobody asked. */
  readonly place?: RecordsPlace
  /** null: there are none. */
  readonly ttl: number | null
  readonly values: readonly string[]
}

/** The name has exactly these records of this type. Throws ProblemsError for a name or value that is none. */
export function dnsRecords(options: {
  readonly server: string
  readonly port?: number
  readonly zone: string
  /** `www`, `@` for the zone itself, or a whole name of the zone. */
  readonly name: string
  readonly type: RecordType
  readonly ttl: number
  readonly values: readonly string[]
  readonly keyFile?: string
}): AnyTask {
  const { server, port = 53, type, ttl, keyFile = null } = options
  const zone = canonicalName(`${options.zone.replace(/\.$/, '')}.`, '.') ?? refuse(`${options.zone} is not a zone.`)
  const name = nameIn(zone, options.name)
  const values = options.values.map(
    (value) =>
      canonicalValue(type, value, zone) ?? refuse(`${JSON.stringify(value)} is not a value of ${type} records.`),
  )
  if (!/^[A-Za-z0-9:._-]+$/.test(server) || server.startsWith('-')) refuse(`${JSON.stringify(server)} is no server.`)
  const place = { server, port, zone, name, type, keyFile }
  const wanted: WantedRecords = { ...place, ttl, values: [...new Set(values)].sort() }
  return task(dnsRecordsKind, `dns:${server}#${port}/${name}/${type}`, wanted)
}

function nameIn(zone: string, text: string): string {
  const inside = text === '@' ? zone : text.endsWith('.') ? text : `${text}.${zone}`
  const whole = text.toLowerCase() === zone.slice(0, -1) || text.toLowerCase().endsWith(`.${zone.slice(0, -1)}`)
  const name = canonicalName(whole ? `${text}.` : inside, zone)
  if (name === undefined || !(name === zone || name.endsWith(`.${zone}`)))
    return refuse(`${text} is no name in ${zone}`)
  return name
}

function refuse(message: string): never {
  throw new ProblemsError([{ code: 'FIELD_TYPE', message }])
}

export const dnsRecordsKind: Kind<WantedRecords, RecordsFound> = {
  name: 'dns.records@1',
  look: ({ server, port, zone, name, type, keyFile }) => ({
    program: LOOK,
    args: [server, String(port), zone, name, type, keyFile ?? '-'],
  }),
  parse(answer) {
    const fields = readFields(answer)
    const place = placeOf(firstOf(fields, 'place') ?? '')
    if (!place || !fields.has('status') || fields.has('error')) return unknownFinding('dns.records', fields)
    const records = (fields.get('record') ?? []).map((line) => /^(\d{1,10}) (.+)$/s.exec(line))
    const ttl = records[0]?.[1]
    const values = records.flatMap((found) => valueOfDig(place.type, found?.[2] ?? '') ?? [])
    if (values.length !== records.length) return unknownFinding('dns.records', fields)
    const found =
      ttl === undefined ? { ttl: null, values: [] } : { ttl: Number(ttl), values: [...new Set(values)].sort() }
    return { state: 'seen', found: { place, ...found } }
  },
  bare: { ttl: null, values: [] },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    if (wanted.values.join('\n') !== found.values.join('\n'))
      changes.push({
        path: 'values',
        from: found.values.length > 0 ? found.values : undefined,
        to: wanted.values,
        how: 'in place',
      })
    if (wanted.values.length > 0 && wanted.ttl !== found.ttl)
      changes.push({ path: 'ttl', from: found.ttl ?? undefined, to: wanted.ttl, how: 'in place' })
    return changes
  },
  commands: (wanted) => [
    update(`set ${wanted.type} of ${wanted.name} to ${shownValues(wanted.values)}`, wanted, wanted),
  ],
  settled: ({ ttl, values, ...place }) => ({
    place: { ...place },
    ttl: values.length === 0 ? null : ttl,
    values,
  }),
  asWanted: ({ place, ttl, values }) => (place && ttl !== null ? { ...place, ttl, values } : undefined),
  remove: (wanted, before) => [
    update(
      before.values.length === 0
        ? `remove ${wanted.type} of ${wanted.name}`
        : `set ${wanted.type} of ${wanted.name} back to ${shownValues(before.values)}`,
      wanted,
      before,
    ),
  ],
  transient: ({ stderr }) => /timed out|communications error|SERVFAIL/.test(stderr),
}

const shownValues = (values: readonly string[]): string => {
  const text = values.map((value) => JSON.stringify(value).slice(1, -1)).join(', ')
  return text.length > 80 ? `${text.slice(0, 77)}…` : text || 'nothing'
}

/** One message, which the server takes whole or not at all. */
function update(title: string, place: RecordsPlace, to: { ttl: number | null; values: readonly string[] }): Command {
  const { server, port, zone, name, type, keyFile } = place
  const added = to.values.map((value) => `update add ${name} ${to.ttl ?? 0} ${type} ${valueForNsupdate(type, value)}\n`)
  return {
    title,
    run: {
      argv: ['nsupdate', '-t', '20', ...(keyFile === null ? [] : ['-k', keyFile])],
      stdin: `server ${server} ${port}\nzone ${zone}\nupdate delete ${name} ${type}\n${added.join('')}send\n`,
    },
  }
}

function placeOf(line: string): RecordsPlace | undefined {
  const [server = '', port = '', zone = '', name = '', type = '', ...keyFile] = line.split(' ')
  const known = RECORD_TYPES.find((one) => one === type)
  if (server === '' || zone === '' || name === '' || !known || !/^\d{1,5}$/.test(port)) return undefined
  const file = keyFile.join(' ')
  return { server, port: Number(port), zone, name, type: known, keyFile: file === '-' || file === '' ? null : file }
}

/**
 * Arguments per question: server, port, zone, name, type, key file. Only a server of the zone itself is believed: one that
 * answers from its cache counts the time to live down. A server that did not answer once is not asked again.
 */
const LOOK: Program = {
  name: 'dns_records_1',
  text: sh`dead=
while [ $# -gt 0 ]; do
  printf 'place %s %s %s %s %s %s\n' "$1" "$2" "$3" "$4" "$5" "$6"
  if ! command -v dig >/dev/null || ! command -v nsupdate >/dev/null; then
    echo 'error dig and nsupdate are not here: on Debian and Ubuntu the package bind9-dnsutils has them'
  else
    case " $dead " in
      *" $1#$2 "*) said= ;;
      *) said=$(dig +norecurse +noall +answer +comments +nocookie +noidnout +time=3 +tries=2 -p "$2" "@$1" "$4" "$5" 2>/dev/null) || said= ;;
    esac
    status=$(printf '%s\n' "$said" | sed -n 's/^;; ->>HEADER<<- .*status: \([A-Z]*\),.*/\1/p' | head -n 1)
    authority=$(printf '%s\n' "$said" | sed -n 's/^;; flags: \([a-z ]*\);.*/ \1 /p' | head -n 1)
    case $status in
      '')
        dead="$dead $1#$2"
        printf 'error the DNS server %s did not answer on port %s\n' "$1" "$2" ;;
      NOERROR | NXDOMAIN)
        case $authority in
          *' aa '*)
            printf 'status %s\n' "$status"
            printf '%s\n' "$said" | awk -v name="$4" -v type="$5" '
              $1 !~ /^;/ && tolower($1) == name && $3 == "IN" && $4 == type {
                ttl = $2; sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, ""); print "record " ttl " " $0 }' | sort ;;
          *) printf 'error the DNS server %s does not serve the zone %s itself\n' "$1" "$3" ;;
        esac ;;
      *) printf 'error the DNS server %s answers %s for the zone %s\n' "$1" "$status" "$3" ;;
    esac
  fi
  end
  shift 6
done`,
}
