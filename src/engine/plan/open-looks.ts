/** Looks at things of which something is known only after apply. */
import { holdsPlaceholder } from '../../base/later.ts'
import type { PlacedTask } from '../task.ts'

/** Whether the look itself would hold what is not known: then there is nothing to ask yet. */
export function asksPlaceholders({ kind, wanted, later }: Pick<PlacedTask, 'kind' | 'wanted' | 'later'>): boolean {
  if (!later) return false
  const [a, b] = [kind.look(wanted).args, kind.look(later.other).args]
  if (a.length !== b.length) return true
  // A digest of what is not known gives nothing away and finds out what is there; every other difference is a stand-in.
  return a.some((arg, i) => holdsPlaceholder(arg) || (arg !== b[i] && !DIGEST.test(arg)))
}

const DIGEST = /^[0-9a-f]{64}$/
