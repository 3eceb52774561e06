// How a program is measured: whole processes, wall time beside the processor time of the process and all its children.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout that this bench belongs to. */
export const home = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Runs argv; gives { ms, cpuMs, code, stdout, stderr }. cpuMs counts waited-for children (ssh) too, which stays
 * comparable on a machine that others use at the same time. Throws when the exit code is none of `codes`.
 */
export function run(argv, { codes = [0], env = {}, cwd, stdin, folder }) {
  const out = join(folder, `out-${process.pid}`)
  const files = ['stdout', 'stderr', 'time'].map((name) => `${out}.${name}`)
  const fds = files.map((file) => openSync(file, 'w'))
  const result = spawnSync('bash', ['-c', 'TIMEFORMAT="%R %U %S"; exec 6>&2 2>&5; time "$@" 2>&6', 'bench', ...argv], {
    stdio: ['pipe', fds[0], fds[1], 'ignore', 'ignore', fds[2]],
    env: { ...process.env, NO_COLOR: '1', LC_ALL: 'C', ...env },
    cwd: cwd ?? folder,
    input: stdin ?? '',
    timeout: 300_000,
  })
  for (const fd of fds) closeSync(fd)
  const [stdout = '', stderr = '', time = ''] = files.map((file) => readFileSync(file, 'utf8'))
  for (const file of files) rmSync(file)
  if (!codes.includes(result.status))
    throw new Error(
      `${argv.join(' ')} ended with ${result.status ?? result.signal}\n${stdout.slice(-2_000)}${stderr.slice(-4_000)}`,
    )
  const [real = 0, user = 0, system = 0] = (time.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { ms: real * 1_000, cpuMs: (user + system) * 1_000, code: result.status, stdout, stderr }
}

/**
 * Medians over `times` runs of several programs in turn, so that what else this machine does meets them all alike.
 * `before` is called before each run of its program and is not measured. Throws where an output lacks what is expected.
 */
export function measureInTurn(programs, { times, ...options }) {
  const runs = programs.map(() => [])
  for (let i = 0; i < times; i++)
    programs.forEach(({ argv, before, expect = '', ...own }, n) => {
      before?.()
      const done = run(argv, { ...options, ...own })
      if (!done.stdout.includes(expect))
        throw new Error(`"${expect}" was expected of ${argv.join(' ')}, but it said ${done.stdout.slice(-500)}`)
      runs[n].push(done)
    })
  return runs.map((own) => ({
    ms: median(own.map((one) => one.ms)),
    cpuMs: median(own.map((one) => one.cpuMs)),
  }))
}

/** The most memory that a node program held, in MB: asked of itself at its end, in a run of its own. */
export function peakMb([program, ...words], options) {
  const hook =
    "data:text/javascript,process.on('exit',()=>process.stderr.write(`\\npeak ${process.resourceUsage().maxRSS}\\n`))"
  const { stderr } = run([program, '--import', hook, ...words], options)
  return Number(/peak (\d+)/.exec(stderr)?.[1] ?? Number.NaN) / 1_024
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
