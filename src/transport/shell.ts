/** A transport over lanes: what the local and the ssh road have in common. */
import type { Problem } from '../base/problem.ts'
import { isSecret, type Sealer } from '../base/secret.ts'
import type { FactsLook } from '../engine/facts.ts'
import { act } from './act.ts'
import { undoOf } from './job-script.ts'
import { type Lane, LaneLostError, type LaneResult, type LaneRunOptions } from './lane.ts'
import { type LookOptions, look } from './look.ts'
import { openLane } from './open-lane.ts'
import { lanePool } from './pool.ts'
import { preamble } from './preamble.ts'
import { groupScript } from './questions.ts'
import { base64Document, fileName, hereDocument, words } from './quote.ts'
import { LEFT_OUT, redactor } from './redact.ts'
import { attachProgram, confirmProgram, endProgram, leaveProgram } from './shell-program.ts'
import type { Kept } from './stream.ts'
import { type Attached, type Transport, TransportError } from './transport.ts'

export interface ShellOptions {
  readonly sealer: Sealer
  readonly factsLook: FactsLook
  /** Starts a shell on the node that runs `bootCommand`. */
  readonly argv: () => Promise<readonly string[]>
  /** The same over a connection that nobody else uses, where those of `argv` may share one. */
  readonly freshArgv?: () => Promise<readonly string[]>
  readonly helloMs: number
  /** What is wrong when the shell did not start. */
  readonly openProblem: (lost: LaneLostError) => Problem
  /** Instead of the node's own folder of ays: for tests. */
  readonly folder?: string
  /** Deadline of a program with all its questions, and with a single one. */
  readonly lookMs?: number
  readonly singleLookMs?: number
  readonly onClose?: () => Promise<void>
}

const EXEC_BYTES_MAX = 32 * 1024
const EXEC_TIMEOUT_MS = 60_000
const FACTS_TIMEOUT_MS = 30_000
const END_TIMEOUT_MS = 30_000
/** An undo may be running just then. */
const CONFIRM_TIMEOUT_MS = 600_000
const ATTACH_TIMEOUT_MS = 24 * 3_600_000

