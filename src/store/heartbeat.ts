/** Beats for a seat from a thread of its own, so that a busy main thread never looks like a dead process, and hears what is asked of it. */
import { Worker } from 'node:worker_threads'
import type { Driver } from './driver.ts'

/** A holder that has not beaten for this long is dead. */
export const DEAD_AFTER_MS = 15_000
export const BEAT_EVERY_MS = 2_000
/** How often it is read what others ask of the holder: one row of an index, without a lock. */
const LISTEN_EVERY_MS = 500

export interface HeartbeatOptions {
  readonly driver: Driver
  readonly file: string
  readonly seat: 'lease' | 'watch'
  readonly fence: number
  /** What to add to SQLite's own clock to get the store's clock. */
  readonly offsetMs: number
  /** Called at most once: the lease is someone else's by now, or can no longer be kept. */
  readonly onLost: (why: string) => void
  /** What another ays asks of the holder of the lease, as it wrote it down. */
  readonly onAsked: (text: string) => void
}

/** Starts the thread; it does not keep the process alive. The result stops it. */
export function startHeartbeat(options: HeartbeatOptions): () => Promise<void> {
  const { driver, file, seat, fence, offsetMs, onLost, onAsked } = options
  const worker = new Worker(PROGRAM, {
    eval: true,
    execArgv: [],
    workerData: {
      ...{ module: driver.module, file, seat, fence, offsetMs },
      ...{ everyMs: BEAT_EVERY_MS, listenMs: LISTEN_EVERY_MS, deadAfterMs: DEAD_AFTER_MS },
    },
  })
  let over = false
  const lost = (why: string): void => {
    if (over) return
    over = true
    onLost(why)
  }
  worker.unref()
  worker.on('message', ({ why, asked }: { readonly why?: string; readonly asked?: string }) => {
    if (why !== undefined) lost(why)
    else if (asked !== undefined && !over) onAsked(asked)
  })
  worker.on('error', (error: unknown) =>
    lost(`its heartbeat failed: ${error instanceof Error ? error.message : String(error)}`),
  )
  worker.on('exit', () => lost('its heartbeat stopped'))
  return async () => {
    over = true
    await worker.terminate()
  }
}

/**
 * The thread's program as constant text: a bundle needs no second file for it, and Node 20 no loader for TypeScript.
 * Time is SQLite's, in milliseconds. The row is only touched while it is still this lease's. Beats need not be on disk
 * at once (synchronous NORMAL): after a power cut the process is gone anyway.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { module: name, file, seat, fence, offsetMs, everyMs, listenMs, deadAfterMs } = workerData
process.emitWarning = () => {}
const Database = name === 'node:sqlite' ? require(name).DatabaseSync : require(name)
const db = new Database(file)
db.exec('PRAGMA busy_timeout = 5000')
db.exec('PRAGMA synchronous = NORMAL')
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
const clock = db.prepare('SELECT ' + NOW + ' AS now')
const beat = db.prepare('UPDATE ' + seat + ' SET heartbeat = ' + NOW + ' + ? WHERE held = 1 AND fence = ?')
let last = clock.get().now
const end = (why) => {
  clearInterval(timer)
  clearInterval(listening)
  parentPort.postMessage({ why })
}
const timer = setInterval(() => {
  try {
    if (Number(beat.run(offsetMs, fence).changes) === 0) return end('another run has taken it, or it was unlocked')
    last = clock.get().now
  } catch (error) {
    if (clock.get().now - last > deadAfterMs - 2 * everyMs) end('its heartbeat could not be written: ' + error.message)
  }
}, everyMs)
const asked = db.prepare('SELECT id, data FROM cancels WHERE fence = ? AND id > ? ORDER BY id')
let heard = 0
const listening = seat !== 'lease' ? undefined : setInterval(() => {
  try {
    for (const row of asked.all(fence, heard)) {
      heard = row.id
      parentPort.postMessage({ asked: row.data })
    }
  } catch {
    // Busy at this instant: it is read again in the next.
  }
}, listenMs)
`
