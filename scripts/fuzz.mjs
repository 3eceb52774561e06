// `npm run fuzz -- --minutes 10`: throws text, structures and mutations of real files at the reader. It ends with 1 at the first crash,
// hang of more than a second, or problem without a place, and says how to see that input again: --seed S --only I.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
const HANG_MS = 1_000
/** Two cores are shared by many: a pause of the whole machine is no hang. */
const SUSPECT_MS = 5_000

const folder = mkdtempSync(join(tmpdir(), 'ays-fuzz-'))
try {
  process.env.AYS_FUZZ_ROOT = root
  await build({
    stdin: {
      contents:
        "export { inputOf } from './test/fuzz/inputs.ts'\nexport { complaintAbout } from './test/fuzz/check.ts'\n",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: join(folder, 'fuzz.mjs'),
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  process.exitCode = await fuzz(pathToFileURL(join(folder, 'fuzz.mjs')).href)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Runs inputs in a worker, which is ended when one takes too long. */
async function fuzz(bundle) {
  const only = values.only === undefined ? undefined : Number(values.only)
  const until = Date.now() + Number(values.minutes) * 60_000
  console.log(`seed ${seed}`)
  let from = only ?? 0
  let failed = 0
  let slowest = 0
  while (only === undefined ? Date.now() < until : from === only) {
    const end = await runWorker(bundle, { from, to: only === undefined ? Number.MAX_SAFE_INTEGER : only + 1, until })
    slowest = Math.max(slowest, end.slowestMs)
    from = end.index + 1
    if (!end.told) break
    failed++
    console.log(`\n${end.told}\n  npm run fuzz -- --seed ${seed} --only ${end.index}`)
    if (only !== undefined || !values.all) {
      const { inputOf } = await import(bundle)
      console.log(JSON.stringify(inputOf(seed, end.index), null, 1))
    }
    if (!values.all) break
  }
  console.log(`${only === undefined ? from : 1} inputs, ${failed} failed, the slowest took ${Math.round(slowest)} ms`)
  return failed > 0 ? 1 : 0
}

function runWorker(bundle, { from, to, until }) {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(
    `
    const { workerData, parentPort } = require('node:worker_threads')
    const { bundle, from, to, until, shared, hangMs } = workerData
    import(bundle).then(({ inputOf, complaintAbout }) => {
      let slowestMs = 0
      for (let index = from; index < to && Date.now() < until; index++) {
        const input = inputOf(workerData.seed, index)
        Atomics.store(shared, 0, index)
        Atomics.add(shared, 1, 1)
        let told
        let ms
        for (let attempt = 0; attempt < 3; attempt++) {
          const began = process.cpuUsage()
          try { told = complaintAbout(input) } catch (error) { told = String(error && error.stack || error) }
          const { user, system } = process.cpuUsage(began)
          ms = (user + system) / 1000
          if (told !== undefined || ms < hangMs) break
        }
        slowestMs = Math.max(slowestMs, ms)
        if (told === undefined && ms > hangMs) told = 'it took ' + Math.round(ms) + ' ms'
        if (told !== undefined) return parentPort.postMessage({ index, told, slowestMs })
      }
      parentPort.postMessage({ index: Atomics.load(shared, 0), slowestMs })
    })`,
    { eval: true, workerData: { bundle, seed, from, to, until, shared, hangMs: HANG_MS } },
  )
  return new Promise((done, fail) => {
    let count = -1
    const watchdog = setInterval(() => {
      const now = Atomics.load(shared, 1)
      // The first look sees the worker start.
      if (now === count && now > 0) {
        clearInterval(watchdog)
        const index = Atomics.load(shared, 0)
        worker
          .terminate()
          .then(() => done({ index, told: `it hangs: no answer in ${SUSPECT_MS} ms`, slowestMs: SUSPECT_MS }))
      }
      count = now
    }, SUSPECT_MS)
    worker.on('message', (end) => {
      clearInterval(watchdog)
      worker.terminate().then(() => done(end))
    })
    worker.on('error', (error) => {
      clearInterval(watchdog)
      fail(error)
    })
  })
}
