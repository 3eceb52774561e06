/** Reads a git repository without letting it run anything: no hook, filter, pager, fetch or setting of it counts. */
import { execa, execaSync } from 'execa'
import { environmentVariables } from '../base/environment.ts'
import { ProblemsError } from '../base/problem.ts'

export interface Git {
  /** What git prints. Throws GIT_FAILED with git's own words. */
  text(words: readonly string[]): Promise<string>
  bytes(words: readonly string[], input?: string): Promise<Uint8Array>
  /** undefined: git ended with an error. */
  tryText(words: readonly string[]): Promise<string | undefined>
  /** For what is read in the middle of an expression. undefined: git ended with an error. */
  tryBytesNow(words: readonly string[]): Uint8Array | undefined
}

/** git in a folder. What it reads are objects and names; it writes nothing. */
export function gitIn(folder: string, signal: AbortSignal): Git {
  const options = {
    reject: false,
    timeout: GIT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    encoding: 'buffer',
    stripFinalNewline: false,
    env: safeEnvironment(),
    extendEnv: false,
  } as const
  const run = async (words: readonly string[], input?: string) => {
    const ran = await execa('git', [...SAFE, '-C', folder, ...words], {
      ...options,
      cancelSignal: signal,
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    })
    if (ran.code === 'ENOENT') throw failed('git is not here: it reads the revisions.', 'Install git.')
    return ran
  }
  const bytes = async (words: readonly string[], input?: string): Promise<Uint8Array> => {
    const ran = await run(words, input)
    if (ran.exitCode === 0) return ran.stdout
    const said = textOf(ran.stderr).trim().split('\n').slice(-3).join(' ').slice(-500)
    throw failed(`git ${words[0]} failed in ${folder}: ${said === '' ? (ran.shortMessage ?? 'it ended') : said}`)
  }
  return {
    bytes,
    text: async (words) => textOf(await bytes(words)),
    tryText: async (words) => {
      const ran = await run(words)
      return ran.exitCode === 0 ? textOf(ran.stdout) : undefined
    },
    tryBytesNow: (words) => {
      const ran = execaSync('git', [...SAFE, '-C', folder, ...words], { ...options, stdin: 'ignore' })
      return ran.exitCode === 0 ? ran.stdout : undefined
    },
  }
}

/** Beside the commands used here, which run neither filters nor textconv: cat-file, ls-tree, rev-parse. */
const SAFE = [
  '--no-pager',
  '--no-replace-objects',
  '--no-optional-locks',
  '--literal-pathspecs',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.attributesFile=/dev/null',
    'protocol.allow=never',
  ].flatMap((setting) => ['-c', setting]),
]

/** What git needs to start. Which variables hold secrets is not known here: ays.yaml is among what is read. */
const PLAIN = ['PATH', 'HOME', 'USER', 'LOGNAME', 'XDG_CONFIG_HOME', 'TMPDIR']

/** Of git's own variables only those that name the person's settings: `safe.directory` is among them. */
function safeEnvironment(): Record<string, string> {
  const kept = Object.entries(environmentVariables()).filter(
    ([name, value]) => value !== undefined && (PLAIN.includes(name) || name.startsWith('GIT_CONFIG_')),
  )
  return {
    ...(Object.fromEntries(kept) as Record<string, string>), // the undefined ones are out
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/** GIT_FAILED, to throw. */
export function failed(message: string, hint?: string): ProblemsError {
  return new ProblemsError([{ code: 'GIT_FAILED', message, ...(hint === undefined ? {} : { hint }) }])
}

const GIT_MS = 300_000
const OUTPUT_BYTES_MAX = 512 * 1_048_576
