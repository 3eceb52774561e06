/** Tells webhooks: signed, kept in the store until they are taken, tried again where nobody answers, and bounded where nobody ever does. */
import { createHmac, randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import type { Secret } from '../base/secret.ts'
import type { WatchHook } from '../engine/blueprint/workspace-file.ts'
import type { Delivery } from '../store/store.ts'
import { isNews, type WatchEvent } from './events.ts'

export interface HookTarget {
  /** By which its news are kept. */
  readonly key: string
  readonly hook: WatchHook
  readonly secret?: Secret
}

export interface HooksOptions {
  readonly clock: Clock
  /** Said with every message: which workspace it is of. */
  readonly workspace: string
  readonly environment: string
  /** What an earlier watch left untold, oldest first. */
  kept(): readonly Delivery[]
  /** Writes down what is to be told, and what no longer is. */
  keep(news: { readonly add: readonly Delivery[]; readonly drop: readonly string[] }): void
  onProblem(problem: Problem): void
  /** Called when everything was told or given up. */
  onIdle(): void
}

/** Waits between attempts; after the last one a message is given up. */
const WAITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000]
const QUEUE_MAX = 200
const ANSWER_MS = 10_000
/** Older news is told to nobody. */
const AGE_MAX_MS = 24 * 3_600_000

interface Line {
  target: HookTarget
  readonly queue: Delivery[]
  working: boolean
}

export class Hooks {
  readonly #options: HooksOptions
  readonly #stopped = new AbortController()
  #lines = new Map<string, Line>()

  constructor(options: HooksOptions) {
    this.#options = options
  }

  /** Who is told from now on. What waits for a webhook that is still named goes on waiting, also from an earlier watch. */
  follow(targets: readonly HookTarget[]): void {
    const lines = new Map<string, Line>()
    for (const target of targets) {
      const known = this.#lines.get(target.key)
      if (known) known.target = target
      lines.set(target.key, known ?? { target, queue: [], working: false })
    }
    for (const [key, line] of this.#lines) if (!lines.has(key)) line.queue.length = 0
    const since = this.#options.clock.now() - AGE_MAX_MS
    const drop: string[] = []
    for (const one of this.#options.kept()) {
      const line = lines.get(one.hook)
      if (!line || one.at < since) drop.push(one.id)
      else if (!this.#lines.has(one.hook)) line.queue.push(one)
    }
    this.#lines = lines
    this.#keep([], drop)
    for (const line of lines.values()) if (!line.working && line.queue.length > 0) void this.#work(line)
  }

  tell(event: WatchEvent): void {
    if (!isNews(event)) return
    const { workspace, environment } = this.#options
    const [add, drop, lines] = [[] as Delivery[], [] as string[], [] as Line[]]
    for (const line of this.#lines.values()) {
      const { key, hook } = line.target
      if (hook.on && !hook.on.includes(event.type)) continue
      const id = randomUUID()
      const at = new Date(event.at).toISOString()
      const body = JSON.stringify({ format: 1, id, workspace, environment, ...event, at })
      const one = { id, hook: key, type: event.type, body, at: event.at }
      line.queue.push(one)
      add.push(one)
      lines.push(line)
      // The first is under way.
      if (line.queue.length > QUEUE_MAX)
        drop.push(...line.queue.splice(1, line.queue.length - QUEUE_MAX).map((old) => old.id))
    }
    this.#keep(add, drop)
    for (const line of lines) if (!line.working) void this.#work(line)
  }

  get idle(): boolean {
    return [...this.#lines.values()].every((line) => !line.working)
  }

  /** Waits for nothing more: what was not told by now is not told. */
  stop(): void {
    this.#stopped.abort()
  }

  async #work(line: Line): Promise<void> {
    line.working = true
    for (let message = line.queue[0]; message && !this.#stopped.signal.aborted; message = line.queue[0]) {
      await this.#deliver(line, message)
      if (this.#stopped.signal.aborted) break // it may not have been told: the next watch does
      if (line.queue[0] === message) line.queue.shift()
      this.#keep([], [message.id])
    }
    line.working = false
    this.#options.onIdle()
  }

  /** What cannot be written down is told all the same, for as long as this watch lives. */
  #keep(add: readonly Delivery[], drop: readonly string[]): void {
    if (add.length + drop.length === 0) return
    try {
      this.#options.keep({ add, drop })
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      for (const problem of error.problems) this.#options.onProblem(problem)
    }
  }

  async #deliver(line: Line, message: Delivery): Promise<void> {
    let failure = ''
    for (const waitMs of [0, ...WAITS_MS]) {
      if (waitMs > 0 && (await this.#isStoppedIn(waitMs))) return
      const answer = await post(line.target, message, this.#stopped.signal)
      if (answer === 'taken' || this.#stopped.signal.aborted || line.queue[0] !== message) return
      failure = answer.refused
      if (!answer.again) break
    }
    this.#options.onProblem({
      code: 'HOOK_FAILED',
      message: `The webhook at ${shown(line.target.hook.url)} could not be told of "${message.type}": ${failure}.`,
      hint: 'Is its address right, and does it answer 2xx? Later events are still sent.',
    })
  }

  async #isStoppedIn(ms: number): Promise<boolean> {
    const { signal } = this.#stopped
    await this.#options.clock.sleep(ms, signal).catch(() => undefined)
    return signal.aborted
  }
}

/** The header that proves who sent a body: HMAC-SHA-256 with the secret that both know. */
export const signatureOf = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** The rest of an address is often a secret itself. */
const shown = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)

/** Only to the address that was given: redirects are not followed. */
async function post(
  { hook, secret }: HookTarget,
  { id, type, body }: Delivery,
  signal: AbortSignal,
): Promise<'taken' | { readonly refused: string; readonly again: boolean }> {
  try {
    const response = await fetch(hook.url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ays-watch',
        'x-ays-event': type,
        'x-ays-delivery': id,
        ...(secret ? { 'x-ays-signature': signatureOf(body, secret.reveal()) } : {}),
      },
    })
    await response.body?.cancel()
    if (response.ok) return 'taken'
    const again = response.status >= 500 || response.status === 408 || response.status === 429
    return { refused: `it answered ${response.status}`, again }
  } catch (error) {
    return { refused: reasonOf(error), again: true }
  }
}

/** fetch says only that it failed, and why in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return cause.name === 'TimeoutError' ? 'it did not answer in time' : cause.message || cause.name
}
