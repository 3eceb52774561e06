/** What commands printed, cut down for problems and for the store. */
import { showDuration } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import { type CommandResult, SILENCE_MS } from '../engine/kind.ts'
import type { Work } from '../engine/plan/world.ts'

const KEPT = 4_000

/**
 * The problem that a failed command is: its title, how it ended, and the last lines it printed. `silenceMs` is how long
 * it was let show no sign of life.
 */
export function commandProblem(
  work: Pick<Work, 'service' | 'node'>,
  result: CommandResult | undefined,
  silenceMs?: number,
): Problem {
  const where = `${work.service} on ${work.node}`
  if (!result) return { code: 'COMMAND_FAILED', message: `${where}: a command failed without a result.` }
  const said = lastLine(result.stderr.trim() || result.stdout.trim())
  const tail = said ? ` ${said}` : ''
  if (result.code === -1)
    return {
      code: 'GUARD_REFUSED',
      message: `${where}: "${result.title}" was refused by its guard.${tail}`,
      hint: 'Nothing was destroyed. Look at what is there, then say in the blueprint that it may go.',
    }
  if (result.code === 124)
    return {
      code: 'COMMAND_TIMEOUT',
      message: `${where}: "${result.title}" gave no sign of life for ${showDuration(silenceMs ?? SILENCE_MS)} and was ended.${tail}`,
      hint: 'Where it may be silent for longer, give the service more: `$timeout: 2h`.',
    }
  return { code: 'COMMAND_FAILED', message: `${where}: "${result.title}" ended with code ${result.code}.${tail}` }
}

/** Titles, codes and the ends of the outputs. */
export function shortResults(results: readonly CommandResult[]): Json {
  return results.map(({ title, code, stdout, stderr }) => ({
    title,
    code,
    stdout: stdout.slice(-KEPT),
    stderr: stderr.slice(-KEPT),
  }))
}

/** The last line says most often what is wrong; all of them stand in the job's results. */
const lastLine = (text: string): string => (text.split('\n').at(-1) ?? '').slice(0, 300)
