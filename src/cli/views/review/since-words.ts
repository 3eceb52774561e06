/** What moved since the last plan, in a sentence. */
import type { Since } from '../../../engine/plan/since.ts'
import { code, joined, listed, type Words } from './words.ts'

/** What moved since the last plan of the same pull request, never folded. */
export function sinceWords({ hash, same, added, gone, changed }: Since): Words {
  const before: Words = ['Since the last plan (', code(hash.slice(0, 12)), '): ']
  const parts: Words[] = [
    ...(added.length > 0 ? [['new ', ...listed(added, 5)]] : []),
    ...(gone.length > 0 ? [['no longer ', ...listed(gone, 5)]] : []),
    ...(changed.length > 0
      ? [
          [
            'otherwise ',
            ...joined(
              changed
                .slice(0, 5)
                .map(({ address, from, to }) => [code(address), from === to ? '' : ` (${from} → ${to})`]),
              ', ',
            ),
            changed.length > 5 ? ` and ${changed.length - 5} more` : '',
          ],
        ]
      : []),
  ]
  const words: Words =
    parts.length > 0
      ? joined(parts, '; ')
      : [same ? 'the same plan, nothing moved' : 'the same services and changes; only what it holds for moved']
  return [...before, ...words, '.']
}
