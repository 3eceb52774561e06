// A symbolic link and what it points to.
import type { Command, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { typeChange } from './changes.ts'
import { lookAt, type PathFound, parsePath } from './found.ts'
import { bringBack, forget, makeWay, takeOff } from './ground.ts'
import { checkedPath, checkedTarget } from './path.ts'

export interface WantedSymlink {
  readonly path: string
  readonly target: string
}

/** A symbolic link at `path` that holds `target`, which need not exist. */
export function symlink(path: string, target: string): AnyTask {
  const where = checkedPath(path)
  checkedTarget(target)
  return task(symlinkKind, `symlink:${where}`, { path: where, target })
}

export const symlinkKind: Kind<WantedSymlink, PathFound> = {
  name: 'symlink@1',
  look: (wanted) => lookAt(wanted.path, 'nothing'),
  parse: parsePath,
  bare: { type: 'absent' },

  compare(wanted, found) {
    if (found.type !== 'symlink') return [typeChange('symlink', found)]
    if (found.target === wanted.target) return []
    return [{ path: 'target', from: found.target, to: wanted.target, how: 'in place' }]
  },

  commands: (wanted, found) => [...makeWay(wanted.path, found), link(wanted)],
  settled: ({ path, target }) => ({ type: 'symlink', path, target }),
  asWanted: (found) => (found.type === 'symlink' ? { path: found.path, target: found.target } : undefined),

  remove(wanted, before, found) {
    if (before.type === 'absent') return [takeOff(wanted.path)]
    if (before.type === 'symlink' && found.type === 'symlink') return [link(before), forget(wanted.path)]
    return bringBack(wanted.path, before)
  },
}

/** A new link takes the old one's place in one step. */
const link = ({ path, target }: WantedSymlink): Command => ({
  title: `link ${path} to ${target}`,
  run: {
    script: 'rm -f "$1.ays-new" && ln -s -- "$2" "$1.ays-new" && mv -fT -- "$1.ays-new" "$1"',
    args: [path, target],
  },
})
