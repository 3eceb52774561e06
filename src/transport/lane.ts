/** A lane: a long-lived shell on a node that runs one script at a time, with exact streams, bounds and a deadline. */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Bounded, type Kept, MarkScanner } from './stream.ts'

export interface LaneRunOptions {
  readonly timeoutMs: number
  /**
   * `begin` (the default): all in all, here and on the node as well (plus some seconds), should the connection go away.
   * `output`: since it last said something, here only; on the node it goes on to its end.
   */
  readonly countsFrom?: 'begin' | 'output'
  /** The first and the last so many bytes of each stream are kept. */
  readonly limitBytes: number
  /** What happens beyond the limit: the script is ended, or it goes on and the middle of its output is dropped. */
  readonly beyond: 'end' | 'drop'
  /** How a script is ended: TERM lets it tidy up (it has 3 s), KILL does not. */
  readonly end?: 'TERM' | 'KILL'
  readonly signal?: AbortSignal
}

export interface LaneResult {
  readonly code: number
  readonly stdout: Kept
  readonly stderr: Kept
  /** Why it was ended from here, if it was. */
  readonly ended?: 'timeout' | 'abort' | 'output'
  /** A process that left the group still holds a stream; the lane was dropped. */
  readonly held?: true
}

/** The shell behind a lane went away. `stderr` holds its last words. */
export class LaneLostError extends Error {
  override readonly name = 'LaneLostError'
  readonly stderr: string
  readonly code: number | null
  /** Nothing of the script reached the node. */
  readonly unsent: boolean
  constructor(code: number | null, stderr: string, options: { unsent: boolean }) {
    super(`The shell on the node went away (exit ${code ?? 'by signal'}). ${stderr}`.trim())
    this.code = code
    this.stderr = stderr
    this.unsent = options.unsent
  }
}

const KILL_AFTER_MS = 3_000
const KILL_AGAIN_MS = 200
const DROP_AFTER_MS = 6_000
const HELD_AFTER_MS = 1_000

interface Running {
  readonly options: LaneRunOptions
  readonly out: Stream
  readonly err: Stream
  readonly settle: (result: LaneResult | LaneLostError) => void
  readonly timers: Set<NodeJS.Timeout>
  group?: string
  code?: number
  ended?: LaneResult['ended']
  heldTimer?: NodeJS.Timeout
  /** Ends what says nothing. */
  silence?: NodeJS.Timeout
}

interface Stream {
  readonly kept: Bounded
  scanner: MarkScanner
  relay?: string
  cut?: true
  done?: true
}

