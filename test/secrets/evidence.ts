/** Gathers what a run leaves behind and shows while it runs: files, and the processes of this machine. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Evidence } from './search.ts'

/** Every file below a folder, with its name, and where links lead. `except`: paths from the folder, with what is below them. */
export function filesBelow(folder: string, except: readonly string[] = [], from = folder): Evidence[] {
  const found: Evidence[] = []
  const walk = (path: string): void => {
    for (const name of namesIn(join(folder, path))) {
      const inner = path === '' ? name : `${path}/${name}`
      if (except.includes(inner)) continue
      const full = join(folder, inner)
      found.push({ from: `the name ${from}/${inner}`, bytes: Buffer.from(inner) })
      const stat = tryDo(() => lstatSync(full))
      if (stat?.isDirectory()) walk(inner)
      else if (stat?.isSymbolicLink()) {
        const to = tryDo(() => readlinkSync(full))
        if (to !== undefined) found.push({ from: `the link ${from}/${inner}`, bytes: Buffer.from(to) })
      } else if (stat?.isFile()) {
        const bytes = tryDo(() => readFileSync(full))
        if (bytes) found.push({ from: `${from}/${inner}`, bytes })
      }
    }
  }
  walk('')
  return found
}

const namesIn = (folder: string): string[] => tryDo(() => readdirSync(folder)) ?? []

/** What goes away while it is read was there for no longer than that. */
function tryDo<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

export interface Watched {
  /** Ends the watch; gives the command lines and environments of every process seen, each once. */
  stop(): readonly Evidence[]
}

/**
 * Looks at all processes of this machine, those in lab nodes too, many times a second. `mayKnow` tells by its command line
 * whether a process may have secrets in its environment: ays itself, whose person put them there.
 */
export function watchProcesses(
  mayKnow: (commandLine: string) => boolean,
  also: () => readonly Evidence[] = () => [],
): Watched {
  const seen = new Map<string, Evidence>()
  const known = new Map<string, string>()
  let looks = 0
  const look = (): void => {
    for (const pid of namesIn('/proc')) {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
      const command = tryDo(() => readFileSync(`/proc/${pid}/cmdline`))
      const shown = command?.toString('utf8').replaceAll('\0', ' ') ?? ''
      if (!command || shown === '' || known.get(pid) === shown) continue
      known.set(pid, shown)
      seen.set(shown, { from: 'a command line', bytes: command })
      const environ = mayKnow(shown) ? undefined : tryDo(() => readFileSync(`/proc/${pid}/environ`))
      if (environ) seen.set(`${pid} ${shown}`, { from: `the environment of ${shown.slice(0, 80)}`, bytes: environ })
    }
    if (looks++ % 20 === 0) for (const one of also()) seen.set(`${one.from} ${one.bytes.length}`, one)
  }
  const timer = setInterval(look, 40)
  return {
    stop() {
      clearInterval(timer)
      return [...seen.values()]
    },
  }
}
