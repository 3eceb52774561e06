/** Which jobs may start, and what an outcome means for the rest. No barriers: a job starts when what it waits for is done. */
import type { Work } from '../plan/world.ts'

export type End = 'ok' | 'error' | 'skipped' | 'cancelled'

export interface Readiness {
  /** Ready at the start. */
  readonly first: readonly string[]
  /** Tells an end; gives what became ready and what will never start, with the job that is to blame. */
  settle(
    key: string,
    end: End,
  ): {
    readonly ready: readonly string[]
    readonly skipped: readonly { readonly key: string; readonly because: string }[]
  }
}

/** Linear in jobs and edges. `after` edges skip their dependants on error; `behind` edges only wait. */
export function trackReadiness(works: readonly Pick<Work, 'key' | 'after' | 'behind'>[]): Readiness {
  const keys = new Set(works.map((work) => work.key))
  const waiting = new Map<string, number>()
  const dependants = new Map<string, { key: string; hard: boolean }[]>()
  const ended = new Set<string>()
  for (const work of works) {
    const hard = new Set(work.after.filter((key) => keys.has(key)))
    const soft = new Set(work.behind.filter((key) => keys.has(key) && !hard.has(key)))
    waiting.set(work.key, hard.size + soft.size)
    for (const key of hard) add(key, { key: work.key, hard: true })
    for (const key of soft) add(key, { key: work.key, hard: false })
  }
  function add(key: string, dependant: { key: string; hard: boolean }): void {
    const list = dependants.get(key)
    if (list) list.push(dependant)
    else dependants.set(key, [dependant])
  }
  return {
    first: works.filter((work) => waiting.get(work.key) === 0).map((work) => work.key),
    settle(key, end) {
      const ready: string[] = []
      const skipped: { key: string; because: string }[] = []
      const queue: { key: string; end: End; because: string }[] = [{ key, end, because: key }]
      ended.add(key)
      for (let next = queue.shift(); next; next = queue.shift()) {
        for (const dependant of dependants.get(next.key) ?? []) {
          if (ended.has(dependant.key)) continue
          if (dependant.hard && next.end !== 'ok') {
            ended.add(dependant.key)
            skipped.push({ key: dependant.key, because: next.because })
            queue.push({ key: dependant.key, end: 'skipped', because: next.because })
            continue
          }
          const left = (waiting.get(dependant.key) ?? 1) - 1
          waiting.set(dependant.key, left)
          if (left === 0) ready.push(dependant.key)
        }
      }
      return { ready, skipped }
    },
  }
}
