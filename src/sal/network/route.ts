// One route of the main table.
import type { FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { decoded, firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { readCidr, readDevice, tryReadAddress } from './address-text.ts'
import { batchPath, LOOK_PERSISTED, type Persisted, persist, unpersist } from './persist.ts'

export interface RouteWanted {
  /** `default`, or canonical: `10.9.0.0/16`. */
  readonly to: string
  /** The next hop; '' sends straight out of the device. */
  readonly via: string
  readonly device: string
}

export interface RouteFound extends Persisted {
  readonly to?: string
  readonly via: string | null
  readonly device: string | null
  readonly carries: string | null
}

/** What goes to `to` leaves by `via` over `device`, now and after a boot. `to` may be `default`; `via` may be ''. */
export function route(to: string, via: string, device: string): AnyTask {
  const hop = via === '' ? '' : tryReadAddress(via)
  if (hop === undefined) throw new TypeError(`${via} is no address of a next hop.`)
  const wanted = { to: to === 'default' ? to : readCidr(to), via: hop, device: readDevice(device) }
  return task(routeKind, `route:${wanted.to}`, wanted)
}

export const routeKind: Kind<RouteWanted, RouteFound> = {
  name: 'network.route@1',
  look: (wanted) => ({ program: LOOK, args: [wanted.to, wanted.device, familyOf(wanted), pathOf(wanted)] }),
  parse(answer) {
    const fields = readFields(answer)
    const to = firstOf(fields, 'to')
    if (!to) return unknownFinding('route', fields)
    const device = firstOf(fields, 'device') || null
    const found: RouteFound = {
      ...(device === null ? {} : { to }),
      via: device === null ? null : (firstOf(fields, 'via') ?? ''),
      device,
      carries: firstOf(fields, 'carries') || null,
      batch: decoded(firstOf(fields, 'batch')) ?? null,
      boot: firstOf(fields, 'boot') === 'yes',
    }
    return { state: 'seen', found }
  },
  bare: { via: null, device: null, carries: null, batch: null, boot: false },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    if (found.via !== wanted.via || found.device !== wanted.device) {
      changes.push({ path: '', from: shown(found), to: shown(wanted), how: 'in place' })
    }
    if (found.batch !== batchOf(wanted) || !found.boot) {
      changes.push({ path: 'boot', from: found.batch ?? undefined, to: batchOf(wanted), how: 'in place' })
    }
    return changes
  },
  commands(wanted, found) {
    const live = found.via === wanted.via && found.device === wanted.device ? [] : [set(wanted, wanted, found)]
    const boot = found.batch === batchOf(wanted) && found.boot ? [] : [persist(pathOf(wanted), batchOf(wanted))]
    return [...live, ...boot]
  },
  settled: (wanted, found) => ({ ...wanted, carries: found.carries, batch: batchOf(wanted), boot: true }),
  asWanted({ to, via, device, batch, boot }) {
    if (to === undefined || via === null || device === null || !boot) return undefined
    const wanted = { to, via, device }
    return batch === batchOf(wanted) ? wanted : undefined
  },
  remove(wanted, before, found) {
    const live = before.via === found.via && before.device === found.device ? [] : [set(wanted, before, found)]
    const same = before.batch === found.batch && before.boot === found.boot
    return same ? live : [...live, unpersist(pathOf(wanted), before)]
  },
}

const LOOK: Program = {
  name: 'network_route_1',
  text: `${LOOK_PERSISTED}${sh`
while [ $# -gt 0 ]; do
  if command -v ip >/dev/null; then
    echo "to $1"
    ip -o "$3" route show table main exact "$1" 2>/dev/null | awk 'NR == 1 {
      for (i = 1; i < NF; i++) { if ($i == "via") print "via", $(i + 1); if ($i == "dev") print "device", $(i + 1) } }'
    net_carries "$2"
    net_persisted "$4"
  else echo 'error this node has no ip command (iproute2)'
  fi
  end
  shift 4
done`}`,
}

/** $1 family, $2 to, $3 via or '', $4 device or '' to take the route away. */
const SET = sh`set -e
if [ -z "$4" ]; then ip "$1" route del "$2"
elif [ -n "$3" ]; then ip "$1" route replace "$2" via "$3" dev "$4"
else ip "$1" route replace "$2" dev "$4"
fi`

function set(
  route: RouteWanted,
  to: { readonly via: string | null; readonly device: string | null },
  found: RouteFound,
) {
  const touches = found.carries ?? (route.to === 'default' && found.device !== null ? 'the default route' : null)
  return {
    title: to.device === null ? `take the route to ${route.to} away` : `route ${route.to} ${shown(to)}`,
    run: { script: SET, args: [familyOf(route), route.to, to.via ?? '', to.device ?? ''] },
    ...(touches === null
      ? {}
      : { effects: [{ kind: 'network-cut' as const, what: `${route.device}, which carries ${touches}` }] }),
  }
}

function shown({ via, device }: { readonly via: string | null; readonly device: string | null }): string | undefined {
  if (device === null) return undefined
  return via ? `via ${via} over ${device}` : `over ${device}`
}

const familyOf = ({ to, via }: RouteWanted): string => (to.includes(':') || via.includes(':') ? '-6' : '-4')
const pathOf = (wanted: RouteWanted): string => batchPath(30, `${wanted.to.replace('/', '_')}${familyOf(wanted)}`)
const batchOf = ({ to, via, device }: RouteWanted): string =>
  `route replace ${to} ${via === '' ? '' : `via ${via} `}dev ${device}\n`
