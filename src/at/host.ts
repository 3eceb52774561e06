/** The far end of `--at`, on the host: unpacks the workspace into a folder of its own, runs ays there, and leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { wholeEnvironment } from '../base/environment.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { readSettings } from '../workspace/read.ts'
import { isInside } from '../workspace/source-files.ts'
import { VERSION } from '../workspace/version.ts'
import { type Frame, FrameReader, fileFrame, frame, GREETING, readFileFrame } from './frames.ts'
import type { AtRequest } from './request.ts'

/** Serves one command over two streams, and resolves when it has ended and its folder is gone. */
export async function serveAt(input: Readable, output: Writable): Promise<void> {
  output.on('error', () => {}) // nobody reads any more: the command goes on to its end all the same
  output.write(GREETING)
  clearStale()
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  try {
    await serve(folder, input, output)
  } catch (error) {
    const problems = error instanceof ProblemsError ? error.problems : [bug(error)]
    output.write(frame('refused', JSON.stringify(problems)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await new Promise<void>((done) => output.end(done))
    input.destroy()
  }
}

const PREFIX = 'ays-at-'

function serve(folder: string, input: Readable, output: Writable): Promise<void> {
  const reader = new FrameReader()
  let request: AtRequest | undefined
  let child: ChildProcess | undefined
  return new Promise((done, fail) => {
    const take = ({ sort, bytes }: Frame): void => {
      switch (sort) {
        case 'request':
          request = JSON.parse(bytes.toString('utf8')) as AtRequest // written by the same version, which is checked next
          checkVersion(request)
          return
        case 'file':
          unpack(folder, bytes)
          return
        case 'go':
          if (!request) throw new Error('go without a request')
          child = start(folder, request, output, done)
          child.once('error', fail)
          return
        case 'input':
          child?.stdin?.write(bytes)
          return
        case 'signal':
          child?.kill(bytes.toString('utf8') === 'SIGTERM' ? 'SIGTERM' : 'SIGINT')
          return
        case 'out':
        case 'err':
        case 'refused':
        case 'code':
          throw new Error(`${sort} is no frame for a host`)
      }
    }
    input.on('data', (chunk: Buffer) => {
      try {
        for (const one of reader.add(chunk)) take(one)
      } catch (error) {
        fail(error)
      }
    })
    // The connection is gone: nothing new starts, what runs is finished and written down.
    const gone = (): void => {
      if (child) child.kill('SIGINT')
      else done()
    }
    input.once('end', gone)
    for (const name of ['SIGHUP', 'SIGTERM'] as const) process.once(name, gone)
  })
}

function start(folder: string, request: AtRequest, output: Writable, done: () => void): ChildProcess {
  const cwd = resolve(folder, request.cwd)
  mkdirSync(cwd, { recursive: true })
  for (const path of request.returns) mkdirSync(dirname(resolve(folder, checked(path))), { recursive: true })
  const [, program = ''] = process.argv
  const child = spawn(process.execPath, [program, ...request.args], {
    cwd,
    env: { ...wholeEnvironment(), ...request.env, ...told(request) },
    // A session of its own: what ends the connection does not end it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  child.stdout.on('data', (bytes: Buffer) => void output.write(frame('out', bytes)))
  child.stderr.on('data', (bytes: Buffer) => void output.write(frame('err', bytes)))
  child.once('close', (code, signal) => {
    for (const path of request.returns) {
      const file = resolve(folder, path)
      if (existsSync(file)) output.write(fileFrame(path, readFileSync(file)))
    }
    output.write(frame('code', String(code ?? (signal === 'SIGINT' ? 130 : 143))))
    done()
  })
  return child
}

/** What the command is to know of where it was asked. */
function told(request: AtRequest): Record<string, string | undefined> {
  return {
    AYS_STATE_DIR: stateFolder(request),
    AYS_AT_ASK: request.ask ? '1' : undefined,
    AYS_COMMIT: request.commit,
    COLUMNS: String(request.columns),
    NO_COLOR: request.color ? undefined : '1',
    FORCE_COLOR: request.color ? '1' : undefined,
  }
}

/** Made on first use, for this user alone. */
function stateFolder({ folder, workspace }: AtRequest): string {
  const home = homedir()
  if (folder === undefined && workspace === undefined)
    throw refused(
      'ays.yaml names no `workspace:`, so it is not known which state on the host is meant.',
      'Add `workspace:` as `ays init` writes it, or name the folder: --at user@host:folder.',
    )
  const root =
    folder === undefined ? join(home, 'ays', workspace ?? '') : resolve(home, folder.replace(/^~(?=\/|$)/, home))
  const other = existsSync(join(root, 'ays.yaml')) ? readSettings(root).file.workspace : undefined
  if (other !== undefined && workspace !== undefined && other !== workspace)
    throw refused(
      `${root} on the host is the workspace ${other}, and this is ${workspace}.`,
      'Name the folder that belongs to this workspace: --at user@host:folder.',
    )
  const states = join(root, '.ays')
  mkdirSync(states, { recursive: true, mode: 0o700 })
  return states
}

const refused = (message: string, hint: string): ProblemsError =>
  new ProblemsError([{ code: 'AT_WORKSPACE', message, hint }])

function unpack(folder: string, bytes: Buffer): void {
  const file = readFileFrame(bytes)
  const path = resolve(folder, checked(file.path))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, file.bytes, { mode: 0o600 })
}

function checked(path: string): string {
  if (!isInside(path)) throw new Error(`${path} leads out of the workspace`)
  return path
}

function checkVersion({ version }: AtRequest): void {
  if (version === VERSION) return
  throw new ProblemsError([
    {
      code: 'AT_PROGRAM',
      message: `The host has ays ${VERSION}, and this is ays ${version}.`,
      hint: `Install ays ${version} on the host, or name where it is: --at-program PATH.`,
    },
  ])
}

/** Folders of earlier ones that were killed before they could clear up. */
function clearStale(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Of another user: his to clear.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const bug = (error: unknown): Problem => ({
  code: 'AT_PROGRAM',
  message: `The ays on the host stopped: ${error instanceof Error ? error.message : String(error)}.`,
})
