/** What ays leaves on this machine for one state, read from the machine itself: all that bears the state's tag. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Namespaces, mounts, loop devices, control groups, processes, devices and files; sorted, empty when nothing is left. */
export function traces(tag: string): string[] {
  const groups = '/sys/fs/cgroup'
  return [
    ...lines('ls', ['/run/netns']).map((name) => `netns ${name}`),
    ...read('/proc/mounts').map((line) => `mount ${line}`),
    ...lines('losetup', ['-a']).map((line) => `loop ${line}`),
    ...lines('ip', ['-brief', 'link']).map((line) => `link ${line}`),
    ...lines('find', [groups, '-type', 'd', '-name', `*${tag}*`]).map((path) => `cgroup ${path}`),
    ...lines('find', ['/var/lib/ays', '/run', '/tmp', '-xdev', '-maxdepth', '3', '-name', `*${tag}*`]),
    ...read('/var/lib/ays/claims').map((line) => `claim ${line}`),
    ...processes(),
  ]
    .filter((line) => line.includes(tag))
    .sort()
}

function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const words = read(`/proc/${pid}/cmdline`).join('\n').replaceAll('\0', ' ')
      const held = read(`/proc/${pid}/cgroup`).join(' ')
      const state = read(`/proc/${pid}/stat`)
        .join('')
        .replace(/^.*\) /s, '')[0]
      return state === undefined || state === 'Z' ? [] : [`process ${pid} ${words} ${held}`]
    })
}

function lines(program: string, args: readonly string[]): string[] {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
  } catch (error) {
    // `find` ends with 1 when something went away meanwhile, and still says what is there.
    return error instanceof Error && 'stdout' in error ? String(error.stdout).split('\n') : []
  }
}

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
