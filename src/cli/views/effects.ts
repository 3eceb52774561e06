/** What a command can hurt, in words. */
import type { Effect } from '../../engine/kind.ts'
import { oneLine } from './plain-text.ts'

/** `restarts ays-engine-cache`, `DESTROYS DATA in /srv/data`. */
export function effectWords({ kind, what }: Effect): string {
  const name = oneLine(what)
  switch (kind) {
    case 'data-loss':
      return `DESTROYS DATA in ${name}`
    case 'restart':
      return `restarts ${name}`
    case 'reboot':
      return `reboots ${name}`
    case 'network-cut':
      return `cuts the network of ${name}`
    case 'exposure':
      return `opens ${name} to others`
    case 'lockout':
      return `may lock you out of ${name}`
  }
}

/** Each effect once, the worst first. */
export function worstFirst(effects: readonly Effect[]): Effect[] {
  const once = new Map(effects.map((effect) => [`${effect.kind} ${effect.what}`, effect]))
  return [...once.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

const order: readonly Effect['kind'][] = ['data-loss', 'lockout', 'network-cut', 'reboot', 'exposure', 'restart']
