// Runs kinds for real on this machine, without any transport: for tests only.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sameData } from '../../src/base/json.ts'
import { isSecret, type Sealer, Secret, sealerOf, type Text } from '../../src/base/secret.ts'
import type { Command, CommandResult, FieldChange, Finding, Kind } from '../../src/engine/kind.ts'

/** The key with which tests seal; secrets made by `secret` and answers of test nodes agree in it. */
export const testSealer: Sealer = sealerOf(new Uint8Array(32).fill(7))
/** A secret whose value bears a mark, so that a leak is found by searching for `SECRET_MARK`. */
export const secret = (value: string, ref = 'secrets.test'): Secret => new Secret(ref, SECRET_MARK + value, testSealer)
export const SECRET_MARK = 'S3CRET-'

const MARK = '\x1e\n'
const TRIES_MAX = 100

/** This machine as a node, with a folder of ays of its own. */
export interface TestNode {
  /** A folder for the test's own things; gone after `close`. */
  readonly dir: string
  /** `$AYS` of looks and commands. */
  readonly ays: string
  /** One exchange: the raw answers to all wants, seals keyed, as a transport would hand them over. */
  answers<W, F>(kind: Kind<W, F>, wanted: readonly W[]): Promise<string[]>
  /** The finding for one want; waits for moving ones. Throws when unknown. */
  look<W, F>(kind: Kind<W, F>, wanted: W): Promise<F>
  finding<W, F>(kind: Kind<W, F>, wanted: W): Promise<Finding<F>>
  /** Runs commands in order; stops at the first that fails. */
  run(commands: readonly Command[]): Promise<CommandResult[]>
  /** Look, compare, commands, look again: throws unless it is in place then. Gives what was changed and what was found before. */
  settle<W, F>(kind: Kind<W, F>, wanted: W): Promise<{ before: F; changes: readonly FieldChange[]; found: F }>
  /** Removes, looks again, and throws unless the node shows `before`. */
  undo<W, F>(kind: Kind<W, F>, wanted: W, before: F): Promise<void>
  close(): void
}

