/** What the watch knows of each service: what was found last, what was told of it, and when it is tried again. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { ActionState } from '../store/store.ts'
import type { WatchedService } from '../workspace.ts'
import type { WatchNote } from './events.ts'
import type { Finding } from './judge.ts'
import { DENIED_EVERY_MS, LADDER_MS, nextAttempt } from './ladder.ts'

export interface KnownOptions {
  now(): number
  service(address: Address): WatchedService | undefined
  tell(note: WatchNote): void
  /** A run goes on: repairs wait for its end. */
  isActing(): boolean
  /** Writes it into the store, for the next watch and for `ays status`. */
  note(state: ActionState): void
}

interface Retry {
  readonly attempts: number
  /** Absent: given up, until what is found is something else. */
  readonly nextAt?: number
  /** What was found when it failed; absent where an earlier watch found it. */
  readonly digest?: string
}

interface Known {
  readonly finding?: Finding
  /** The message of the drift or fault that was told and has not gone yet. */
  readonly told?: string
  readonly lost?: Address
  readonly retry?: Retry
  /** The change that the watch has been let apply, or of which a person was told. */
  readonly judged?: string
  readonly approved?: boolean
  /** An action that its blueprint asks for once is to be done with it. */
  readonly acts?: boolean
}

export class KnownServices {
  readonly #options: KnownOptions
  readonly #known = new Map<Address, Known>()
  readonly #lostNodes = new Set<Address>()

  /** Begins where an earlier watch ended. */
  constructor(options: KnownOptions, rows: readonly ActionState[]) {
    this.#options = options
    for (const { address, action, entry, state, attempts, nextAt, problem } of rows) {
      if (entry !== '' || state !== 'error') continue
      if (action === 'monitor' && problem) this.#put(address, { told: problem.message })
      if (action === 'apply' && nextAt !== undefined) this.#put(address, { retry: { attempts, nextAt } })
    }
  }

