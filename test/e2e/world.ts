/** The world of an end-to-end test: a copy of a workspace in a folder of its own, and the built `ays` to drive it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { labDown } from '../../src/lab/down.ts'
import { keyOf } from '../../src/store/key.ts'
import { traces } from './traces.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
/** The program under test; AYS_PROGRAM names another build of it. */
const program = process.env.AYS_PROGRAM ?? join(root, 'bin/ays.js')

export interface Result {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

/** A started `ays`. */
export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Result>
}

export interface World {
  readonly folder: string
  /** Runs `ays` in the folder until it ends. */
  ays(...args: readonly string[]): Promise<Result>
  start(...args: readonly string[]): Started
  /** Runs `ays`, and fails the test with all it said when its exit code is not 0. */
  ok(...args: readonly string[]): Promise<Result>
  /** Runs a sh script on a node through `ays exec`; gives its output without the last line break, and fails the test when it fails. */
  on(node: string, script: string): Promise<string>
  /** Writes a file of the workspace. */
  write(path: string, text: string): void
  /** The 8 hex digits that everything on this machine bears; undefined while there is no state. */
  tag(environment?: string): string | undefined
}

export interface WorldOptions {
  /** A folder of examples/ to copy. */
  readonly example?: string
  /** Text of blueprints/main.yaml. */
  readonly blueprint?: string
  /** The notes of ays on node/local lie in the world's folder too, apart from all others on this machine. */
  readonly local?: boolean
  /** More variables for every `ays` of this world. */
  readonly env?: Readonly<Record<string, string>>
}

/** Makes a world that goes with its test, also when that fails: by `ays destroy`, and by force where that does not do. */
export function openWorld(options: WorldOptions): World {
  const folder = mkdtempSync(join(tmpdir(), 'ays-e2e-'))
  const running = new Set<ChildProcess>()
  const environments = new Set<string>(['default'])
  const local = options.local ? { AYS: join(folder, 'node') } : {}

  const world: World = {
    folder,
    start(...args) {
      const at = args.indexOf('--env')
      if (at >= 0) environments.add(args[at + 1] ?? 'default')
      const began = performance.now()
      const child = spawn(process.execPath, [program, ...args], {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1', ...local, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      running.add(child)
      const out = { stdout: '', stderr: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text))
      const ended = new Promise<Result>((resolve, reject) => {
        child.once('error', reject)
        // Not `close`: what a killed ays leaves behind may hold its streams open.
        child.once('exit', (code) =>
          setTimeout(() => {
            running.delete(child)
            resolve({ code, ...out, ms: performance.now() - began })
          }, 20),
        )
      })
      return { process: child, ended }
    },
    ays: (...args) => world.start(...args).ended,
    async ok(...args) {
      const result = await world.ays(...args)
      if (result.code !== 0) throw new Error(`ays ${args.join(' ')} ended with ${result.code}:\n${textOf(result)}`)
      return result
    },
    on: async (node, script) => (await world.ok('exec', node, '--', 'sh', '-c', script)).stdout.trimEnd(),
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    tag(environment = 'default') {
      const file = join(folder, '.ays', environment, 'key')
      return existsSync(file) ? keyOf(readFileSync(file)).tag : undefined
    },
  }

  if (options.example) cpSync(join(root, 'examples', options.example), folder, { recursive: true })
  else world.write('ays.yaml', '{}\n')
  if (options.blueprint !== undefined) world.write('blueprints/main.yaml', options.blueprint)

  onTestFinished(async () => {
    for (const child of running) child.kill('SIGKILL')
    for (const environment of environments) {
      const tag = world.tag(environment)
      if (!tag) continue
      const { code } = await world.ays('destroy', '--env', environment, '--yes', '--allow', 'data-loss')
      if (code !== 0 || traces(tag).length > 0) await labDown(tag)
    }
    rmSync(folder, { recursive: true, force: true })
  })
  return world
}

export const textOf = ({ stdout, stderr }: Result): string => `${stdout}\n${stderr}`

/** Asks until it is so while `started` runs; throws when that ends before, or when it takes longer than 30 s. */
export async function until(what: string, started: Started, ask: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 30_000
  let over: Result | undefined
  void started.ended.then((result) => (over = result))
  while (!(await ask())) {
    if (over) throw new Error(`${what} did not happen; ays ended with ${over.code}:\n${textOf(over)}`)
    if (performance.now() > end) throw new Error(`${what} did not happen within 30 s`)
    await sleep(50)
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What is lacking for the built program; undefined when it is there. */
export const lacksProgram = (): string | undefined =>
  existsSync(join(dirname(program), '../dist/main.js')) ? undefined : 'dist: `npm run build`'

let lab: { readonly lack: string | undefined } | undefined

/** What is lacking for lab nodes on this machine, as `ays lab doctor` says it; undefined when nothing is. */
export function lacksLab(): string | undefined {
  lab ??= { lack: lacksProgram() ?? askDoctor() }
  return lab.lack
}

function askDoctor(): string | undefined {
  try {
    execFileSync(process.execPath, [program, 'lab', 'doctor', '--no-color'], { encoding: 'utf8', stdio: 'pipe' })
    return undefined
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
    const lacks = said.split('\n').filter((line) => line.startsWith('✘'))
    return `lab nodes (Linux, root; \`ays lab doctor\`): ${lacks.map((line) => line.slice(2).replaceAll(/\s+/g, ' ')).join('; ')}`
  }
}
