/** The other process of the store tests, bundled by them as ays is. argv: what to do, the state folder, a count. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { job, me, run } from './worlds.ts'

const [what, dir = '', count = '0'] = process.argv.slice(2)
const store = openStore({ dir, clock: systemClock, create: true })
const say = (line: string): void => void writeSync(1, `${line}\n`)

/** Takes and gives the lease `count` times; says each fence while it holds it, and stops if another holds it too. */
async function race(): Promise<void> {
  const mark = join(dir, 'held')
  for (let won = 0; won < Number(count); ) {
    const lease = await store.acquire(me)
    if ('heldBy' in lease) {
      await systemClock.sleep(1)
      continue
    }
    closeSync(openSync(mark, 'wx'))
    store.commit([{ put: 'event', event: { at: 0, run: undefined, what: String(lease.fence) } }])
    rmSync(mark)
    await lease.release()
    won++
  }
}

/** Commits until it is killed; says each commit's number once it is done. */
async function write(): Promise<void> {
  await store.acquire(me)
  for (let n = store.nextRun(); ; n = store.nextRun()) {
    store.commit([
      { put: 'run', run: run(n) },
      ...[1, 2, 3].map((i) => ({ put: 'job', job: job(`${n}-${i}`, 'running', n) }) as const),
    ])
    say(String(n))
  }
}

/** Holds the lease until it is ended, and says when it is lost. */
async function hold(): Promise<void> {
  const lease = await store.acquire(me)
  if ('heldBy' in lease) throw new Error('held')
  lease.lost.addEventListener('abort', () => {
    say('lost')
    process.exit(0)
  })
  say(String(lease.fence))
  await systemClock.sleep(60_000)
}

if (what === 'race') await race()
if (what === 'write') await write()
if (what === 'hold') await hold()
store.close()
