/** Why a service differs although nobody touched its own declaration: the nearest services that were touched. Pure. */
import type { Address } from '../base/address.ts'
import { type Graph, producersOf } from '../engine/graph/graph.ts'
import type { Cause, ServiceDiff } from './difference.ts'

/** The same differences, each with what it follows from. */
export function causesOf(diffs: readonly ServiceDiff[], base: Graph, head: Graph): readonly ServiceDiff[] {
  const byAddress = new Map(diffs.map((diff) => [diff.address, diff]))
  const nowOf = new Map(diffs.flatMap((diff) => (diff.was ? [[diff.was, diff.address] as const] : [])))
  const diffAt = (address: Address): ServiceDiff | undefined => byAddress.get(nowOf.get(address) ?? address)
  return diffs.map((diff) => {
    const because = diff.derivedBy ? byMaker(diff.derivedBy, diffAt) : diff.change === 'touched' ? byLinks(diff) : []
    return because.length > 0 ? { ...diff, because } : diff
  })

  /** Who is linked to, nearest first: a change is passed on from producer to consumer. */
  function byLinks({ address, was }: ServiceDiff): readonly Cause[] {
    const seen = new Set<Address>([address])
    let ring = needsOf(address, was)
    while (ring.length > 0) {
      const found = ring.flatMap((one) => {
        const diff = diffAt(one)
        return diff && diff.change !== 'touched' ? [causeOf(diff)] : []
      })
      if (found.length > 0) return found
      for (const one of ring) seen.add(one)
      ring = [...new Set(ring.flatMap((one) => needsOf(one, byAddress.get(one)?.was)))].filter((one) => !seen.has(one))
    }
    return []
  }

  function needsOf(address: Address, was: Address | undefined): readonly Address[] {
    const [before, after] = [base.services.get(was ?? address), head.services.get(address)]
    return [
      ...new Set(
        [before, after].flatMap((one) => (one ? [...producersOf(one), ...(one.derivedBy ? [one.derivedBy] : [])] : [])),
      ),
    ]
  }
}

function byMaker(maker: Address, diffAt: (address: Address) => ServiceDiff | undefined): readonly Cause[] {
  const diff = diffAt(maker)
  return diff ? [causeOf(diff)] : []
}

const causeOf = ({ address, change, fields }: ServiceDiff): Cause => ({
  address,
  change,
  fields: change === 'changed' || change === 'renamed' ? fields : [],
})
