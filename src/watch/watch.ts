/** The engine kept running: looks at what is due, puts right what it may, runs what recurs, and tells what is new. */
import { type Clock, systemClock } from '../base/clock.ts'
import { digestOf } from '../base/json.ts'
import { ProblemsError, problemLine } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import type { Seat } from '../store/store.ts'
import { Roads } from '../workspace/roads.ts'
import type { Workspace } from '../workspace.ts'
import type { WatchEvent, WatchNote } from './events.ts'
import { Looking } from './looking.ts'
import { AGAIN_MS, type Loop, type Opened } from './opened.ts'
import { Reading } from './reading.ts'
import { Sleeper } from './sleeper.ts'
import { Turns } from './turns.ts'

export interface WatchOptions {
  /** Opens the workspace as its files are now; called again when they change. The roads outlive it. */
  open(roads: Roads): Promise<Workspace>
  onEvent(event: WatchEvent): void
  readonly clock?: Clock
  /** Spreads the first runs of recurring actions. */
  readonly random?: Random
  /** One round: everything is looked at and put right once. */
  readonly once?: boolean
  /** It goes to sleep, while so many things run beside it: a simulated clock moves on when there are none. */
  readonly onSleep?: (running: number) => void
  /** Aborted: nothing new starts; the watch ends when what runs has ended. */
  readonly signal: AbortSignal
  /** Aborted: what runs is ended. */
  readonly endNow: AbortSignal
}

/** Webhooks that are not told by then are left when the watch ends. */
const LAST_WORDS_MS = 5_000

/** Resolves when it was stopped, or with `once` after one round: true when everything is as declared. Throws what is wrong at the start. */
export async function watch(options: WatchOptions): Promise<boolean> {
  const clock = options.clock ?? systemClock
  const { signal, endNow, once = false, onSleep } = options
  const sleeper = new Sleeper(clock)
  const tasks = new Set<Promise<void>>()
  const toldProblems = new Map<string, string>()
  let opened: Opened | undefined
  let broken: unknown

  const tell = (note: WatchNote): void => {
    const event = { at: clock.now(), ...note } as WatchEvent // a note is an event without its time
    options.onEvent(event)
    opened?.hooks.tell(event)
  }
  const loop: Loop = {
    clock,
    signal,
    endNow,
    tell,
    wake: () => sleeper.wake(),
    isActing: () => turns.isActing,
    begin(work) {
      const task = work()
        .catch((error: unknown) => {
          // What a person can mend is told; anything else is a bug, and ends the watch.
          if (error instanceof ProblemsError) loop.tellProblems('work', error.problems)
          else broken ??= error
        })
        .finally(() => {
          tasks.delete(task)
          sleeper.wake()
        })
      tasks.add(task)
    },
    tellProblems(sort, problems) {
      const digest = digestOf(problems.map(problemLine))
      const isNew = problems.length > 0 && toldProblems.get(sort) !== digest
      toldProblems.set(sort, digest)
      // Webhooks are not told that they cannot be told.
      if (isNew && sort === 'hooks') options.onEvent({ at: clock.now(), type: 'problem', problems })
      else if (isNew) tell({ type: 'problem', problems })
    },
  }
  const roads = new Roads()
  const looking = new Looking(loop)
  const turns = new Turns(loop)
  const reading = new Reading(loop, {
    open: (given) => options.open(given),
    roads,
    random: options.random,
    followsGit: !once,
    onOpened: (next) => {
      opened = next
      looking.follow(next)
    },
  })

  /** Begins what is due, and gives the instant of what is next; `idle`: nothing runs and nothing is due. */
  async function tick(before: Opened): Promise<number | 'idle'> {
    const current = await reading.refresh(before)
    if (tasks.size === 0) await reading.closeRetired()
    looking.begin(current, turns.acted)
    turns.enqueue(current)
    if (!looking.isWholeDue) looking.spoil(turns.begin(current))
    const now = clock.now()
    if (once && tasks.size === 0 && !looking.isWholeDue && !turns.hasWork(current, now)) return 'idle'
    // What is due already and was not begun waits for the end of something, which wakes the watch.
    return Math.min(reading.next(), looking.next(now), turns.next(current, now))
  }

  async function tryTick(before: Opened): Promise<number | 'idle'> {
    try {
      return await tick(before)
    } catch (error) {
      if (!(error instanceof ProblemsError) || once) throw error
      loop.tellProblems('work', error.problems)
      return clock.now() + AGAIN_MS
    }
  }

  const stop = (): void => sleeper.wake()
  signal.addEventListener('abort', stop)
  let seat: Seat | undefined
  try {
    const first = await reading.start()
    const taken = await first.workspace.takeWatch()
    seat = taken
    taken.lost.addEventListener('abort', () => {
      broken ??= taken.lost.reason
      sleeper.wake()
    })
    const nodes = new Set([...first.services.values()].map((service) => service.node)).size
    tell({ type: 'started', services: first.services.size, nodes, apply: first.watching.settings.apply })
    while (!signal.aborted && broken === undefined) {
      const next = await tryTick(opened ?? first)
      if (next === 'idle') break
      onSleep?.(tasks.size)
      await sleeper.sleepUntil(next)
    }
    if (signal.aborted) tell({ type: 'stopping' })
    while (tasks.size > 0) await Promise.all(tasks)
    if (broken !== undefined) throw broken
    const { hooks, known } = opened ?? first
    const until = clock.now() + LAST_WORDS_MS
    while (!hooks.idle && clock.now() < until) await sleeper.sleepUntil(until)
    return known.allWell()
  } finally {
    signal.removeEventListener('abort', stop)
    opened?.hooks.stop()
    while (tasks.size > 0) await Promise.all(tasks)
    await seat?.release()
    await reading.close()
    await roads.close()
  }
}
