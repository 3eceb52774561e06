/** Looks at services when they are due, and at everything when the blueprints changed. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { unsavedProblems } from '../engine/policy/approvals.ts'
import type { Watching } from '../workspace.ts'
import { otherHolder } from './holder.ts'
import { type Finding, judge } from './judge.ts'
import { AGAIN_MS, type Loop, NEVER, type Opened } from './opened.ts'
import { risksOf } from './risks.ts'
import { nextOfPeriod, Timetable } from './timetable.ts'

/** How often a service is looked at where nothing says otherwise. */
export const LOOK_EVERY_MS = 30_000

/** A look at several nodes waits so long, or so many times what looks took last, for a node that does not answer. */
const PATIENCE_MS = 3_000
const PATIENCE_FACTOR = 4

/** A look under way. */
interface Look {
  readonly abort: AbortController
  /** Services that were acted upon since it began: it may tell what was before. */
  readonly spoiled: Set<Address>
}

export class Looking {
  readonly #loop: Loop
  readonly #times = new Timetable<Address>()
  readonly #looks = new Set<Look>()
  /** When everything is looked at, new and gone services included. */
  #wholeAt = NEVER
  #wholeRuns = false
  #usualMs = 0
  #toldPending = ''
  #lastNow = 0

  constructor(loop: Loop) {
    this.#loop = loop
    loop.signal.addEventListener('abort', () => {
      for (const look of this.#looks) look.abort.abort()
    })
  }

  /** The services of the workspace as it is now; all are due. */
  follow({ services }: Opened): void {
    const now = this.#loop.clock.now()
    const addresses = new Set(services.keys())
    this.#times.keepOnly(addresses)
    for (const address of addresses) if (!this.#times.has(address)) this.#times.set(address, now)
    this.#wholeAt = now
  }

  /** Everything is about to be looked at, or is: what was known may be old. */
  get isWholeDue(): boolean {
    return this.#wholeRuns || this.#wholeAt <= this.#loop.clock.now()
  }

  /** Begins what is due, but for services that are acted upon, and what lives on nodes that are. */
  begin(opened: Opened, acted: ReadonlySet<Address>): void {
    const now = this.#loop.clock.now()
    if (now < this.#lastNow) this.#times.setAll(now)
    this.#lastNow = now
    if (this.#wholeRuns) return
    if (this.#wholeAt === NEVER && opened.known.hasUnjudged()) this.#wholeAt = now
    if (this.#wholeAt <= now) {
      // It looks at everything, so it begins when no other look is under way.
      if (this.#looks.size === 0) this.#beginWhole(opened, acted)
      return
    }
    const nodeOf = (address: Address): Address | undefined => opened.services.get(address)?.node
    // A node out of reach, or a look that hung, takes long to say so: the others do not wait for it.
    const groups = new Map<Address | undefined, Address[]>()
    for (const address of this.#times.due(now)) {
      const node = nodeOf(address)
      if (acted.has(address) || (node !== undefined && acted.has(node))) continue
      const lost = node !== undefined && opened.known.isLost(node) ? node : undefined
      const apart = lost ?? (opened.known.isUnknown(address) ? address : undefined)
      groups.set(apart, [...(groups.get(apart) ?? []), address])
    }
    for (const group of groups.values()) this.#beginGroup(opened, group, now)
  }

  /** One exchange per node, all at once; where one of them does not answer, each by itself. */
  #beginGroup(opened: Opened, only: readonly Address[], dueAt: number): void {
    for (const address of only) this.#times.begin(address)
    const byNode = new Map<Address | undefined, Address[]>()
    for (const address of only) {
      const node = opened.services.get(address)?.node
      byNode.set(node, [...(byNode.get(node) ?? []), address])
    }
    this.#look(new Set(), async (look) => {
      const patience = byNode.size > 1 ? this.#abortLate(look) : undefined
      const began = this.#loop.clock.now()
      const told = await this.#ask(opened, only, look)
      patience?.abort()
      if (told) this.#usualMs = this.#loop.clock.now() - began
      if (told || this.#loop.signal.aborted) for (const address of only) this.#end(opened, address, dueAt)
      else
        for (const some of byNode.values())
          this.#look(new Set(look.spoiled), async (one) => {
            await this.#ask(opened, some, one)
            for (const address of some) this.#end(opened, address, dueAt)
          })
    })
  }

  /** False when it was aborted before everything was known. Problems are told, and what was asked is due again. */
  async #ask(opened: Opened, only: readonly Address[], { abort, spoiled }: Look): Promise<boolean> {
    try {
      const plan = await opened.workspace.plan({ only, acts: false, signal: abort.signal })
      if (abort.signal.aborted) return false
      this.#learn(opened, judge(plan, only), spoiled)
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      this.#loop.tellProblems('work', error.problems)
    }
    return true
  }

  /** Aborts a look that takes much longer than looks do; the result calls that off. */
  #abortLate(look: Look): AbortController {
    const called = new AbortController()
    const patienceMs = Math.max(PATIENCE_MS, PATIENCE_FACTOR * this.#usualMs)
    this.#loop.clock.sleep(patienceMs, called.signal).then(
      () => look.abort.abort(),
      () => undefined,
    )
    return called
  }

