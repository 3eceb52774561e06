/** How an error leaves the command line: problems as frames for people or data for machines, anything else as a bug. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import { placeInRepository } from './repository-place.ts'
import { foldersOf, sourceLineFrom } from './source-lines.ts'
import { terminalOf } from './terminal.ts'
import { askedFormat } from './views/plan-formats.ts'
import { problemsView } from './views/problems.ts'
import { problemsIn } from './views/problems-in.ts'

/** Shows the error and gives the exit code: 1, or what a command asked for by `exit`. */
export async function reportError(
  error: unknown,
  argv: readonly string[],
  commandNames: () => Promise<readonly string[]>,
): Promise<number> {
  const asked = exitOf(error)
  if (asked !== undefined) return asked
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const problems = await problemsOf(error, commandNames)
  if (problems) {
    const format = askedFormat(before)
    if (format) process.stdout.write(await problemsIn(format, problems, rootOf(problems, before)))
    if (format !== 'json') {
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

async function problemsOf(
  error: unknown,
  commandNames: () => Promise<readonly string[]>,
): Promise<readonly Problem[] | undefined> {
  if (error instanceof ProblemsError) return error.problems
  if (!(error instanceof Error)) return undefined
  const { TransportError } = await import('../transport/transport.ts')
  if (error instanceof TransportError) return [error.problem]
  if (!('oclif' in error)) return undefined
  return [await usageProblem(error, commandNames)]
}

/** oclif's own errors are mistakes in the command line. */
async function usageProblem(error: Error, commandNames: () => Promise<readonly string[]>): Promise<Problem> {
  const unknown = /^[Cc]ommand (.+) not found/.exec(error.message)?.[1]
  if (unknown !== undefined) {
    const word = unknown.replaceAll(':', ' ')
    const names = await commandNames()
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

/** Where the folder that the problems are told from lies in its repository: the first that has one of their files. */
function rootOf(problems: readonly Problem[], argv: readonly string[]): string {
  const file = problems.find((problem) => problem.at)?.at?.file
  const root = file === undefined ? undefined : foldersOf(argv).find((folder) => existsSync(resolve(folder, file)))
  return root === undefined ? '' : placeInRepository(root)
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
