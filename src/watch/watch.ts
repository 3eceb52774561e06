/** The engine kept running: looks at what is due, puts right what it may, runs what recurs, and tells what is new. */
import { hostname } from 'node:os'
import type { Address } from '../base/address.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { digestOf } from '../base/json.ts'
import { type Problem, ProblemsError, problemLine } from '../base/problem.ts'
import { type Random, randomOf } from '../base/random.ts'
import type { Holder } from '../store/store.ts'
import { Roads } from '../workspace/roads.ts'
import type { WatchedService, Watching, Workspace } from '../workspace.ts'
import { type Acted, type ActingOptions, repair, runActions } from './acting.ts'
import type { WatchEvent, WatchNote } from './events.ts'
import { observeFiles, signatureOf } from './files.ts'
import { fetchBranch } from './git.ts'
import { Hooks } from './hooks.ts'
import { judge } from './judge.ts'
import { KnownServices } from './known.ts'
import { risksOf } from './risks.ts'
import { Schedule, type Scheduled } from './schedule.ts'
import { Sleeper } from './sleeper.ts'
import { nextOfPeriod, Timetable } from './timetable.ts'

export interface WatchOptions {
  /** Opens the workspace as its files are now; called again when they change. The roads outlive it. */
  open(roads: Roads): Promise<Workspace>
  onEvent(event: WatchEvent): void
  readonly clock?: Clock
  /** Spreads the first runs of recurring actions. */
  readonly random?: Random
  /** One round: everything is looked at and put right once. */
  readonly once?: boolean
  /** It goes to sleep, while so many things run beside it: a simulated clock moves on when there are none. */
  readonly onSleep?: (running: number) => void
  /** Aborted: nothing new starts; the watch ends when what runs has ended. */
  readonly signal: AbortSignal
  /** Aborted: what runs is ended. */
  readonly endNow: AbortSignal
}

/** How often a service is looked at where nothing says otherwise. */
export const LOOK_EVERY_MS = 30_000
/** How often files are asked for changes that the kernel did not tell. */
const FILES_EVERY_MS = 60_000
/** Files that change mostly do so together. */
const FILES_SETTLE_MS = 300
const LEASE_EVERY_MS = 2_000
/** What a person must mend is tried again so much later. */
const AGAIN_MS = 30_000
/** A holder of the lease that was silent for so long is dead. */
const DEAD_AFTER_MS = 15_000
/** Webhooks that are not told by then are left when the watch ends. */
const LAST_WORDS_MS = 5_000

/** Resolves when it was stopped, or with `once` after one round: true when everything is as declared. Throws what is wrong at the start. */
export async function watch(options: WatchOptions): Promise<boolean> {
  return await new Watch(options).run()
}

class Watch {
  readonly #options: WatchOptions
  readonly #clock: Clock
  readonly #sleeper: Sleeper
  readonly #roads = new Roads()
  readonly #tasks = new Set<Promise<void>>()
  readonly #looks = new Timetable<Address>()
  readonly #retired: Workspace[] = []
  readonly #lookAborts = new Set<AbortController>()
  /** Per look under way: services that were acted upon since it began, of which it may tell what was before. */
  readonly #spoiled = new Set<Set<Address>>()
  #services: ReadonlyMap<Address, WatchedService> = new Map()
  #opened: Opened | undefined
  #filesAt = 0
  #gitAt = Number.POSITIVE_INFINITY
  /** Not before: another ays works here, or the last try met what a person must mend. */
  #actAt = 0
  /** When everything is looked at, new and gone services included. */
  #wholeAt = 0
  #wholeRuns = false
  #acting: readonly Address[] | undefined
  #queue: Scheduled[][] = []
  #waiting = false
  #toldPending = ''
  #toldProblem = ''
  #broken: unknown
  #lastNow = 0

  constructor(options: WatchOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#sleeper = new Sleeper(this.#clock)
  }