  /** What looks under way say of these services is not gone by. */
  spoil(services: readonly Address[]): void {
    for (const look of this.#looks) for (const address of services) look.spoiled.add(address)
  }

  /** The first instant after now at which something is due. */
  next(now: number): number {
    return Math.min(this.#times.next(now) ?? NEVER, this.#wholeAt > now ? this.#wholeAt : NEVER)
  }

  #beginWhole(opened: Opened, acted: ReadonlySet<Address>): void {
    const began = this.#loop.clock.now()
    this.#wholeAt = NEVER
    this.#wholeRuns = true
    const services = [...opened.services.keys()]
    for (const address of services) this.#times.begin(address)
    this.#look(new Set(acted), async ({ abort, spoiled }) => {
      try {
        const plan = await opened.workspace.plan({ signal: abort.signal })
        if (abort.signal.aborted) return
        this.#learn(opened, judge(plan, services), spoiled)
        this.#decide(opened, plan, spoiled)
      } catch (error) {
        this.#wholeAt = this.#loop.clock.now() + AGAIN_MS
        throw error
      } finally {
        this.#wholeRuns = false
        for (const address of services) this.#end(opened, address, began)
      }
    })
  }

  #look(spoiled: Set<Address>, work: (look: Look) => Promise<void>): void {
    const look = { abort: new AbortController(), spoiled }
    this.#looks.add(look)
    this.#loop.begin(() => work(look).finally(() => this.#looks.delete(look)))
  }

  #end({ services, watching }: Opened, address: Address, dueAt: number): void {
    const everyMs = services.get(address)?.everyMs ?? watching.settings.everyMs ?? LOOK_EVERY_MS
    this.#times.end(address, nextOfPeriod(dueAt, everyMs, this.#loop.clock.now()))
  }

  /** While another ays works here, what is half done is no drift. */
  #learn({ workspace, known }: Opened, findings: ReadonlyMap<Address, Finding>, spoiled: ReadonlySet<Address>): void {
    const busy = otherHolder(workspace) !== undefined
    for (const [address, finding] of findings) {
      if (spoiled.has(address)) continue
      if (!busy || finding.state === 'ok' || finding.state === 'lost') known.learn(address, finding)
    }
  }

  /** Which changes of the blueprints the watch may apply by itself. */
  #decide({ known, watching }: Opened, plan: Plan, spoiled: ReadonlySet<Address>): void {
    const acts = new Set(plan.services.filter((one) => one.action === 'act').map((one) => one.address))
    const findings = judge(plan, [])
    const services = plan.services.filter(
      ({ address }) => !spoiled.has(address) && (findings.get(address)?.state === 'changed' || acts.has(address)),
    )
    if (services.length === 0) return
    const why = whyNot(watching.settings.apply, services, [...plan.blocked, ...unsavedProblems(plan.demands)])
    for (const { address } of services) known.decide(address, { approved: why === undefined, acts: acts.has(address) })
    if (why === undefined) return
    const digest = digestOf([why, services.map(({ address, action, tasks }) => [address, action, tasks])])
    if (digest === this.#toldPending) return
    this.#toldPending = digest
    this.#loop.tell({ type: 'pending', services: services.map(({ address, action }) => ({ address, action })), why })
  }
}

/** Why changes wait for a person; undefined: they do not. */
function whyNot(
  policy: Watching['settings']['apply'],
  services: Plan['services'],
  blocked: readonly Problem[],
): string | undefined {
  if (policy === 'never') return '`watch: { apply: never }` leaves changes to people'
  if (blocked[0]) return blocked[0].message
  const risks = policy === 'safe' ? risksOf(services) : []
  return risks.length > 0 ? risks.join('; ') : undefined
}
