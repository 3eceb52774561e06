/** How an error leaves the command line: problems as frames for people or data for machines, anything else as a bug. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import { terminalOf } from './terminal.ts'
import { problemsJson, showJson } from './views/json.ts'
import { problemsView } from './views/problems.ts'

/** Shows the error and gives the exit code: 1, or what a command asked for by `exit`. */
export async function reportError(error: unknown, argv: readonly string[]): Promise<number> {
  const asked = exitOf(error)
  if (asked !== undefined) return asked
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const problems = await problemsOf(error)
  if (problems) {
    if (before.includes('--json')) process.stdout.write(`${showJson(problemsJson(problems))}\n`)
    else {
      const terminal = terminalOf({ color: !before.includes('--no-color') })
      process.stderr.write(
        `${problemsView(problems, { ...terminal, sourceLine: sourceLineFrom(foldersOf(before)) })}\n`,
      )
    }
    return 1
  }
  process.stderr.write(`${bugReport(error, argv)}\n`)
  return 1
}

/** The line of a file, sought from each of the folders; undefined when it cannot be read. */
export function sourceLineFrom(folders: readonly string[]): (file: string, line: number) => string | undefined {
  const files = new Map<string, readonly string[]>()
  const linesOf = (file: string): readonly string[] => {
    for (const folder of folders) {
      try {
        return readFileSync(resolve(folder, file), 'utf8').split(/\r?\n/)
      } catch {
        // Not in this folder; the next one is tried, and a frame without its line is still a frame.
      }
    }
    return []
  }
  return (file, line) => {
    const lines = files.get(file) ?? linesOf(file)
    files.set(file, lines)
    return lines[line - 1]
  }
}

/** Where a place's file may be: here, in the folders named on the command line, and above those. */
export function foldersOf(argv: readonly string[]): string[] {
  const named = argv.filter((word) => !word.startsWith('-')).map((word) => resolve(word))
  return [...new Set([process.cwd(), ...named, process.cwd()].flatMap((folder) => upwards(folder)))]
}

function upwards(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}

async function problemsOf(error: unknown): Promise<readonly Problem[] | undefined> {
  if (error instanceof ProblemsError) return error.problems
  if (!(error instanceof Error)) return undefined
  const { TransportError } = await import('../transport/transport.ts')
  if (error instanceof TransportError) return [error.problem]
  if (!('oclif' in error)) return undefined
  return [await usageProblem(error)]
}

/** oclif's own errors are mistakes in the command line. */
async function usageProblem(error: Error): Promise<Problem> {
  const unknown = /^[Cc]ommand (.+) not found/.exec(error.message)?.[1]
  if (unknown !== undefined) {
    const { COMMANDS } = await import('./all.ts')
    const word = unknown.replaceAll(':', ' ')
    const names = Object.keys(COMMANDS).map((id) => id.replaceAll(':', ' '))
    return {
      code: 'USAGE',
      message: `There is no command \`ays ${word}\`.`,
      hint: didYouMean(word, names) ?? '`ays --help` lists them.',
    }
  }
  const [first = '', ...rest] = error.message.split('\n')
  const details = rest.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('See more help'))
  return {
    code: 'USAGE',
    message: [first, ...details].join(' '),
    hint: 'The command with --help shows how it is called.',
  }
}

function exitOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIT') return undefined
  const oclif = 'oclif' in error ? error.oclif : undefined
  return typeof oclif === 'object' && oclif !== null && 'exit' in oclif && typeof oclif.exit === 'number'
    ? oclif.exit
    : 0
}

function bugReport(error: unknown, argv: readonly string[]): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `ays met something it did not expect. This is a bug in ays, not in your blueprints.\n\n${stack}\n\nPlease report it with these lines and the command: ays ${withoutValues(argv).join(' ')}`
}

/** Values of variables may be secret: they stay out of what is sent around. */
function withoutValues(argv: readonly string[]): string[] {
  return argv.map((word, i) =>
    argv[i - 1] === '--var' || word.startsWith('--var=') ? word.replace(/^((?:--var=)?[^=]*=).*$/s, '$1…') : word,
  )
}