/** Made by `openLane` of `open-lane.ts`; `run` takes one script at a time; `drop` ends it at once, `close` lets it go. */
export class Lane {
  /** User id on the node. */
  readonly uid: number
  readonly #child: ChildProcess
  readonly #errTail: Bounded
  #running: Running | undefined
  #lost: LaneLostError | undefined
  constructor(child: ChildProcess, uid: number, errTail: Bounded) {
    this.#child = child
    this.uid = uid
    this.#errTail = errTail
    child.stdout?.on('data', (chunk: Buffer) => this.#add('out', chunk))
    child.stderr?.on('data', (chunk: Buffer) => this.#add('err', chunk))
    whenGone(child, (code) => this.#gone(code))
  }
  get usable(): boolean {
    return this.#lost === undefined
  }
  get busy(): boolean {
    return this.#running !== undefined
  }

  /** Throws LaneLostError when the shell goes away. Aborting ends the script and still gives its result. */
  async run(script: string, options: LaneRunOptions): Promise<LaneResult> {
    if (script.includes('\0')) throw new Error('A script holds a NUL byte; base64 carries such data.')
    if (this.#running) throw new Error('A lane runs one script at a time.')
    if (this.#lost) throw new LaneLostError(this.#lost.code, this.#lost.stderr, { unsent: true })
    const [a, b] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
    const bytes = Buffer.from(script)
    const silent = options.countsFrom === 'output'
    const seconds = silent ? 0 : Math.ceil(options.timeoutMs / 1_000) + 5
    const result = await new Promise<LaneResult | LaneLostError>((settle) => {
      const running: Running = {
        options,
        settle,
        timers: new Set(),
        out: this.#stream(`${a}${b}`, options, 'out'),
        err: this.#stream(`${a}${b}`, options, 'err'),
      }
      this.#running = running
      const deadline = this.#after(options.timeoutMs, () => this.#end('timeout'))
      if (silent) running.silence = deadline
      options.signal?.addEventListener('abort', this.#onAbort)
      this.#send(`x ${a} ${b} ${bytes.length} ${seconds} ${options.limitBytes}\n`)
      this.#send(bytes)
      if (options.signal?.aborted) this.#end('abort')
    })
    if (result instanceof LaneLostError) throw result
    return result
  }

  /** Ends the process group of what runs now. */
  endRunning(): void {
    this.#end('abort')
  }
  /** Kills the lane with all that hangs on it; scripts in groups of their own end by their deadlines. */
  drop(): void {
    if (this.#lost) return
    this.#send('q\n')
    this.#child.stdin?.end()
    this.#gone(null)
    setTimeout(() => this.#child.kill('SIGKILL'), 500).unref()
  }
  close(): void {
    if (this.#running) this.drop()
    else this.#child.stdin?.end()
    setTimeout(() => this.#child.kill('SIGKILL'), 2_000).unref()
  }

  #onAbort = (): void => this.#end('abort')

  #stream(mark: string, options: LaneRunOptions, which: 'out' | 'err'): Stream {
    const kept = new Bounded(options.limitBytes)
    const onBytes = (bytes: Buffer): void => {
      kept.add(Buffer.from(bytes))
      if (kept.total > 2 * options.limitBytes) this.#beyond(which)
    }
    return { kept, scanner: new MarkScanner(mark, onBytes, (letter, rest) => this.#mark(which, letter, rest)) }
  }
  #add(which: 'out' | 'err', chunk: Buffer): void {
    this.#running?.heldTimer?.refresh()
    if (!this.#running?.ended) this.#running?.silence?.refresh()
    if (this.#running) this.#running[which].scanner.add(chunk)
    else if (which === 'err') this.#errTail.add(chunk)
  }
  #mark(which: 'out' | 'err', letter: string, rest: string): void {
    const running = this.#running
    if (!running) return
    if (letter === 'P') {
      running.group = rest
      if (running.ended) this.#kill()
    } else if (letter === 'R') {
      running[which].relay = rest
      if (running[which].cut) this.#send(`k ${rest} KILL\n`)
    } else if (letter === 'X') {
      running.code = Number(rest)
      running.heldTimer = this.#after(HELD_AFTER_MS, () => this.#finish({ held: true }))
    } else if (letter === 'Z') running[which].done = true
    if (running.code !== undefined && running.out.done && running.err.done) this.#finish({})
  }
  #beyond(which: 'out' | 'err'): void {
    const running = this.#running
    if (!running) return
    if (running.options.beyond === 'end') {
      if (!running.ended) this.#end('output')
    } else if (!running[which].cut) {
      running[which].cut = true
      const relay = running[which].relay
      if (relay) this.#send(`k ${relay} KILL\n`)
    }
  }
  #end(why: 'timeout' | 'abort' | 'output'): void {
    const running = this.#running
    if (!running || running.ended) return
    running.ended = why
    this.#kill()
    this.#after(DROP_AFTER_MS, () => this.#finish({ held: true }))
  }
  #kill(): void {
    const group = this.#running?.group
    if (!group) return
    if (this.#running?.options.end === 'TERM') {
      this.#send(`k -${group} TERM\n`)
      this.#after(KILL_AFTER_MS, () => this.#send(`k -${group} KILL\n`))
    } else {
      this.#send(`k -${group} KILL\n`)
      // The group is named a moment before `timeout` makes it: a signal that came too early is sent again.
      this.#after(KILL_AGAIN_MS, () => this.#kill())
    }
  }
  #finish(how: { held?: true }): void {
    const running = this.#running
    if (!running) return
    this.#clear()
    running.settle({
      code: running.code ?? 137,
      stdout: running.out.kept.kept(),
      stderr: running.err.kept.kept(),
      ...(running.ended ? { ended: running.ended } : {}),
      ...how,
    })
    if (how.held) this.drop()
  }
  #gone(code: number | null): void {
    if (this.#lost) return
    const words = this.#running ? this.#running.err.kept.kept().bytes : this.#errTail.kept().bytes
    this.#lost = new LaneLostError(code, words.toString('utf8').slice(-2_000).trim(), { unsent: false })
    const running = this.#running
    this.#clear()
    running?.settle(this.#lost)
  }
  #after(ms: number, then: () => void): NodeJS.Timeout {
    const timer = setTimeout(then, Math.min(ms, 2_000_000_000))
    this.#running?.timers.add(timer)
    return timer
  }
  #clear(): void {
    for (const timer of this.#running?.timers ?? []) clearTimeout(timer)
    this.#running?.options.signal?.removeEventListener('abort', this.#onAbort)
    this.#running = undefined
  }
  #send(bytes: string | Buffer): void {
    this.#child.stdin?.write(bytes)
  }
}

/** After the last bytes when they come soon, else 300 ms after the end: something may still hold the streams. */
export function whenGone(child: ChildProcess, then: (code: number | null) => void): void {
  child.once('close', (code) => then(code))
  child.once('exit', (code) => setTimeout(() => then(code), 300).unref())
}
