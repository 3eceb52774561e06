/** Which service of a plan a problem is about. */
import type { Address } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'

/** Refusals of a plan begin with their service. undefined: it is about none of these. */
export function ownerOf({ message }: Problem, services: ReadonlySet<string>): Address | undefined {
  for (let end = message.indexOf(' '); end > 0; end = message.indexOf(' ', end + 1)) {
    const name = message.slice(0, end).replace(/:$/, '')
    if (services.has(name)) return name as Address // one of those given
    if (end > LONGEST) break
  }
  return undefined
}

const LONGEST = 300
