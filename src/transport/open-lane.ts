/** Opens a lane: starts its shell, sends it the program and waits for the hello. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { environmentVariables } from '../base/environment.ts'
import { Lane, LaneLostError, whenGone } from './lane.ts'
import { laneProgram } from './lane-program.ts'
import { Bounded, MarkScanner } from './stream.ts'

/**
 * Starts the shell and waits for its hello. `argv` must run `bootCommand` on the node. Throws LaneLostError when the
 * shell ends or `helloMs` is over before it said hello.
 */
export async function openLane(
  argv: readonly string[],
  options: { helloMs: number; signal?: AbortSignal },
): Promise<Lane> {
  const [file = '/bin/sh', ...args] = argv
  // Detached: a Ctrl-C at the terminal, and the lane's own `kill 0`, must not cross between ays and the lane.
  const child = spawn(file, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environmentVariables(),
  })
  child.stdin?.on('error', () => undefined)
  const [a, b] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  const program = Buffer.from(laneProgram(a, b))
  const noise = new Bounded(16_384)
  const uid = await new Promise<number | LaneLostError>((settle) => {
    let uid: number | undefined
    let hellos = 0
    const hello = (_letter: string, rest: string): void => {
      uid = Number(rest)
      if (++hellos === 2) finish(uid)
    }
    const out = new MarkScanner(`${a}${b}`, (bytes) => noise.add(Buffer.from(bytes)), hello)
    const err = new MarkScanner(`${a}${b}`, (bytes) => noise.add(Buffer.from(bytes)), hello)
    const onOut = (chunk: Buffer): void => out.add(chunk)
    const onErr = (chunk: Buffer): void => err.add(chunk)
    const lost = (code: number | null, why = ''): void =>
      finish(new LaneLostError(code, `${noise.kept().bytes.toString('utf8').trim()}${why}`, { unsent: true }))
    const onAbort = (): void => lost(null, 'aborted')
    const timer = setTimeout(() => lost(null, `No answer within ${options.helloMs} ms.`), options.helloMs)
    let settled = false
    const finish = (result: number | LaneLostError): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      child.stdout?.off('data', onOut)
      child.stderr?.off('data', onErr)
      options.signal?.removeEventListener('abort', onAbort)
      settle(result)
    }
    child.stdout?.on('data', onOut)
    child.stderr?.on('data', onErr)
    child.on('error', (error) => lost(null, error.message))
    whenGone(child, (code) => lost(code))
    options.signal?.addEventListener('abort', onAbort)
    if (options.signal?.aborted) onAbort()
    child.stdin?.write(`${program.length}\n`)
    child.stdin?.write(program)
  })
  if (typeof uid !== 'number') {
    child.kill('SIGKILL')
    throw uid
  }
  return new Lane(child, uid, new Bounded(8_192))
}
