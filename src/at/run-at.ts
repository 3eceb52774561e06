/** The near end of `--at`: one ssh that carries the workspace there and what is said back. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { environmentVariables } from '../base/environment.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { words } from '../transport/quote.ts'
import type { SourceFile } from '../workspace/source-files.ts'
import type { Destination } from './destination.ts'
import { type Frame, FrameReader, fileFrame, frame, GREETING, readFileFrame } from './frames.ts'
import type { AtRequest } from './request.ts'

export interface AtInput {
  readonly destination: Destination
  /** `ays` on the host: a name in its PATH, or a path. */
  readonly program: string
  readonly request: AtRequest
  readonly files: readonly SourceFile[]
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** A file that came back. */
  onFile(path: string, bytes: Buffer): void
  /** Ctrl-C and the like; gives what undoes it. */
  onSignal(forward: (name: 'SIGINT' | 'SIGTERM') => void): () => void
}

/** Gives the command's exit code. Throws AT_UNREACHABLE, AT_PROGRAM and what the host refuses. */
export async function runAt(input: AtInput): Promise<number> {
  const { destination, program } = input
  const options = ['-T', '-x', '-o', 'ServerAliveInterval=10', '-o', 'ServerAliveCountMax=3']
  const ssh = spawn('ssh', [...options, '--', destination.ssh, `exec ${words([program, 'at-host'])}`], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environmentVariables(),
  })
  const said = new Said()
  ssh.stdin.on('error', () => {}) // it ended meanwhile; its exit says why
  ssh.stderr.on('data', (bytes: Buffer) => said.add(bytes))
  const stop = input.onSignal((name) => ssh.stdin.write(frame('signal', name)))
  const typed = (bytes: Buffer): void => void ssh.stdin.write(frame('input', bytes))
  if (input.request.ask) input.stdin.on('data', typed)
  try {
    send(ssh.stdin, input)
    return await answered(ssh, input, said)
  } finally {
    stop()
    input.stdin.off('data', typed)
    if (input.request.ask) input.stdin.pause()
    ssh.stdin.end()
  }
}

function send(to: Writable, { request, files }: AtInput): void {
  to.write(frame('request', JSON.stringify(request)))
  for (const file of files) to.write(fileFrame(file.path, file.bytes))
  to.write(frame('go'))
}

type Ssh = ChildProcessByStdio<Writable, Readable, Readable>

function answered(ssh: Ssh, input: AtInput, said: Said): Promise<number> {
  const reader = new FrameReader()
  let code: number | undefined
  let before: Buffer | undefined = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const take = ({ sort, bytes }: Frame): void => {
      if (sort === 'out') input.stdout.write(bytes)
      else if (sort === 'err') input.stderr.write(bytes)
      else if (sort === 'code') code = Number(bytes.toString('utf8'))
      else if (sort === 'refused')
        reject(new ProblemsError(JSON.parse(bytes.toString('utf8')) as Problem[])) // of the host
      else if (sort === 'file') {
        const file = readFileFrame(bytes)
        if (input.request.returns.includes(file.path)) input.onFile(file.path, file.bytes)
      }
    }
    ssh.stdout.on('data', (chunk: Buffer) => {
      try {
        if (before === undefined) {
          for (const one of reader.add(chunk)) take(one)
          return
        }
        before = Buffer.concat([before, chunk])
        const at = before.indexOf(GREETING)
        if (at < 0) return
        const rest = before.subarray(at + GREETING.length)
        before = undefined
        for (const one of reader.add(rest)) take(one)
      } catch (error) {
        reject(error)
      }
    })
    ssh.once('error', (error) => reject(unreachable(input, error.message)))
    ssh.once('close', (status) => {
      if (code !== undefined) resolve(code)
      else if (before === undefined) reject(unreachable(input, said.text || 'the connection was lost'))
      else if (status === 255) reject(unreachable(input, said.text))
      else reject(noProgram(input, said.text || before.toString('utf8').trim().slice(-300)))
    })
  })
}

/** The end of what ssh and the login shell wrote to stderr. */
class Said {
  #text = ''
  add(bytes: Buffer): void {
    this.#text = `${this.#text}${bytes.toString('utf8')}`.slice(-1_000)
  }
  get text(): string {
    return this.#text.trim()
  }
}

const unreachable = ({ destination }: AtInput, why: string): ProblemsError =>
  new ProblemsError([
    {
      code: 'AT_UNREACHABLE',
      message: `${destination.ssh} ${why ? `could not be reached or was lost: ${why}` : 'could not be reached'}.`,
      hint: `\`ssh ${destination.ssh}\` should log you in without a question.`,
    },
  ])

const noProgram = ({ destination, program, request }: AtInput, why: string): ProblemsError =>
  new ProblemsError([
    {
      code: 'AT_PROGRAM',
      message: `There is no ays at ${destination.ssh} that answers as ${program}${why ? `: ${why}` : ''}.`,
      hint: `Install ays ${request.version} there so that a plain login finds it, or name where it is: --at-program PATH (or AYS_AT_PROGRAM).`,
    },
  ])
