/** One node's desk: gathers what many services ask in the same moment into one exchange, and keeps the limits. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import {
  type Confirmed,
  type NodeJob,
  type NodeOutcome,
  type Question,
  type Seen,
  type Transport,
  TransportError,
} from '../transport/transport.ts'

/** How many exchanges with commands may be under way over all nodes. */
export interface Gate {
  enter(): Promise<void>
  leave(): void
}

export function gateOf(max: number): Gate {
  let free = max
  const waiting: (() => void)[] = []
  return {
    async enter() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    leave() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}

interface Waiting<Ask, Answer> {
  readonly ask: Ask
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

const JOBS_PER_EXCHANGE = 64

/** Exchanges with commands on one node at once, where ays.yaml says nothing. A transport has as many lanes. */
export const LANES_PER_NODE = 4

export class NodeDesk {
  readonly node: Address
  readonly #open: () => Promise<Transport>
  readonly #gate: Gate
  readonly #signal: AbortSignal
  readonly #lanes: number
  readonly #renew: () => Promise<void>
  #transport: Promise<Transport> | undefined
  #down: Problem | undefined
  #looks: Waiting<readonly Question[], readonly Seen[]>[] = []
  #quick: Waiting<NodeJob, NodeOutcome>[] = []
  #slow: Waiting<NodeJob, NodeOutcome>[] = []
  #busy = 0
  #scheduled = false

  constructor(options: {
    node: Address
    open: () => Promise<Transport>
    gate: Gate
    signal: AbortSignal
    lanes: number
    /** Closes the connection, so that the next one is new. */
    renew: () => Promise<void>
  }) {
    this.node = options.node
    this.#open = options.open
    this.#gate = options.gate
    this.#lanes = options.lanes
    this.#renew = options.renew
    // One of its own: Node warns of a leak where more than ten listen to one signal, and a run has many desks.
    this.#signal = AbortSignal.any([options.signal])
  }

  transport(): Promise<Transport> {
    this.#transport ??= this.#open()
    return this.#transport
  }

  /** Looks asked in the same moment go in one exchange. */
  look(questions: readonly Question[]): Promise<readonly Seen[]> {
    return new Promise((resolve, reject) => {
      this.#looks.push({ ask: questions, resolve, reject })
      this.#soon()
    })
  }

  /** Quick jobs that are ready in the same moment go in one exchange; a slow one has an exchange of its own. */
  act(job: NodeJob, options: { readonly slow: boolean }): Promise<NodeOutcome> {
    return new Promise((resolve, reject) => {
      const queue = options.slow ? this.#slow : this.#quick
      queue.push({ ask: job, resolve, reject })
      this.#soon()
    })
  }

  /** Asks over a connection made now whether a job with an undo left the node reachable. Throws TransportError when it did not. */
  async confirm(id: string, signal: AbortSignal): Promise<Confirmed> {
    const told = await (await this.transport()).confirm(id, signal)
    if (this.#down === undefined) return told
    // The node is there after all: what follows takes a new connection.
    this.#down = undefined
    this.#transport = undefined
    await this.#renew()
    return told
  }

  #soon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#send()
    })
  }

  #send(): void {
    if (this.#looks.length > 0) void this.#sendLooks(this.#looks.splice(0))
    while (this.#busy < this.#lanes && (this.#quick.length > 0 || this.#slow.length > 0)) {
      const slow = this.#slow.shift()
      const jobs = slow ? [slow] : this.#quick.splice(0, JOBS_PER_EXCHANGE)
      this.#busy++
      void this.#sendJobs(jobs).finally(() => {
        this.#busy--
        this.#send()
      })
    }
  }

  async #sendLooks(asked: Waiting<readonly Question[], readonly Seen[]>[]): Promise<void> {
    try {
      if (this.#down) throw new TransportError(this.#down)
      const transport = await this.transport()
      const answers = await transport.look(
        asked.flatMap((one) => one.ask),
        this.#signal,
      )
      let from = 0
      for (const one of asked) {
        one.resolve(answers.slice(from, from + one.ask.length))
        from += one.ask.length
      }
    } catch (error) {
      this.#fail(asked, error)
    }
  }

  async #sendJobs(jobs: Waiting<NodeJob, NodeOutcome>[]): Promise<void> {
    await this.#gate.enter()
    try {
      if (this.#down) throw new TransportError(this.#down)
      const transport = await this.transport()
      const outcomes = await transport.act(
        jobs.map((one) => one.ask),
        this.#signal,
      )
      jobs.forEach((one, i) => {
        const outcome = outcomes[i]
        if (outcome) one.resolve(outcome)
        else one.reject(new Error(`${this.node} gave no outcome for ${one.ask.id}`))
      })
      const lost = outcomes.find((outcome) => outcome.state === 'lost')
      if (lost?.state === 'lost') this.#down = lost.problem
    } catch (error) {
      this.#fail(jobs, error)
    } finally {
      this.#gate.leave()
    }
  }

  #fail(
    asked: readonly Waiting<never, never>[] | readonly { reject: (error: unknown) => void }[],
    error: unknown,
  ): void {
    if (error instanceof TransportError) this.#down ??= error.problem
    for (const one of asked) one.reject(error)
  }
}
