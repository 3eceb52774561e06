/** Up to four lanes to one node: opened when needed, handed out one script at a time, replaced when lost. */
import type { Lane } from './lane.ts'

export interface LanePool {
  /** Waits for a free lane. Throws what opening threw, or the signal's reason. */
  take(signal?: AbortSignal): Promise<Lane>
  give(lane: Lane): void
  readonly lanes: ReadonlySet<Lane>
  close(): void
}

/** sshd's MaxSessions is 10 by default; four leave room for a person's own. */
export const LANES_MAX = 4

export function lanePool(open: (signal?: AbortSignal) => Promise<Lane>): LanePool {
  const lanes = new Set<Lane>()
  const idle: Lane[] = []
  const waiting: (() => void)[] = []
  let opening: Promise<unknown> = Promise.resolve()
  let openingCount = 0
  let closed = false

  /** One after the other: the first ssh makes the master that the next ones share. */
  async function openNext(signal?: AbortSignal): Promise<Lane> {
    openingCount++
    const mine = opening.then(() => open(signal))
    opening = mine.catch(() => undefined)
    try {
      const lane = await mine
      if (closed) lane.close()
      else lanes.add(lane)
      return lane
    } finally {
      openingCount--
    }
  }

  function freeLane(): Lane | undefined {
    for (;;) {
      const lane = idle.pop()
      if (!lane) return undefined
      if (lane.usable) return lane
      lanes.delete(lane)
    }
  }

  return {
    lanes,
    async take(signal) {
      for (;;) {
        signal?.throwIfAborted()
        if (closed) throw new Error('The transport is closed.')
        const lane = freeLane()
        if (lane) return lane
        if (lanes.size + openingCount < LANES_MAX) {
          try {
            return await openNext(signal)
          } catch (error) {
            waiting.shift()?.()
            throw error
          }
        }
        await turn(waiting, signal)
      }
    },
    give(lane) {
      if (lane.usable && !closed) idle.push(lane)
      else lanes.delete(lane)
      waiting.shift()?.()
    },
    close() {
      closed = true
      for (const lane of lanes) lane.close()
      lanes.clear()
      for (const wake of waiting.splice(0)) wake()
    },
  }
}

/** Resolves when a lane was given back; rejects when the signal aborts. */
function turn(waiting: (() => void)[], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const at = waiting.indexOf(wake)
      if (at >= 0) waiting.splice(at, 1)
      reject(signal?.reason)
    }
    const wake = (): void => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }
    waiting.push(wake)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