  async run(): Promise<boolean> {
    const { signal } = this.#options
    const wake = (): void => {
      for (const abort of this.#lookAborts) abort.abort()
      this.#sleeper.wake()
    }
    signal.addEventListener('abort', wake)
    let observed: (() => void) | undefined
    try {
      const opened = await this.#open()
      observed = observeFiles(opened.workspace.root, () => this.#filesMayHaveChanged())
      const { services, settings } = opened.watching
      const nodes = new Set(services.map((service) => service.node)).size
      this.#tell({ type: 'started', services: services.length, nodes, apply: settings.apply })
      while (!signal.aborted && this.#broken === undefined) {
        const next = await this.#tryTick(this.#opened ?? opened)
        if (this.#options.once && next === 'idle') break
        this.#options.onSleep?.(this.#tasks.size)
        if (next !== 'idle') await this.#sleeper.sleepUntil(next)
      }
      if (signal.aborted) this.#tell({ type: 'stopping' })
      while (this.#tasks.size > 0) await Promise.all(this.#tasks)
      if (this.#broken !== undefined) throw this.#broken
      await this.#lastWords()
      return this.#opened?.known.allWell() ?? false
    } finally {
      signal.removeEventListener('abort', wake)
      observed?.()
      this.#opened?.hooks.stop()
      await Promise.all(this.#tasks)
      for (const workspace of [...this.#retired, ...(this.#opened ? [this.#opened.workspace] : [])])
        await workspace.close()
      await this.#roads.close()
    }
  }

  /** What a person must mend, such as a full disk, is told, and tried again later. */
  async #tryTick(opened: Opened): Promise<number | 'idle'> {
    try {
      return await this.#tick(opened)
    } catch (error) {
      if (!(error instanceof ProblemsError) || this.#options.once) throw error
      this.#tellProblems(error.problems)
      return this.#clock.now() + AGAIN_MS
    }
  }

  /** Begins what is due, and gives the instant of what is next; `idle`: nothing runs and nothing is due. */
  async #tick(opened: Opened): Promise<number | 'idle'> {
    const now = this.#clock.now()
    if (now < this.#lastNow) this.#looks.setAll(now)
    this.#lastNow = now
    if (now >= this.#filesAt) opened = await this.#readAnew(opened)
    if (now >= this.#gitAt) this.#fetch(opened)
    if (this.#tasks.size === 0) for (const old of this.#retired.splice(0)) await old.close()
    if (this.#wholeAt === Number.POSITIVE_INFINITY && opened.known.hasUnjudged()) this.#wholeAt = now
    this.#beginLooks(opened)
    for (const batch of batches(opened.schedule.due())) {
      for (const entry of batch) opened.schedule.begin(entry)
      this.#queue.push(batch)
    }
    this.#beginActing(opened)
    return this.#next(opened)
  }

  /** What is due already and was not begun waits for the end of something, which wakes the watch. */
  #next({ schedule, known }: Opened): number | 'idle' {
    const now = this.#clock.now()
    const waits = this.#queue.length > 0 || this.#wholeAt <= now || known.actable(now).length > 0
    if (this.#options.once && this.#tasks.size === 0 && !waits) return 'idle'
    const instants = [
      this.#filesAt,
      this.#gitAt,
      this.#wholeAt,
      this.#actAt,
      this.#looks.next(now),
      schedule.next(now),
      known.nextAttempt(now),
    ]
    return Math.min(...instants.filter((instant): instant is number => instant !== undefined && instant > now))
  }

  /** Something that runs beside the loop. What a person can mend is told; anything else is a bug, and ends the watch. */
  #begin(work: () => Promise<void>): void {
    const task = work()
      .catch((error: unknown) => {
        if (error instanceof ProblemsError) this.#tellProblems(error.problems)
        else this.#broken ??= error
      })
      .finally(() => {
        this.#tasks.delete(task)
        this.#sleeper.wake()
      })
    this.#tasks.add(task)
  }

  // looking

  #beginLooks(opened: Opened): void {
    if (this.#wholeRuns) return
    const now = this.#clock.now()
    if (this.#wholeAt <= now) {
      // It looks at everything, so it begins when nothing else does.
      if (this.#tasks.size === 0) this.#beginWhole(opened)
      return
    }
    const acted = new Set(this.#acting)
    const untouched = (address: Address): boolean => {
      const node = this.#services.get(address)?.node
      return !acted.has(address) && !(node !== undefined && acted.has(node))
    }
    // A node out of reach takes long to say so: the others do not wait for it.
    const groups = new Map<Address | undefined, Address[]>()
    for (const address of this.#looks.due(now).filter(untouched)) {
      const node = this.#services.get(address)?.node
      const lost = node !== undefined && opened.known.isLost(node) ? node : undefined
      groups.set(lost, [...(groups.get(lost) ?? []), address])
    }
    for (const group of groups.values()) {
      for (const address of group) this.#looks.begin(address)
      this.#begin(() => this.#look(opened, group, now))
    }
  }

  async #look(opened: Opened, only: readonly Address[], dueAt: number): Promise<void> {
    const spoiled = new Set<Address>()
    this.#spoiled.add(spoiled)
    try {
      const plan = await this.#withSignal((signal) => opened.workspace.plan({ only, acts: false, signal }))
      const findings = [...judge(plan, only)].filter(([address]) => !spoiled.has(address))
      if (!this.#options.signal.aborted) this.#learn(opened, new Map(findings))
    } finally {
      this.#spoiled.delete(spoiled)
      const now = this.#clock.now()
      for (const address of only) this.#looks.end(address, nextOfPeriod(dueAt, this.#everyMs(opened, address), now))
    }
  }

  #beginWhole(opened: Opened): void {
    this.#wholeAt = Number.POSITIVE_INFINITY
    this.#wholeRuns = true
    const began = this.#clock.now()
    for (const address of this.#services.keys()) this.#looks.begin(address)
    this.#begin(async () => {
      try {
        const plan = await this.#withSignal((signal) => opened.workspace.plan({ signal }))
        if (this.#options.signal.aborted) return
        this.#learn(opened, judge(plan, this.#services.keys()))
        this.#decide(opened, plan)
      } catch (error) {
        this.#wholeAt = this.#clock.now() + AGAIN_MS
        throw error
      } finally {
        this.#wholeRuns = false
        const now = this.#clock.now()
        for (const address of this.#services.keys())
          this.#looks.end(address, nextOfPeriod(began, this.#everyMs(opened, address), now))
      }
    })
  }

  /** While another ays works here, what is half done is no drift. */
  #learn({ workspace, known }: Opened, findings: ReturnType<typeof judge>): void {
    const busy = this.#otherHolder(workspace) !== undefined
    if (busy) this.#actAt = this.#clock.now() + LEASE_EVERY_MS
    for (const [address, finding] of findings)
      if (!busy || finding.state === 'ok' || finding.state === 'lost') known.learn(address, finding)
  }

  /** Which changes of the blueprints the watch may apply by itself. */
  #decide({ known, watching }: Opened, plan: Awaited<ReturnType<Workspace['plan']>>): void {
    const acts = new Set(plan.services.filter((one) => one.action === 'act').map((one) => one.address))
    const changed = new Set(
      [...judge(plan, [])].filter(([, finding]) => finding.state === 'changed').map(([address]) => address),
    )
    const services = plan.services.filter(({ address }) => changed.has(address) || acts.has(address))
    if (services.length === 0) return
    const why = whyNot(watching.settings.apply, services, plan.blocked)
    for (const { address } of services) known.decide(address, { approved: why === undefined, acts: acts.has(address) })
    if (why === undefined) return
    const pending = { services: services.map(({ address, action }) => ({ address, action })), why }
    const digest = digestOf([pending, plan.services.map((one) => one.tasks)])
    if (digest === this.#toldPending) return
    this.#toldPending = digest
    this.#tell({ type: 'pending', ...pending })
  }

  #everyMs({ watching }: Opened, address: Address): number {
    return this.#services.get(address)?.everyMs ?? watching.settings.everyMs ?? LOOK_EVERY_MS
  }

  async #withSignal<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const abort = new AbortController()
    this.#lookAborts.add(abort)
    try {
      return await work(abort.signal)
    } finally {
      this.#lookAborts.delete(abort)
    }
  }

  // acting

  #beginActing(opened: Opened): void {
    const { known } = opened
    const now = this.#clock.now()
    if (this.#acting !== undefined || this.#wholeRuns || this.#wholeAt <= now || now < this.#actAt) return
    const services = known.actable(now)
    if (services.length === 0 && this.#queue.length === 0) return
    const holder = this.#otherHolder(opened.workspace)
    if (holder) {
      this.#waitFor(heldBy(holder))
      return
    }
    // Repairs first: what recurs needs services that stand.
    const batch = services.length > 0 ? undefined : this.#queue.shift()
    this.#acting = batch?.map((entry) => entry.service) ?? services
    for (const look of this.#spoiled) for (const address of this.#acting) look.add(address)
    const acting = this.#actingOptions(opened)
    this.#begin(async () => {
      try {
        const acted = batch ? await runActions(acting, batch) : await repair(acting, services)
        this.#afterActing(acted)
      } catch (error) {
        this.#actAt = this.#clock.now() + AGAIN_MS
        throw error
      } finally {
        this.#acting = undefined
      }
    })
  }

  #afterActing(acted: Acted): void {
    if (acted === 'done') this.#waiting = false
    else this.#waitFor(acted.held)
  }

  #waitFor(problem: Problem): void {
    this.#actAt = this.#clock.now() + LEASE_EVERY_MS
    if (this.#waiting) return
    this.#waiting = true
    this.#tell({ type: 'waiting', problem })
  }

  #actingOptions({ workspace, known, schedule, watching }: Opened): ActingOptions {
    const { signal, endNow } = this.#options
    const { apply: policy } = watching.settings
    return { workspace, known, schedule, policy, clock: this.#clock, signal, endNow, tell: (note) => this.#tell(note) }
  }

  #otherHolder(workspace: Workspace): Holder | undefined {
    const holder = workspace.holder()
    if (!holder || (holder.pid === process.pid && holder.host === hostname())) return undefined
    return this.#clock.now() - holder.heartbeatAt < DEAD_AFTER_MS ? holder : undefined
  }

  // files

  async #open(): Promise<Opened> {
    const workspace = await this.#options.open(this.#roads)
    try {
      const watching = await workspace.watching()
      const opened = this.#opened ? { ...this.#opened, workspace, watching } : this.#first(workspace, watching)
      this.#follow(opened)
      return opened
    } catch (error) {
      await workspace.close()
      throw error
    }
  }

  #first(workspace: Workspace, watching: Watching): Opened {
    const current = (): Workspace => this.#opened?.workspace ?? workspace
    const known = new KnownServices(
      {
        now: () => this.#clock.now(),
        service: (address) => this.#services.get(address),
        tell: (event) => this.#tell(event),
        note: (state) => current().noteActions([state]),
      },
      workspace.memory().actions,
    )
    const schedule = new Schedule({
      clock: this.#clock,
      random: this.#options.random ?? randomOf(this.#clock.now()),
      states: () => current().memory().actions,
      note: (states) => current().noteActions(states),
    })
    const hooks = new Hooks({
      clock: this.#clock,
      workspace: workspace.identity.id,
      environment: workspace.environment,
      onProblem: (problem) => this.#options.onEvent({ at: this.#clock.now(), type: 'problem', problems: [problem] }),
      onIdle: () => this.#sleeper.wake(),
    })
    return { workspace, watching, known, schedule, hooks, signature: '' }
  }

  #follow(opened: Opened): void {
    const { watching, workspace, known, schedule, hooks } = opened
    this.#opened = { ...opened, signature: signatureOf(workspace.root) }
    this.#services = new Map(watching.services.map((service) => [service.address, service]))
    const addresses = new Set(this.#services.keys())
    const now = this.#clock.now()
    this.#looks.keepOnly(addresses)
    for (const address of addresses) if (!this.#looks.has(address)) this.#looks.set(address, now)
    known.keepOnly(addresses)
    known.forgive()
    schedule.follow(watching.recurring)
    hooks.follow(watching.hooks)
    this.#wholeAt = now
    this.#filesAt = now + FILES_EVERY_MS
    const { gitMs } = watching.settings
    this.#gitAt =
      gitMs === undefined || this.#options.once ? Number.POSITIVE_INFINITY : Math.min(this.#gitAt, now + gitMs)
  }

  #filesMayHaveChanged(): void {
    this.#filesAt = Math.min(this.#filesAt, this.#clock.now() + FILES_SETTLE_MS)
    this.#sleeper.wake()
  }

  /** With mistakes in the new files, the watch goes on with those that it read last. */
  async #readAnew(opened: Opened): Promise<Opened> {
    this.#filesAt = this.#clock.now() + FILES_EVERY_MS
    const signature = signatureOf(opened.workspace.root)
    if (signature === opened.signature) return opened
    try {
      const next = await this.#open()
      this.#retired.push(opened.workspace)
      this.#toldProblem = ''
      this.#tell({ type: 'reloaded', services: next.watching.services.length })
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      this.#opened = { ...opened, signature }
      this.#tellProblems(error.problems)
    }
    return this.#opened ?? opened
  }

  #fetch({ workspace, watching }: Opened): void {
    this.#gitAt = Number.POSITIVE_INFINITY
    this.#begin(async () => {
      const fetched = await this.#withSignal((signal) => fetchBranch(workspace.root, signal))
      this.#gitAt = this.#clock.now() + (watching.settings.gitMs ?? Number.POSITIVE_INFINITY)
      if (this.#options.signal.aborted) return
      if ('problem' in fetched) this.#tellProblems([fetched.problem])
      else if (fetched.from !== fetched.to) {
        this.#tell({ type: 'fetched', ...fetched })
        this.#filesAt = this.#clock.now()
      }
    })
  }

  // telling

  #tell(note: WatchNote): void {
    const event = { at: this.#clock.now(), ...note } as WatchEvent // a note is an event without its time
    this.#options.onEvent(event)
    this.#opened?.hooks.tell(event)
  }

  /** The same problems are told once, until something else was. */
  #tellProblems(problems: readonly Problem[]): void {
    const digest = digestOf(problems.map(problemLine))
    if (digest === this.#toldProblem) return
    this.#toldProblem = digest
    this.#tell({ type: 'problem', problems })
  }

  async #lastWords(): Promise<void> {
    const until = this.#clock.now() + LAST_WORDS_MS
    while (this.#opened && !this.#opened.hooks.idle && this.#clock.now() < until) await this.#sleeper.sleepUntil(until)
  }
}

/** A workspace as it was read last, and what the watch knows besides. */
interface Opened {
  readonly workspace: Workspace
  readonly watching: Watching
  readonly known: KnownServices
  readonly schedule: Schedule
  readonly hooks: Hooks
  readonly signature: string
}

/** Why changes wait for a person; undefined: they do not. */
function whyNot(
  policy: Watching['settings']['apply'],
  services: Parameters<typeof risksOf>[0],
  blocked: readonly Problem[],
): string | undefined {
  if (policy === 'never') return '`watch: { apply: never }` leaves changes to people'
  if (blocked[0]) return blocked[0].message
  const risks = policy === 'safe' ? risksOf(services) : []
  return risks.length > 0 ? risks.join('; ') : undefined
}

/** Entries of one action with the same arguments run together. */
function batches(entries: readonly Scheduled[]): Scheduled[][] {
  const byOrder = new Map<string, Scheduled[]>()
  for (const entry of entries) {
    const key = digestOf([entry.action, entry.args, entry.force])
    byOrder.set(key, [...(byOrder.get(key) ?? []), entry])
  }
  return [...byOrder.values()]
}

const heldBy = ({ who, pid, host, since }: Holder): Problem => ({
  code: 'LEASE_HELD',
  message: `${who} (pid ${pid} on ${host}) works on this workspace since ${new Date(since).toISOString()}.`,
})
