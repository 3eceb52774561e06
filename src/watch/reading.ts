/** Opens the workspace, and again when its files change or its branch goes forward. */
import type { Address } from '../base/address.ts'
import { ProblemsError } from '../base/problem.ts'
import { type Random, randomOf } from '../base/random.ts'
import type { Roads } from '../workspace/roads.ts'
import type { WatchedService, Workspace } from '../workspace.ts'
import { observeFiles, signatureOf } from './files.ts'
import { fetchBranch } from './git.ts'
import { Hooks } from './hooks.ts'
import { KnownServices } from './known.ts'
import { type Loop, NEVER, type Opened } from './opened.ts'
import { Schedule } from './schedule.ts'

/** How often files are asked for changes that the kernel did not tell. */
const FILES_EVERY_MS = 60_000
/** Files that change mostly do so together. */
const FILES_SETTLE_MS = 300

export interface ReadingOptions {
  open(roads: Roads): Promise<Workspace>
  readonly roads: Roads
  readonly random: Random | undefined
  /** False: the branch is left where it is. */
  readonly followsGit: boolean
  /** What is gone by from now on. */
  onOpened(opened: Opened): void
}

export class Reading {
  readonly #loop: Loop
  readonly #options: ReadingOptions
  /** Workspaces that were read before; something may still run in them. */
  readonly #retired: Workspace[] = []
  readonly #stops: (() => void)[] = []
  #opened: Opened | undefined
  #signature = ''
  #filesAt = 0
  #gitAt = NEVER

  constructor(loop: Loop, options: ReadingOptions) {
    this.#loop = loop
    this.#options = options
  }

  /** Throws what is wrong with the workspace. */
  async start(): Promise<Opened> {
    const opened = await this.#open()
    this.#stops.push(observeFiles(opened.workspace.root, () => this.#mayHaveChanged()))
    return opened
  }

  /** Reads anew what changed. With mistakes in the new files, the watch goes on with those that it read last. */
  async refresh(opened: Opened): Promise<Opened> {
    const now = this.#loop.clock.now()
    if (now >= this.#gitAt) this.#fetch(opened)
    if (now < this.#filesAt) return opened
    this.#filesAt = now + FILES_EVERY_MS
    const signature = signatureOf(opened.workspace.root)
    if (signature === this.#signature) return opened
    try {
      const next = await this.#open()
      this.#retired.push(opened.workspace)
      this.#loop.tellProblems('files', [])
      this.#loop.tell({ type: 'reloaded', services: next.services.size })
      return next
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      this.#signature = signature
      this.#loop.tellProblems('files', error.problems)
      return opened
    }
  }

  next(): number {
    return Math.min(this.#filesAt, this.#gitAt)
  }

  /** Nothing runs any more in what was read before. */
  async closeRetired(): Promise<void> {
    for (const old of this.#retired.splice(0)) await old.close()
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    await this.closeRetired()
    await this.#opened?.workspace.close()
  }

  async #open(): Promise<Opened> {
    const workspace = await this.#options.open(this.#options.roads)
    try {
      const signature = signatureOf(workspace.root)
      const watching = await workspace.watching()
      const services = new Map(watching.services.map((service) => [service.address, service]))
      const kept = this.#opened ?? this.#first(workspace, services)
      const opened: Opened = { ...kept, workspace, watching, services }
      this.#opened = opened
      this.#signature = signature
      this.#follow(opened)
      return opened
    } catch (error) {
      if (this.#opened?.workspace !== workspace) await workspace.close()
      throw error
    }
  }

  /** What is known is known of all readings: it is made with the first one. */
  #first(
    first: Workspace,
    services: ReadonlyMap<Address, WatchedService>,
  ): Pick<Opened, 'known' | 'schedule' | 'hooks'> {
    const { clock } = this.#loop
    const workspace = (): Workspace => this.#opened?.workspace ?? first
    const known = new KnownServices(
      {
        now: () => clock.now(),
        service: (address) => (this.#opened?.services ?? services).get(address),
        tell: (note) => this.#loop.tell(note),
        isActing: () => this.#loop.isActing(),
        note: (state) => workspace().noteActions([state]),
      },
      first.memory().actions,
    )
    const schedule = new Schedule({
      clock,
      random: this.#options.random ?? randomOf(clock.now()),
      states: () => workspace().memory().actions,
      note: (states) => workspace().noteActions(states),
    })
    const hooks = new Hooks({
      clock,
      workspace: first.identity.id,
      environment: first.environment,
      kept: () => workspace().deliveries(),
      keep: (news) => workspace().noteDeliveries(news),
      onProblem: (problem) => this.#loop.tellProblems('hooks', [problem]),
      onIdle: () => this.#loop.wake(),
    })
    return { known, schedule, hooks }
  }

  #follow(opened: Opened): void {
    const { watching, services, known, schedule, hooks } = opened
    known.keepOnly(new Set(services.keys()))
    known.forgive()
    schedule.follow(watching.recurring)
    hooks.follow(watching.hooks)
    const now = this.#loop.clock.now()
    this.#filesAt = now + FILES_EVERY_MS
    const { gitMs } = watching.settings
    this.#gitAt = gitMs === undefined || !this.#options.followsGit ? NEVER : Math.min(this.#gitAt, now + gitMs)
    this.#options.onOpened(opened)
  }

  #mayHaveChanged(): void {
    this.#filesAt = Math.min(this.#filesAt, this.#loop.clock.now() + FILES_SETTLE_MS)
    this.#loop.wake()
  }

  #fetch({ workspace, watching }: Opened): void {
    const { clock, signal } = this.#loop
    this.#gitAt = NEVER
    this.#loop.begin(async () => {
      const fetched = await fetchBranch(workspace.root, signal)
      this.#gitAt = clock.now() + (watching.settings.gitMs ?? NEVER)
      if (signal.aborted) return
      this.#loop.tellProblems('git', 'problem' in fetched ? [fetched.problem] : [])
      if ('problem' in fetched || fetched.from === fetched.to) return
      this.#loop.tell({ type: 'fetched', ...fetched })
      this.#filesAt = clock.now()
    })
  }
}