export function shellTransport(options: ShellOptions): Transport {
  const { folder, sealer } = options
  const pool = lanePool(open)
  const acting = new Set<Lane>()

  function open(signal?: AbortSignal): Promise<Lane> {
    return begin(options.argv, signal)
  }

  async function begin(argv: ShellOptions['argv'], signal?: AbortSignal): Promise<Lane> {
    try {
      return await openLane(await argv(), { helloMs: options.helloMs, ...(signal ? { signal } : {}) })
    } catch (error) {
      if (signal?.aborted) throw cancelled()
      if (error instanceof LaneLostError) throw new TransportError(options.openProblem(error))
      throw error
    }
  }

  /** On a free lane; on another one if that lane turns out dead before the script was sent. */
  async function run(script: string, how: LaneRunOptions): Promise<LaneResult> {
    for (let attempt = 0; ; attempt++) {
      const lane = await take(how.signal)
      acting.add(lane)
      try {
        return await lane.run(script, how)
      } catch (error) {
        if (!(error instanceof LaneLostError) || !error.unsent || attempt > 0) throw error
      } finally {
        acting.delete(lane)
        pool.give(lane)
      }
    }
  }

  async function take(signal?: AbortSignal): Promise<Lane> {
    try {
      return await pool.take(signal)
    } catch (error) {
      throw signal?.aborted ? cancelled() : error
    }
  }

  /** As `run`, for what only reads or whose outcome cannot be lost: every end but its own is a TransportError. */
  async function ask(script: string, how: LaneRunOptions): Promise<LaneResult> {
    try {
      const result = await run(script, how)
      if (result.ended === 'abort') throw cancelled()
      return result
    } catch (error) {
      if (error instanceof LaneLostError) throw new TransportError(lostProblem(error))
      throw error
    }
  }

  const lookOptions = (signal: AbortSignal): LookOptions => ({
    run: ask,
    folder,
    sealer,
    joinedMs: options.lookMs ?? 20_000,
    singleMs: options.singleLookMs ?? 10_000,
    signal,
  })

  return {
    look: (questions, signal) => look(questions, lookOptions(signal)),

    act: (jobs, signal) => act(jobs, { ...lookOptions(signal), runJobs: run }),

    async attach(ids, signal) {
      if (ids.length === 0) return []
      const script = `${preamble(folder)}${attachProgram}${ids.map((id) => `became ${fileName(id)}\n`).join('')}`
      const result = await ask(script, { timeoutMs: ATTACH_TIMEOUT_MS, limitBytes: 1_000_000, beyond: 'end', signal })
      return attachedOf(ids, result)
    },

    async end(ids, signal) {
      if (ids.length === 0) return []
      const script = `${preamble(folder)}${endProgram}finish ${ids.map(fileName).join(' ')}\n`
      // A lane of its own: what is to be ended may hold all others.
      const lane = await open(signal)
      try {
        const result = await lane.run(script, {
          timeoutMs: END_TIMEOUT_MS,
          limitBytes: 1_000_000,
          beyond: 'end',
          signal,
        })
        if (result.ended) throw result.ended === 'abort' ? cancelled() : new TransportError(notEnded(ids))
        return attachedOf(ids, result)
      } catch (error) {
        if (error instanceof LaneLostError) throw new TransportError(lostProblem(error))
        throw error
      } finally {
        lane.close()
      }
    },

    async confirm(id, signal) {
      const lane = await begin(options.freshArgv ?? options.argv, signal)
      try {
        const script = `${preamble(folder)}${confirmProgram}confirm ${fileName(id)} ${undoOf(id)}\n`
        const how = { timeoutMs: CONFIRM_TIMEOUT_MS, limitBytes: 10_000, beyond: 'end', signal } as const
        const said = (await lane.run(script, how)).stdout.bytes.toString('utf8').trim()
        if (said === 'confirmed' || said === 'undone' || said === 'not armed') return said
        throw new TransportError({ code: 'NODE_LOST', message: `The node did not say what became of job ${id}.` })
      } catch (error) {
        if (error instanceof LaneLostError) throw new TransportError(lostProblem(error))
        throw error
      } finally {
        lane.close()
      }
    },

    async facts(signal) {
      const { redirect, body } = hereDocument(
        groupScript({
          program: { name: 'facts', text: options.factsLook.program },
          questions: [],
          indexes: [],
          args: [],
        }),
      )
      const script = `${preamble(folder)}ask ${FACTS_TIMEOUT_MS / 1_000} ${redirect}\n${body}exit $c\n`
      const result = await ask(script, {
        timeoutMs: FACTS_TIMEOUT_MS + 5_000,
        limitBytes: 4_000_000,
        beyond: 'end',
        end: 'TERM',
        signal,
      })
      const facts = result.code === 0 ? options.factsLook.parse(result.stdout.bytes.toString('utf8')) : undefined
      if (facts) return facts
      const said = result.stderr.bytes.toString('utf8').trim().slice(-500)
      throw new TransportError({
        code: 'LOOK_FAILED',
        message: `The node did not say what it is (exit ${result.code}). ${said}`.trim(),
      })
    },

    async exec(what, { timeoutMs = EXEC_TIMEOUT_MS, signal }) {
      const redact = redactor([what.stdin])
      const plain = isSecret(what.stdin) ? what.stdin.reveal() : (what.stdin ?? '')
      const { redirect, body } = base64Document(plain)
      const script = `exec_() { base64 -d <&3 3<&- | { exec 3<&-; exec ${words(what.argv)}; }; }\nexec_ ${redirect}\n${body}`
      const result = await ask(script, { timeoutMs, limitBytes: EXEC_BYTES_MAX, beyond: 'drop', signal })
      const code = result.ended === 'timeout' ? 124 : result.code
      return { code, stdout: redact(shown(result.stdout)), stderr: redact(shown(result.stderr)) }
    },

    async leave(workspace, signal) {
      const script = `${preamble(folder)}${leaveProgram}leave ${fileName(workspace)} ${words([workspace.replaceAll(/[\t\n\r]/g, ' ')])}\n`
      await ask(script, { timeoutMs: 60_000, limitBytes: 100_000, beyond: 'end', signal })
    },

    async endRunning() {
      for (const lane of acting) lane.endRunning()
    },

    async close() {
      pool.close()
      await options.onClose?.()
    },
  }
}

function attachedOf(ids: readonly string[], result: LaneResult): Attached[] {
  const states = result.stdout.bytes.toString('utf8').split('\n')
  return ids.map((_id, i) => ({ state: attachedState(states[i]) }))
}

const notEnded = (ids: readonly string[]): Problem => ({
  code: 'COMMAND_TIMEOUT',
  message: `What runs of ${ids.join(', ')} did not end within ${END_TIMEOUT_MS / 1_000} s although it was killed.`,
  hint: 'A process that hangs in the kernel (state D) ends when what it waits for answers, or with its node.',
})

function attachedState(word: string | undefined): Attached['state'] {
  return word === 'ended' ? 'ended' : word === 'died' ? 'died' : 'never began'
}

function shown({ bytes, lost }: Kept): string {
  if (lost === 0) return bytes.toString('utf8')
  return `${bytes.subarray(0, EXEC_BYTES_MAX).toString('utf8')}${LEFT_OUT}${bytes.subarray(EXEC_BYTES_MAX).toString('utf8')}`
}

const cancelled = (): TransportError =>
  new TransportError({ code: 'CANCELLED', message: 'Interrupted while the node was asked.' })

function lostProblem(error: LaneLostError): Problem {
  return { code: 'NODE_LOST', message: `The connection to the node was lost. ${error.stderr}`.trim() }
}
