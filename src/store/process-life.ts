/** Whether the process that wrote a number down still lives: its number, its start, and the kernel that counts them. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** What is written down of a process, so that any other process on the same kernel can tell whether it is gone. */
export interface ProcessMark {
  readonly pid: number
  /** Boot and pid namespace; '' where the process runs on another host or cannot be judged. */
  readonly seat: string
  /** Clock ticks from boot to its start; '' where the system does not tell. */
  readonly started: string
}

/** The mark of a process of `host`; one of another host gets an empty seat and is never judged by its number. */
export function markOf(host: string, pid: number): ProcessMark {
  return { pid, seat: host === hostname() ? seatOfThis() : '', started: statOf(pid)?.started ?? '' }
}

/** True only when it is sure: same kernel, and the number is free, a zombie's, or another process's by now. */
export function isGone(mark: ProcessMark): boolean {
  if (mark.seat === '' || mark.seat !== seatOfThis()) return false
  if (!answers(mark.pid)) return true
  const stat = statOf(mark.pid)
  if (!stat || mark.started === '') return false
  return stat.state === 'Z' || stat.started !== mark.started
}

/** Two containers with one host name count their processes apart, so the pid namespace is part of the seat. */
function seatOfThis(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname() // not Linux
  }
}

/** Signal 0 asks without harm; EPERM means that it lives and is someone else's. */
function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Fields 3 and 22 of proc_pid_stat(5), counted after the name, which may itself hold spaces and brackets. */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, started] = [fields[0], fields[19]]
    return state && started ? { state, started } : undefined
  } catch {
    return undefined
  }
}
