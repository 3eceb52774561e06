// One address on one device.
import type { FieldChange, Kind, Program } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { decoded, firstOf, readFields, unknownFinding } from '../finding.ts'
import { sh } from '../sh.ts'
import { readCidr, readDevice } from './address-text.ts'
import { DROP_ADDRESS } from './drop-address.ts'
import { batchPath, LOOK_PERSISTED, type Persisted, persist, unpersist } from './persist.ts'

export interface AddressWanted {
  readonly device: string
  /** Canonical: `10.0.0.1/24`. */
  readonly cidr: string
}

export interface AddressFound extends Persisted {
  readonly device?: string
  /** The address with the length it has there; null is absent. */
  readonly cidr: string | null
  /** What comes over the device: `the default route`. */
  readonly carries: string | null
}

/** The device has this address, now and after a boot. */
export function address(device: string, cidr: string): AnyTask {
  const wanted = { device: readDevice(device), cidr: readCidr(cidr) }
  return task(addressKind, `address:${device}:${wanted.cidr.replace(/\/.*/, '')}`, wanted)
}

export const addressKind: Kind<AddressWanted, AddressFound> = {
  name: 'network.address@1',
  look: (wanted) => ({ program: LOOK, args: [wanted.device, plainOf(wanted.cidr), pathOf(wanted)] }),
  parse(answer) {
    const fields = readFields(answer)
    if (!fields.has('device')) return unknownFinding('address', fields)
    const cidr = firstOf(fields, 'address') || null
    const device = firstOf(fields, 'device')
    const found: AddressFound = {
      ...(cidr !== null && device ? { device } : {}),
      cidr,
      carries: firstOf(fields, 'carries') || null,
      batch: decoded(firstOf(fields, 'batch')) ?? null,
      boot: firstOf(fields, 'boot') === 'yes',
    }
    return { state: 'seen', found }
  },
  bare: { cidr: null, carries: null, batch: null, boot: false },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    if (found.cidr !== wanted.cidr) {
      changes.push({ path: '', from: found.cidr ?? undefined, to: wanted.cidr, how: 'in place' })
    }
    if (found.batch !== batchOf(wanted) || !found.boot) {
      changes.push({ path: 'boot', from: found.batch ?? undefined, to: batchOf(wanted), how: 'in place' })
    }
    return changes
  },
  commands(wanted, found) {
    const live =
      found.cidr === wanted.cidr ? [] : [set(`give ${wanted.device} ${wanted.cidr}`, wanted.device, wanted.cidr, found)]
    const boot = found.batch === batchOf(wanted) && found.boot ? [] : [persist(pathOf(wanted), batchOf(wanted))]
    return [...live, ...boot]
  },
  settled: (wanted, found) => ({
    device: wanted.device,
    cidr: wanted.cidr,
    carries: found.carries,
    batch: batchOf(wanted),
    boot: true,
  }),
  asWanted({ device, cidr, batch, boot }) {
    if (device === undefined || cidr === null || !boot || batch !== batchOf({ device, cidr })) return undefined
    return { device, cidr }
  },
  remove(wanted, before, found) {
    const title =
      before.cidr === null ? `take ${wanted.cidr} off ${wanted.device}` : `give ${wanted.device} ${before.cidr} again`
    const live = before.cidr === found.cidr ? [] : [set(title, wanted.device, before.cidr ?? '', found)]
    const same = before.batch === found.batch && before.boot === found.boot
    return same ? live : [...live, unpersist(pathOf(wanted), before)]
  },
}

const LOOK: Program = {
  name: 'network_address_1',
  text: `${LOOK_PERSISTED}${sh`
while [ $# -gt 0 ]; do
  if command -v ip >/dev/null; then
    echo "device $1"
    ip -o addr show dev "$1" to "$2" 2>/dev/null | awk 'NR == 1 { print "address", ($4 ~ /\// ? $4 : $4 "/" ($3 == "inet" ? 32 : 128)) }'
    net_carries "$1"
    net_persisted "$3"
  else echo 'error this node has no ip command (iproute2)'
  fi
  end
  shift 3
done`}`,
}

/** $1 device, $2 address to give or '', $3 address to take or ''. */
const SET = `set -e${DROP_ADDRESS}${sh`
[ -z "$3" ] || drop_address "$3" "$1"
[ -z "$2" ] || ip addr replace "$2" dev "$1"`}`

const set = (title: string, device: string, to: string, found: AddressFound) => ({
  title,
  run: { script: SET, args: [device, to, found.cidr ?? ''] },
  ...(found.carries === null
    ? {}
    : { effects: [{ kind: 'network-cut' as const, what: `${device}, which carries ${found.carries}` }] }),
})

const plainOf = (cidr: string): string => cidr.replace(/\/.*/, '')
const pathOf = ({ device, cidr }: AddressWanted): string => batchPath(20, `${device}-${plainOf(cidr)}`)
const batchOf = ({ device, cidr }: AddressWanted): string => `addr replace ${cidr} dev ${device}\n`
