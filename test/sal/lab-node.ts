// A node with a running systemd, for the tests that need one: named by AYS_TEST_SYSTEMD, the process id of its pid 1
// as this machine sees it (a lab node's init); without it, this machine itself if systemd runs here and AYS_TEST_HERE is set.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { openNode, type TestNode } from './node.ts'

export interface SystemdNode extends TestNode {
  /** Runs a script there; gives its output. */
  sh(script: string, ...args: readonly string[]): string
}

/** What is lacking for a node with systemd; undefined when there is one. */
export const lacksSystemd = (): string | undefined =>
  enterWords() === undefined ? 'a node with systemd: AYS_TEST_SYSTEMD=<pid of its init>' : undefined

/** Opens it. What tests put there they take away. */
export function openSystemdNode(): SystemdNode {
  const words = enterWords()
  if (words === undefined) throw new Error('There is no node with systemd.')
  // $AYS lies in this machine's /tmp, of which another node has its own.
  const enter = [...words, '/bin/sh', '-c', 'mkdir -p "$AYS" && exec "$@"', 'sh']
  const node = openNode({ enter })
  const sh = (script: string, ...args: readonly string[]): string => {
    const [file = '', ...rest] = [...words, '/bin/sh', '-c', script, 'sh', ...args]
    return execFileSync(file, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  return {
    ...node,
    sh,
    close: () => {
      sh('rm -rf -- "$1"', node.ays)
      node.close()
    },
  }
}

function enterWords(): readonly string[] | undefined {
  const pid = process.env.AYS_TEST_SYSTEMD
  if (pid && existsSync(`/proc/${pid}/ns/pid`)) return ['nsenter', '-t', pid, '-m', '-u', '-i', '-n', '-p', '-C', '--']
  if (process.env.AYS_TEST_HERE && existsSync('/run/systemd/system')) return ['env']
  return undefined
}