/** Opens this machine as a node; with `busybox`, its applets stand before the machine's own programs. */
export function openNode(options: { readonly tools?: 'busybox'; readonly enter?: readonly string[] } = {}): TestNode {
  const root = mkdtempSync(join(tmpdir(), 'ays-sal-'))
  const dir = join(root, 'things')
  const ays = join(root, 'ays')
  mkdirSync(dir)
  mkdirSync(ays, { mode: 0o700 })
  const applets = join(root, 'bin')
  if (options.tools === 'busybox') {
    mkdirSync(applets)
    execFileSync('busybox', ['--install', '-s', applets])
  }
  const world: World = {
    shell: options.tools === 'busybox' ? join(applets, 'sh') : '/bin/sh',
    env: { PATH: `${applets}:${PATHS}`, HOME: '/root', LC_ALL: 'C', AYS: ays },
    enter: options.enter ?? [],
  }
  let scripts = 0

  const answers = async <W, F>(kind: Kind<W, F>, wanted: readonly W[]): Promise<string[]> => {
    const looks = wanted.map((one) => kind.look(one))
    const first = looks[0]
    if (!first) return []
    const args = looks.flatMap((look) => look.args).map(quote)
    const script = join(root, `look-${scripts++}.sh`)
    const { name, text } = first.program
    const whole = `end() { printf '\\036\\n'; }\n${name}() {\n${text}\n}\n${name} ${args.join(' ')}\n`
    writeFileSync(script, whole)
    // Elsewhere this machine's files may not be seen.
    const done = await spawnText(world.enter.length > 0 ? [world.shell, '-c', whole] : [world.shell, script], '', world)
    rmSync(script)
    const parts = done.stdout.split(MARK)
    const rest = parts.pop()
    if (parts.length !== wanted.length || rest !== '') {
      throw new Error(
        `${name}: ${wanted.length} questions, ${parts.length} answers, code ${done.code}, rest ${JSON.stringify(rest)}\n${done.stderr}`,
      )
    }
    return parts.map(keySeals)
  }

  const finding = async <W, F>(kind: Kind<W, F>, wanted: W): Promise<Finding<F>> => {
    const [answer] = await answers(kind, [wanted])
    return kind.parse(answer ?? '')
  }

  const look = async <W, F>(kind: Kind<W, F>, wanted: W): Promise<F> => {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const one = await finding(kind, wanted)
      if (one.state === 'seen') return one.found
      if (one.state === 'unknown') throw new Error(`${kind.name}: ${one.problem.message}`)
      await new Promise((resolve) => setTimeout(resolve, Math.min(one.againMs, 1_000)))
    }
    throw new Error(`${kind.name}: still moving after ${TRIES_MAX} looks`)
  }

  const run = async (commands: readonly Command[]): Promise<CommandResult[]> => {
    const results: CommandResult[] = []
    for (const command of commands) {
      const result = await runOne(command, world)
      results.push(result)
      if (result.code !== 0) break
    }
    return results
  }

  const runAll = async (commands: readonly Command[]): Promise<void> => {
    const failed = (await run(commands)).find((result) => result.code !== 0)
    if (failed) throw new Error(`${failed.title}: code ${failed.code}\n${failed.stdout}${failed.stderr}`)
  }

  return {
    dir,
    ays,
    answers,
    look,
    finding,
    run,
    async settle(kind, wanted) {
      const before = await look(kind, wanted)
      const changes = kind.compare(wanted, before)
      if (changes.length === 0) return { before, changes, found: before }
      const predicted = kind.settled(wanted, before)
      await runAll(kind.commands(wanted, before))
      const found = await look(kind, wanted)
      const left = kind.compare(wanted, found)
      if (left.length > 0) throw new Error(`${kind.name} is not settled: ${JSON.stringify(left)}`)
      const off = kind.compare(wanted, predicted)
      if (off.length > 0)
        throw new Error(`${kind.name} predicted something else: ${JSON.stringify({ predicted, found })}`)
      return { before, changes, found }
    },
    async undo(kind, wanted, before) {
      const found = await look(kind, wanted)
      if (sameData(found, before)) return
      await runAll(kind.remove(wanted, before, found))
      const after = await look(kind, wanted)
      if (!sameData(after, before)) {
        throw new Error(`${kind.name} left something: before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`)
      }
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** True when tests run as root, which most kinds need. */
export const isRoot = process.getuid?.() === 0

/** True when every one of these programs is on the PATH. */
export const hasPrograms = (...names: readonly string[]): boolean =>
  names.every((name) => {
    try {
      execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })

async function runOne(command: Command, world: World): Promise<CommandResult> {
  const limits = { ...world, timeoutMs: command.timeoutMs }
  if (command.guard) {
    const guard = await spawnText([world.shell, '-c', command.guard.script, 'sh', ...command.guard.args], '', limits)
    if (guard.code !== 0) return { title: command.title, ...guard, code: -1 }
  }
  const { argv, stdin } = invocation(command, world.shell)
  const hands = command.as && command.as !== 'root' ? ['runuser', '-u', command.as, '--', ...argv] : argv
  return { title: command.title, ...(await spawnText(hands, stdin, limits)) }
}

function invocation(command: Command, shell: string): { argv: readonly string[]; stdin: string } {
  const { run } = command
  if ('argv' in run) return { argv: run.argv, stdin: reveal(run.stdin) }
  if ('script' in run) return { argv: [shell, '-c', run.script, 'sh', ...run.args], stdin: reveal(run.stdin) }
  const args = [run.write, run.mode.toString(8), run.owner, run.group]
  return { argv: [shell, '-c', WRITE, 'sh', ...args], stdin: reveal(run.content) }
}

const WRITE = `folders() {
  set -- "$1" "\${1%/*}"
  [ -z "$2" ] || [ -d "$2" ] || folders "$2" || return
  mkdir -p "$AYS/made" && echo "$1" >"$AYS/made/$(printf %s "$1" | sha256sum | cut -c1-64)" && mkdir "$1"
}
umask 022
[ -d "\${1%/*}" ] || folders "\${1%/*}" || exit
umask 077
t=$1.ays-$$
cat >"$t" && chown "$3:$4" "$t" && chmod "$2" "$t" && mv -fT "$t" "$1" && exit
rm -f "$t"
exit 1`

const reveal = (text: Text | undefined): string => (isSecret(text) ? text.reveal() : (text ?? ''))
const keySeals = (answer: string): string =>
  answer.replace(/^seal ([0-9a-f]{64})$/gm, (_line, hash: string) => `sealed ${testSealer(hash)}`)
const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What runs scripts, and what they find around them. */
interface World {
  readonly shell: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs?: number | undefined
  /** Words before every command, such as `nsenter …`: where it runs. */
  readonly enter: readonly string[]
}

function spawnText(argv: readonly string[], stdin: string, world: World): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = [...world.enter, ...argv]
    const { env, timeoutMs = 60_000 } = world
    const child = spawn(file, args, { env, cwd: '/', timeout: timeoutMs, killSignal: 'SIGKILL' })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    child.stdin.on('error', () => {}) // it ended without reading all of it
    child.stdin.end(stdin)
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? 124, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}

const PATHS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
