/** `--at user@host[:folder]`, as scp writes it, or `ssh://user@host:port/folder`. */
import { ProblemsError } from '../base/problem.ts'

export interface Destination {
  /** As ssh takes it. */
  readonly ssh: string
  /** On the host; absent: the usual one. */
  readonly folder?: string
}

/** Throws USAGE. */
export function readDestination(text: string): Destination {
  const url = /^(ssh:\/\/[^/\s]+)(?:\/(.*))?$/.exec(text)
  if (url?.[1]) return of(url[1], url[2] ? (url[2].startsWith('~') ? url[2] : `/${url[2]}`) : undefined)
  const [, host, folder] = /^((?:[^@\s:/]+@)?(?:\[[0-9a-fA-F:.]+\]|[^@\s:/[\]]+))(?::(.*))?$/.exec(text) ?? []
  if (host === undefined || host.startsWith('-'))
    throw new ProblemsError([
      {
        code: 'USAGE',
        message: `--at ${text} is no host.`,
        hint: 'Write it like --at ops@control.example.org, or ops@control.example.org:folder, or ssh://ops@host:2222/folder.',
      },
    ])
  return of(host.replace(/[[\]]/g, ''), folder)
}

const of = (ssh: string, folder: string | undefined): Destination => ({ ssh, ...(folder ? { folder } : {}) })
