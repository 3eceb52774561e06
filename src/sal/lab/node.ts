// A lab node: a real Linux with systemd on this machine, in namespaces of its own.
import { sameData } from '../../base/json.ts'
import type { Text } from '../../base/secret.ts'
import type { Command, FieldChange, Finding, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { answerLines } from './answer.ts'
import { NODE_LIMIT, NODE_LOOK, NODE_MAKE, NODE_REMOVE, NODE_START, NODE_STOP } from './node-programs.ts'

export interface LabNodeWanted {
  readonly tag: string
  readonly slug: string
  readonly hostname: string
  /** In 10.77.0.0/16. */
  readonly address: string
  /** `host`: this machine's own root, as it is. `debian:NAME`: what `lab.root@1` calls so. `/…`: a folder. */
  readonly root: string
  /** 0: no limit. */
  readonly memoryBytes: number
  /** Processors, such as 0.5; 0: no limit. */
  readonly cpus: number
  /** Sizes; /dev/vdb, /dev/vdc … in the node. */
  readonly disksBytes: readonly number[]
  /** The only key that may log in as root. */
  readonly clientKey: string
  readonly hostKey: string
  /** The private part of `hostKey`: travels on stdin. */
  readonly hostKeyPrivate: Text
}

export interface LabNodeFound {
  readonly state: 'absent' | 'stopped' | 'running'
  readonly address: string
  readonly root: string
  readonly memoryBytes: number
  readonly cpus: number
  readonly disksBytes: readonly number[]
  readonly clientKey: string
  readonly hostKey: string
  /** sshd answers at its address, or a fault was made that keeps it from that. */
  readonly answers: boolean
}

export const labNodeKind: Kind<LabNodeWanted, LabNodeFound> = {
  name: 'lab.node@1',
  look: (wanted) => ({ program: NODE_LOOK, args: [wanted.tag, wanted.slug, wanted.address, wanted.clientKey] }),
  parse: parseAnswer,
  bare: {
    state: 'absent',
    address: '',
    root: '',
    memoryBytes: 0,
    cpus: 0,
    disksBytes: [],
    clientKey: '',
    hostKey: '',
    answers: false,
  },
  compare,
  commands,
  settled: (wanted) => ({
    state: 'running',
    address: wanted.address,
    root: wanted.root,
    memoryBytes: inPages(wanted.memoryBytes),
    cpus: inQuota(wanted.cpus),
    disksBytes: wanted.disksBytes,
    clientKey: wanted.clientKey,
    hostKey: wanted.hostKey,
    answers: true,
  }),
  // The host's private key is not among what a look gives.
  asWanted: () => undefined,
  remove(wanted, before, found): readonly Command[] {
    if (before.state === 'absent') return found.state === 'absent' ? [] : [removal(wanted)]
    return before.state === 'stopped' && found.state === 'running' ? [stop(wanted)] : []
  },
}

function compare(wanted: LabNodeWanted, found: LabNodeFound): readonly FieldChange[] {
  if (found.state === 'absent') return [{ path: '', from: undefined, to: shown(wanted), how: 'in place' }]
  const changes: FieldChange[] = []
  const differs = (path: string, from: FieldChange['from'], to: FieldChange['to'], how: FieldChange['how']): void => {
    if (!sameData(from, to)) changes.push({ path, from, to, how })
  }
  const running = found.state === 'running'
  differs('state', found.state, 'running', 'in place')
  if (running) differs('answers', found.answers, true, 'restart')
  differs('root', found.root, wanted.root, 'replace')
  differs('disks', found.disksBytes, wanted.disksBytes, keepsDisks(wanted, found) ? 'restart' : 'replace')
  differs('address', found.address, wanted.address, 'restart')
  differs('hostKey', found.hostKey, wanted.hostKey, 'restart')
  differs('clientKey', found.clientKey, wanted.clientKey, 'restart')
  // A node that does not run has no limits yet: they are set whenever it starts.
  if (running) differs('memory', found.memoryBytes, inPages(wanted.memoryBytes), 'in place')
  if (running) differs('cpus', found.cpus, inQuota(wanted.cpus), 'in place')
  return changes
}

function commands(wanted: LabNodeWanted, found: LabNodeFound): readonly Command[] {
  if (found.state === 'absent') return [make(wanted), start(wanted)]
  const changes = compare(wanted, found)
  if (changes.some((change) => change.how === 'replace')) {
    const lost = { kind: 'data-loss' as const, what: `lab node ${wanted.slug}: its disks and changes` }
    return [{ ...removal(wanted), effects: [lost] }, make(wanted), start(wanted)]
  }
  if (found.state === 'stopped') return [make(wanted), start(wanted)]
  if (changes.every((change) => change.path === 'memory' || change.path === 'cpus')) return [limit(wanted)]
  const restart = { kind: 'reboot' as const, what: `lab node ${wanted.slug}` }
  return [{ ...stop(wanted), effects: [restart] }, make(wanted), start(wanted)]
}

const make = (wanted: LabNodeWanted): Command => ({
  title: `make lab node ${wanted.slug} (${wanted.address})`,
  run: {
    script: NODE_MAKE,
    args: [
      wanted.tag,
      wanted.slug,
      wanted.hostname,
      wanted.address,
      wanted.root,
      wanted.disksBytes.join(','),
      wanted.clientKey,
      wanted.hostKey,
    ],
    stdin: wanted.hostKeyPrivate,
  },
})

const start = (wanted: LabNodeWanted): Command => ({
  title: `start lab node ${wanted.slug}`,
  run: { script: NODE_START, args: [wanted.tag, wanted.slug, wanted.address, ...limitsOf(wanted)] },
})

const limit = (wanted: LabNodeWanted): Command => ({
  title: `set the limits of lab node ${wanted.slug}`,
  run: { script: NODE_LIMIT, args: [wanted.tag, wanted.slug, ...limitsOf(wanted)] },
})

const stop = (wanted: LabNodeWanted): Command => ({
  title: `end lab node ${wanted.slug}`,
  run: { script: NODE_STOP, args: [wanted.tag, wanted.slug] },
})

const removal = (wanted: LabNodeWanted): Command => ({
  title: `take away lab node ${wanted.slug}`,
  run: { script: NODE_REMOVE, args: [wanted.tag, wanted.slug] },
})

/** Bytes, and microseconds of each 100 ms, as text; '' for no limit. */
function limitsOf(wanted: LabNodeWanted): [string, string] {
  return [
    wanted.memoryBytes ? String(inPages(wanted.memoryBytes)) : '',
    wanted.cpus ? String(Math.round(inQuota(wanted.cpus) * 100_000)) : '',
  ]
}

/** As the kernel keeps them: whole pages of memory, and at least a hundredth of a processor in steps of 10 µs per 100 ms. */
const inPages = (bytes: number): number => Math.ceil(bytes / 4_096) * 4_096
const inQuota = (cpus: number): number => (cpus === 0 ? 0 : Math.max(1_000, Math.round(cpus * 100_000)) / 100_000)

/** Disks may grow and join; one that shrinks or goes takes its data with it. */
const keepsDisks = (wanted: LabNodeWanted, found: LabNodeFound): boolean =>
  found.disksBytes.every((bytes, i) => bytes <= (wanted.disksBytes[i] ?? -1))

const shown = (wanted: LabNodeWanted) => ({
  address: wanted.address,
  root: wanted.root,
  ...(wanted.memoryBytes ? { memory: wanted.memoryBytes } : {}),
  ...(wanted.cpus ? { cpus: wanted.cpus } : {}),
  ...(wanted.disksBytes.length ? { disks: wanted.disksBytes } : {}),
})

const KEYS = ['state', 'address', 'root', 'memory', 'cpus', 'disks', 'host', 'client', 'answers'] as const
const AGAIN_MS = 100

function parseAnswer(answer: string): Finding<LabNodeFound> {
  const lines = answerLines(answer, KEYS)
  const state = lines?.state
  const memoryBytes = tryReadMemory(lines?.memory ?? '')
  const cpus = tryReadCpus(lines?.cpus ?? '')
  const disksBytes = (lines?.disks ?? '').split(',').filter(Boolean).map(Number)
  const wellFormed = memoryBytes !== undefined && cpus !== undefined && disksBytes.every(Number.isSafeInteger)
  if (!lines || !wellFormed || (state !== 'absent' && state !== 'stopped' && state !== 'running')) {
    return {
      state: 'unknown',
      problem: { code: 'LOOK_FAILED', message: 'The look at a lab node gave no usable answer.' },
    }
  }
  const running = state === 'running'
  const found: LabNodeFound = {
    state,
    address: lines.address,
    root: lines.root,
    memoryBytes: running ? memoryBytes : 0,
    cpus: running ? cpus : 0,
    disksBytes,
    clientKey: lines.client,
    hostKey: lines.host,
    answers: lines.answers === 'yes',
  }
  if (running && lines.answers === 'boots') return { state: 'moving', found, progress: 'boots', againMs: AGAIN_MS }
  return { state: 'seen', found }
}

/** cgroup v1 says `no limit` with a number near 2^63, v2 with `max`. */
function tryReadMemory(text: string): number | undefined {
  if (text === 'none' || text === 'max') return 0
  if (!/^\d+$/.test(text)) return undefined
  return Number(text) > Number.MAX_SAFE_INTEGER ? 0 : Number(text)
}

/** `QUOTA PERIOD`, both in microseconds. */
function tryReadCpus(text: string): number | undefined {
  if (text === 'none' || /^(max|-1) \d+$/.test(text)) return 0
  const parts = /^(\d+) ([1-9]\d*)$/.exec(text)
  return parts ? Number(parts[1]) / Number(parts[2]) : undefined
}

/** The task for one lab node. */
export const labNode = (wanted: LabNodeWanted): AnyTask =>
  task(labNodeKind, `lab.node:${wanted.tag}/${wanted.slug}`, wanted)
