/** What ends a run before its time: its own Ctrl-C, and what another ays asks of it through the store. */
import type { Stops } from '../actors/run-input.ts'
import type { Address } from '../base/address.ts'
import type { CancelRequest, Lease } from '../store/store.ts'
import type { ApplyOptions } from './contract.ts'

interface Switch {
  readonly finish: AbortController
  readonly now: AbortController
  by: string | undefined
}

export interface Interruption {
  readonly stops: Stops
  stopsOf(service: Address): Stops
}

/** `endJobs` ends what runs of these services on their nodes; what of the whole run is ended goes by `endNow`. */
export function followCancels(
  lease: Pick<Lease, 'lost' | 'onCancel'>,
  options: Pick<ApplyOptions, 'signal' | 'endNow' | 'onProgress'>,
  endJobs: (services: readonly Address[]) => void,
): Interruption {
  const whole = newSwitch()
  const services = new Map<Address, { readonly own: Switch; readonly stops: Stops }>()
  const anyone = { by: undefined as string | undefined }
  const stops: Stops = {
    signal: AbortSignal.any([whole.finish.signal, lease.lost, ...(options.signal ? [options.signal] : [])]),
    endNow: AbortSignal.any([whole.now.signal, ...(options.endNow ? [options.endNow] : [])]),
    by: () => whole.by ?? anyone.by,
  }

  function of(service: Address): { readonly own: Switch; readonly stops: Stops } {
    const known = services.get(service)
    if (known) return known
    const own = newSwitch()
    const made = {
      own,
      stops: {
        signal: AbortSignal.any([stops.signal, own.finish.signal]),
        endNow: AbortSignal.any([stops.endNow, own.now.signal]),
        by: () => own.by ?? whole.by,
      },
    }
    services.set(service, made)
    return made
  }

  lease.onCancel(({ how, who, services: named }) => {
    options.onProgress?.({ type: 'cancelled', by: who, how, ...(named ? { services: named } : {}) })
    anyone.by ??= who
    for (const one of named?.map((service) => of(service).own) ?? [whole]) turn(one, how, who)
    if (named && how === 'now') endJobs(named)
  })
  return { stops, stopsOf: (service) => of(service).stops }
}

const newSwitch = (): Switch => ({ finish: new AbortController(), now: new AbortController(), by: undefined })

function turn(one: Switch, how: CancelRequest['how'], who: string): void {
  one.by ??= who
  const reason = new Error(`cancelled by ${who}`)
  one.finish.abort(reason)
  if (how === 'now') one.now.abort(reason)
}
