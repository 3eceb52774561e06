/** The command line: hands the arguments to oclif, shows what went wrong, and gives the exit code. */
import { fileURLToPath } from 'node:url'
import { run } from '@oclif/core'
import { usage } from './options.ts'
import { reportError } from './report.ts'

/** Runs one command. Never throws; the number is the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  leaveQuietlyWhenNobodyReads()
  const words = normalize(argv)
  try {
    if (words[0] === 'at-host') {
      await serveAtHere()
      return 0
    }
    if (/^--at(-program)?(=|$)/.test(words[0] ?? '')) return await runAtThere(words)
    const code: unknown = await run(words, fileURLToPath(import.meta.url))
    return typeof code === 'number' ? code : 0
  } catch (error) {
    return await reportError(error, words, commandNames)
  }
}

async function serveAtHere(): Promise<void> {
  const { serveAt } = await import('../at/host.ts')
  await serveAt(process.stdin, process.stdout)
}

async function runAtThere(words: readonly string[]): Promise<number> {
  const { readAt, runCommandAt } = await import('./at.ts')
  const read = readAt(words)
  if (!read) throw usage('--at-program wants --at.', 'Write it like --at user@host --at-program PATH COMMAND.')
  return await runCommandAt(read)
}

async function commandNames(): Promise<readonly string[]> {
  const { COMMANDS } = await import('./all.ts')
  return Object.keys(COMMANDS).map((id) => id.replaceAll(':', ' '))
}

/** `--refresh=false` and `--refresh=true`, as scripts write them, become the flags that oclif knows. */
export function normalize(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, i) => {
    if (end >= 0 && i > end) return word
    const found = /^--(no-)?refresh=(true|false)$/.exec(word)
    if (!found) return word
    return (found[2] === 'true') === (found[1] === undefined) ? '--refresh' : '--no-refresh'
  })
}

/** `ays runs | head` closes the pipe early: that is no error. */
function leaveQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    throw error
  })
}
