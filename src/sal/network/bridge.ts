// Bridges: a device, its addresses and its ports, set live by `ip` and again at boot.
import type { Effect, FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { decoded, firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { readCidr, readDevice } from './address-text.ts'
import { DROP_ADDRESS } from './drop-address.ts'
import { batchPath, LOOK_PERSISTED, type Persisted, persist, unpersist } from './persist.ts'

export interface BridgeWanted {
  readonly name: string
  readonly addresses: readonly string[]
  readonly ports: readonly string[]
  /** Absent: whatever the kernel chose. */
  readonly mac?: string
}

export interface BridgeFound extends Persisted {
  /** `other`: a device of that name which is no bridge. */
  readonly state: 'absent' | 'bridge' | 'other'
  readonly name?: string
  readonly up: boolean
  readonly mac?: string
  /** Without link-local ones, which the kernel makes itself. */
  readonly addresses: readonly string[]
  readonly ports: readonly string[]
  /** Devices among bridge and ports over which the default route or ays itself comes, and why that matters. */
  readonly carries: Readonly<Record<string, string>>
}

/** A bridge that is up, with exactly these addresses and at least these ports (others, such as taps of vms, may come and go). */
export function bridge(
  name: string,
  options: { readonly addresses?: readonly string[]; readonly ports?: readonly string[]; readonly mac?: string } = {},
): AnyTask {
  const wanted: BridgeWanted = {
    name: readDevice(name),
    addresses: [...new Set((options.addresses ?? []).map(readCidr))].sort(),
    ports: [...new Set((options.ports ?? []).map(readDevice))].sort(),
    ...(options.mac ? { mac: options.mac.toLowerCase() } : {}),
  }
  return task(bridgeKind, `bridge:${name}`, wanted)
}

export const bridgeKind: Kind<BridgeWanted, BridgeFound> = {
  name: 'network.bridge@1',
  look: (wanted) => ({
    program: LOOK,
    args: [wanted.name, batchPath(10, wanted.name), String(wanted.ports.length), ...wanted.ports],
  }),
  parse(answer) {
    const fields = readFields(answer)
    const state = firstOf(fields, 'state')
    if (state !== 'absent' && state !== 'bridge' && state !== 'other') return unknownFinding('bridge', fields)
    const mac = firstOf(fields, 'mac')
    const name = firstOf(fields, 'name')
    const found: BridgeFound = {
      state,
      ...(state === 'bridge' && name ? { name } : {}),
      up: firstOf(fields, 'up') === 'yes',
      ...(mac ? { mac } : {}),
      addresses: [...(fields.get('address') ?? [])].sort(),
      ports: [...(fields.get('port') ?? [])].sort(),
      carries: Object.fromEntries((fields.get('over') ?? []).flatMap(overOf)),
      batch: decoded(firstOf(fields, 'batch')) ?? null,
      boot: firstOf(fields, 'boot') === 'yes',
    }
    return { state: 'seen', found }
  },
  bare: { state: 'absent', up: false, addresses: [], ports: [], carries: {}, batch: null, boot: false },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    const change = (path: string, from: FieldChange['from'], to: FieldChange['to']): void => {
      changes.push({ path, from, to, how: 'in place' })
    }
    if (found.state !== 'bridge') {
      change('', found.state === 'other' ? 'another device' : undefined, wanted.name)
    } else {
      if (!found.up) change('up', false, true)
      if (wanted.mac !== undefined && found.mac !== wanted.mac) change('mac', found.mac, wanted.mac)
      if (found.addresses.join() !== wanted.addresses.join()) change('addresses', found.addresses, wanted.addresses)
      if (missing(wanted, found).length > 0) change('ports', found.ports, wanted.ports)
    }
    if (found.batch !== batchOf(wanted) || !found.boot) change('boot', found.batch ?? undefined, batchOf(wanted))
    return changes
  },
  commands(wanted, found) {
    const changed = bridgeKind.compare(wanted, found)
    const live = changed.some(({ path }) => path !== 'boot')
    const effects = cuts(wanted, found)
    const gone = found.state === 'bridge' ? found.addresses.filter((one) => !wanted.addresses.includes(one)) : []
    const args = [wanted.name, wanted.mac ?? '', lines(wanted.addresses), lines(gone), lines(missing(wanted, found))]
    return [
      ...(live
        ? [
            {
              title: `bring up bridge ${wanted.name}`,
              run: { script: SET, args },
              ...(effects.length > 0 ? { effects } : {}),
            },
          ]
        : []),
      ...(changed.some(({ path }) => path === 'boot') ? [persist(batchPath(10, wanted.name), batchOf(wanted))] : []),
    ]
  },
  settled: (wanted, found) => ({
    state: 'bridge',
    name: wanted.name,
    up: true,
    ...(wanted.mac !== undefined ? { mac: wanted.mac } : found.mac !== undefined ? { mac: found.mac } : {}),
    addresses: wanted.addresses,
    ports: [...new Set([...(found.state === 'bridge' ? found.ports : []), ...wanted.ports])].sort(),
    carries: found.carries,
    batch: batchOf(wanted),
    boot: true,
  }),
  asWanted(found) {
    const { name, mac } = found
    if (found.state !== 'bridge' || name === undefined || !found.up || !found.boot) return undefined
    // The batch file says whether the mac was chosen; only what ays persisted has a way back.
    const wanted: BridgeWanted = { name, addresses: found.addresses, ports: found.ports, ...(mac ? { mac } : {}) }
    const free: BridgeWanted = { name, addresses: found.addresses, ports: found.ports }
    return [wanted, free].find((one) => batchOf(one) === found.batch)
  },
  remove(wanted, before, found) {
    const effects = cuts(wanted, found)
    const cut = effects.length > 0 ? { effects } : {}
    const path = batchPath(10, wanted.name)
    const file = before.batch === found.batch && before.boot === found.boot ? [] : [unpersist(path, before)]
    if (before.state === 'absent') {
      return [{ title: `delete bridge ${wanted.name}`, run: { script: DELETE, args: [wanted.name] }, ...cut }, ...file]
    }
    const gone = found.addresses.filter((one) => !before.addresses.includes(one))
    const out = found.ports.filter((one) => wanted.ports.includes(one) && !before.ports.includes(one))
    const args = [
      wanted.name,
      before.mac ?? '',
      lines(before.addresses),
      lines(gone),
      '',
      lines(out),
      before.up ? '' : 'down',
    ]
    return [{ title: `put bridge ${wanted.name} back as it was`, run: { script: SET, args }, ...cut }, ...file]
  },
}

const LOOK: Program = {
  name: 'network_bridge_1',
  text: `${LOOK_PERSISTED}${sh`
while [ $# -gt 0 ]; do
  name=$1 batch=$2 n=$3; shift 3
  if ! command -v ip >/dev/null; then echo 'error this node has no ip command (iproute2)'; shift "$n"; end; continue; fi
  link=$(ip -o link show dev "$name" 2>/dev/null)
  if [ -z "$link" ]; then echo 'state absent'
  elif [ -z "$(ip -o link show dev "$name" type bridge 2>/dev/null)" ]; then echo 'state other'
  else
    echo 'state bridge'
    echo "name $name"
    case \${link%%>*} in *'<UP'*|*,UP*) echo 'up yes';; esac
    case $link in *link/ether*) mac=\${link##*link/ether }; echo "mac \${mac%% *}";; esac
    ip -o addr show dev "$name" | awk '{ for (i = 5; i < NF; i++) if ($i == "scope" && $(i + 1) == "link") next; print "address", $4 }' | sort
    ip -o link show master "$name" | awk '{ sub(/[@:].*/, "", $2); print "port", $2 }' | sort
  fi
  set -- "$name" "$@"
  over= left=$((n + 1))
  while [ "$left" -gt 0 ]; do
    why=$(net_carries "$1")
    [ -z "$why" ] || echo "over $1 $why"
    left=$((left - 1)); shift
  done
  net_persisted "$batch"
  end
done`}`,
}

/** $1 name, $2 mac or '', $3 addresses, $4 addresses to drop, $5 ports, $6 ports to drop, $7 down or ''. Lists are lines. */
const SET = `set -e${DROP_ADDRESS}${sh`
if [ -z "$(ip -o link show dev "$1" 2>/dev/null)" ]; then ip link add name "$1" type bridge; fi
if [ -z "$(ip -o link show dev "$1" type bridge)" ]; then echo "$1 is there and is no bridge" >&2; exit 1; fi
[ -z "$2" ] || ip link set dev "$1" address "$2"
for one in $3; do ip addr replace "$one" dev "$1"; done
for one in $4; do drop_address "$one" "$1"; done
for one in $5; do ip link set dev "$one" master "$1"; ip link set dev "$one" up; done
for one in $6; do ip link set dev "$one" nomaster; done
if [ "$7" = down ]; then ip link set dev "$1" down; else ip link set dev "$1" up; fi`}`

/** Ports go back to being devices of their own. */
const DELETE = sh`[ -z "$(ip -o link show dev "$1" type bridge 2>/dev/null)" ] || ip link del dev "$1" type bridge`

function batchOf({ name, addresses, ports, mac }: BridgeWanted): string {
  return [
    `link add name ${name} type bridge`,
    ...(mac === undefined ? [] : [`link set dev ${name} address ${mac}`]),
    ...addresses.map((one) => `addr replace ${one} dev ${name}`),
    ...ports.flatMap((port) => [`link set dev ${port} master ${name}`, `link set dev ${port} up`]),
    `link set dev ${name} up`,
    '',
  ].join('\n')
}

/** `eth0 carries the default route` as a pair; anything else is nothing. */
function overOf(line: string): [string, string][] {
  const found = /^(\S+) carries (.+)$/.exec(line)
  return found?.[1] && found[2] ? [[found[1], found[2]]] : []
}

const missing = (wanted: BridgeWanted, found: BridgeFound): string[] =>
  wanted.ports.filter((port) => found.state !== 'bridge' || !found.ports.includes(port))

const lines = (values: readonly string[]): string => values.join('\n')

const cuts = (wanted: BridgeWanted, found: BridgeFound): Effect[] =>
  [wanted.name, ...wanted.ports]
    .filter((device) => Object.hasOwn(found.carries, device))
    .map((device) => ({ kind: 'network-cut', what: `${device}, which carries ${found.carries[device]}` }))
