// Which mirrors this machine's own apt uses, as apt itself reads its sources.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { environmentVariables } from '../base/environment.ts'

/** The folder of one mirror: everything that apt fetches from it lies below. */
export interface Mirror {
  readonly protocol: 'http:' | 'https:'
  /** With the port, if it is not the usual one. */
  readonly host: string
  /** Begins and ends with `/`. */
  readonly path: string
}

const run = promisify(execFile)

/** Mirrors of all enabled sources over http or https. Throws when apt-get is missing or cannot read them. */
export async function readMirrors(): Promise<readonly Mirror[]> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], {
    env: environmentVariables(),
  })
  return mirrorsIn(stdout)
}

/** One URI per line; others than http and https are left out. */
export function mirrorsIn(text: string): readonly Mirror[] {
  return [...new Set(text.split('\n'))].flatMap((line): Mirror[] => {
    if (!URL.canParse(line)) return []
    const { protocol, host, pathname } = new URL(line)
    if (protocol !== 'http:' && protocol !== 'https:') return []
    return [{ protocol, host, path: pathname.endsWith('/') ? pathname : `${pathname}/` }]
  })
}

/** The proxy that apt itself uses for http, or undefined when it goes there by itself. */
export async function readUpstreamProxy(): Promise<URL | undefined> {
  const { stdout } = await run('apt-config', ['dump', '--format', '%v%n', 'Acquire::http::Proxy'], {
    env: environmentVariables(),
  })
  const value = stdout.trim()
  return value !== '' && value !== 'DIRECT' && URL.canParse(value) ? new URL(value) : undefined
}