  keepOnly(addresses: ReadonlySet<Address>): void {
    for (const address of this.#known.keys()) if (!addresses.has(address)) this.#known.delete(address)
    const lost = new Set([...this.#known.values()].map((known) => known.lost))
    for (const node of this.#lostNodes) if (!lost.has(node)) this.#lostNodes.delete(node)
  }

  /** What was given up is tried anew: something was changed. */
  forgive(): void {
    for (const [address, { retry, ...known }] of this.#known)
      if (retry && retry.nextAt === undefined) this.#known.set(address, known)
  }

  /** Tells what is new about it. */
  learn(address: Address, finding: Finding): void {
    const before = this.#of(address)
    if (finding.state === 'lost') {
      this.#lose(address, finding.node, finding.problem)
      return
    }
    if (before.lost) this.#find(before.lost)
    const { lost: _lost, ...known } = before
    const digest = 'digest' in finding ? finding.digest : finding.state
    const isAnother = known.retry?.digest !== undefined && known.retry.digest !== digest
    const { retry: _retry, ...fresh } = known
    const next: Known = { ...(isAnother && known.retry?.nextAt === undefined ? fresh : known), finding }
    this.#known.set(address, next)
    switch (finding.state) {
      case 'ok':
        this.#settle(address)
        if (next.told !== undefined) this.#options.tell({ type: 'ok', service: address })
        break
      case 'drifted':
        this.#tellDrift(address, finding.problem, this.#answer(address))
        break
      case 'changed':
        if (finding.drifted) this.#tellDrift(address, finding.drifted, 'waits')
        break
      case 'unknown':
        if (next.told === finding.problem.message) break
        this.#put(address, { told: finding.problem.message })
        this.#options.tell({ type: 'failed', service: address, problem: finding.problem, attempts: 0 })
        break
      case 'waits':
        break
    }
  }

  /** Changes of the blueprints that nobody has decided about yet. */
  hasUnjudged(): boolean {
    return [...this.#known.values()].some(
      ({ finding, judged }) => finding?.state === 'changed' && finding.digest !== judged,
    )
  }

  /** The watch may apply these changes, or not: then they wait for a person. */
  decide(address: Address, { approved, acts }: { readonly approved: boolean; readonly acts: boolean }): void {
    const { finding } = this.#of(address)
    const judged = finding?.state === 'changed' ? { judged: finding.digest } : {}
    this.#put(address, { ...judged, approved, acts: acts && approved })
  }

  /** Services that the watch may do something about now. */
  actable(now: number): Address[] {
    return [...this.#known.keys()].filter((address) => this.mayAct(address) && this.#isDue(address, now))
  }

  /** The instant of the next attempt after now; undefined when none is to come. */
  nextAttempt(now: number): number | undefined {
    let next: number | undefined
    for (const [address, { retry }] of this.#known)
      if (retry?.nextAt !== undefined && retry.nextAt > now && (next === undefined || retry.nextAt < next))
        if (this.mayAct(address)) next = retry.nextAt
    return next
  }

  /** Whether what was found last is the watch's to put right. */
  mayAct(address: Address): boolean {
    const { finding, lost, approved, acts } = this.#of(address)
    if (lost) return false
    switch (finding?.state) {
      case 'drifted':
        return this.#heals(address)
      case 'changed':
        return approved === true
      case 'waits':
        return this.mayAct(finding.for)
      case 'ok':
        return acts === true
      default:
        return false
    }
  }

  wantsActs(address: Address): boolean {
    return this.#of(address).acts === true
  }

  isDrift(address: Address): boolean {
    const state = this.#of(address).finding?.state
    return state === 'drifted' || state === 'waits'
  }

  /** It is as declared, by the watch's own doing. */
  succeeded(address: Address): void {
    this.#put(address, { finding: { state: 'ok' }, acts: false })
    this.#settle(address)
  }

  /** `given up`: it is not tried again until something changes, however few attempts there were. */
  failed(address: Address, problem: Problem, then: 'again' | 'given up' = 'again'): void {
    const { retry, finding } = this.#of(address)
    const now = this.#options.now()
    const attempts = (retry?.attempts ?? 0) + 1
    const { retriesMs } = this.#options.service(address) ?? {}
    const onLadder = then === 'given up' ? undefined : nextAttempt(attempts, now, retriesMs)
    const wasKept = attempts > (retriesMs ?? LADDER_MS).length + 1
    const isKept = onLadder === undefined && then === 'again' && problem.code === 'POLICY_DENIED'
    const nextAt = isKept ? now + DENIED_EVERY_MS : onLadder
    const next = nextAt === undefined ? {} : { nextAt }
    const digest = finding && 'digest' in finding ? { digest: finding.digest } : { digest: finding?.state ?? 'new' }
    this.#put(address, { retry: { attempts, ...next, ...digest } })
    this.#options.note({ address, action: 'apply', entry: '', state: 'error', attempts, lastAt: now, ...next, problem })
    // After the ladder it is known by all.
    if (!isKept || !wasKept) this.#options.tell({ type: 'failed', service: address, problem, attempts, ...next })
  }

  /** Attempts that are due, and that `ays cancel` has called off meanwhile, are not made. */
  hearCalledOff(now: number, rows: () => readonly ActionState[]): void {
    const due = [...this.#known].filter(([, { retry }]) => retry?.nextAt !== undefined && retry.nextAt <= now)
    if (due.length === 0) return
    const off = new Set(
      rows()
        .filter((row) => row.action === 'apply' && row.state === 'error' && row.nextAt === undefined)
        .map((row) => row.address),
    )
    for (const [address, { retry, finding }] of due) {
      if (!retry || !off.has(address)) continue
      const digest = finding && 'digest' in finding ? finding.digest : (finding?.state ?? 'new')
      this.#put(address, { retry: { attempts: retry.attempts, digest } })
    }
  }

  /** What it needs failed: it waits for the same attempt. */
  skipped(address: Address, failed: readonly Address[]): void {
    const attempts = failed.flatMap((one) => this.#of(one).retry ?? [])
    const instants = attempts.flatMap(({ nextAt }) => (nextAt === undefined ? [] : [nextAt]))
    const nextAt = instants.length > 0 ? { nextAt: Math.max(...instants) } : {}
    const { finding } = this.#of(address)
    const digest = finding && 'digest' in finding ? { digest: finding.digest } : { digest: finding?.state ?? 'new' }
    this.#put(address, { retry: { attempts: this.#of(address).retry?.attempts ?? 0, ...nextAt, ...digest } })
  }

  isOutOfReach(service: Address): boolean {
    return this.#of(service).lost !== undefined
  }

  /** Its last look gave no answer: it may take long to say so again. */
  isUnknown(service: Address): boolean {
    return this.#of(service).finding?.state === 'unknown'
  }

  isLost(node: Address): boolean {
    return this.#lostNodes.has(node)
  }

  /** Everything is as declared, as far as the watch knows. */
  allWell(): boolean {
    return [...this.#known.values()].every(({ finding, lost }) => !lost && (!finding || finding.state === 'ok'))
  }

  #of(address: Address): Known {
    return this.#known.get(address) ?? {}
  }

  #put(address: Address, more: Known): void {
    this.#known.set(address, { ...this.#of(address), ...more })
  }

  #heals(address: Address): boolean {
    return this.#options.service(address)?.heal !== false
  }

  #answer(address: Address): 'repairs' | 'later' | 'reports' {
    if (!this.#heals(address)) return 'reports'
    return this.#options.isActing() ? 'later' : 'repairs'
  }

  #isDue(address: Address, now: number): boolean {
    const { retry } = this.#of(address)
    return !retry || (retry.nextAt !== undefined && retry.nextAt <= now)
  }

  #tellDrift(service: Address, problem: Problem, answer: 'repairs' | 'later' | 'reports' | 'waits'): void {
    if (this.#of(service).told === problem.message) return
    this.#put(service, { told: problem.message })
    const node = this.#options.service(service)?.node
    const lastAt = this.#options.now()
    this.#options.note({ address: service, action: 'monitor', entry: '', state: 'error', attempts: 1, lastAt, problem })
    this.#options.tell({ type: 'drifted', service, ...(node ? { node } : {}), problem, answer })
  }

  /** Nothing of what was wrong with it stays, here or in the store. */
  #settle(address: Address): void {
    const { told, retry, ...rest } = this.#of(address)
    this.#known.set(address, rest)
    const ok = { address, entry: '', state: 'ok', attempts: 0, lastAt: this.#options.now() } as const
    if (told !== undefined) this.#options.note({ ...ok, action: 'monitor' })
    if (retry) this.#options.note({ ...ok, action: 'apply' })
  }

  #lose(address: Address, node: Address, problem: Problem): void {
    this.#put(address, { lost: node })
    if (this.#lostNodes.has(node)) return
    this.#lostNodes.add(node)
    this.#options.tell({ type: 'lost', node, problem })
  }

  #find(node: Address): void {
    if (this.#lostNodes.delete(node)) this.#options.tell({ type: 'back', node })
  }
}
