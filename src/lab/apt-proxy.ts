// The program behind a lab's packages: `lab-proxy.js CACHE LOG [SOCKET]`, on the socket that systemd-socket-activate hands over.
import { appendFileSync, statSync, truncateSync } from 'node:fs'
import { systemClock } from '../base/clock.ts'
import { environmentVariable } from '../base/environment.ts'
import { type Mirror, readMirrors, readUpstreamProxy } from './apt-sources.ts'
import { openPackageCache } from './package-cache.ts'
import { createProxy } from './proxy-server.ts'

const CACHE_BYTES_MAX = 4 * 2 ** 30
const LOG_BYTES_MAX = 2 ** 20
/** How long the list of mirrors is believed. */
const MIRRORS_MS = 10_000

const [folder, logFile, socket] = process.argv.slice(2)
if (!folder || !logFile) {
  process.stderr.write('usage: lab-proxy.js CACHE LOG [SOCKET]\n')
  process.exit(2)
}

const log = (line: string): void => {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) truncateSync(logFile)
  appendFileSync(logFile, `${new Date(systemClock.now()).toISOString()} ${line}\n`)
}

let known: { readonly at: number; readonly mirrors: Promise<readonly Mirror[]> } | undefined
const mirrors = (): Promise<readonly Mirror[]> => {
  if (!known || systemClock.now() - known.at > MIRRORS_MS) known = { at: systemClock.now(), mirrors: readMirrors() }
  return known.mirrors
}

const server = createProxy({
  mirrors,
  cache: await openPackageCache(folder, { bytesMax: CACHE_BYTES_MAX, clock: systemClock }),
  upstream: await readUpstreamProxy(),
  log,
})

/** The first descriptor of sd_listen_fds(3). */
const HANDED_OVER = 3
if (socket) server.listen(socket)
else if (environmentVariable('LISTEN_FDS') === '1') server.listen({ fd: HANDED_OVER })
else {
  process.stderr.write('No socket was handed over, and none was named.\n')
  process.exit(2)
}
