/** What the command line may use of the terminal it writes to: colour, width, a cursor, a person who answers. */
import { environmentVariable } from '../base/environment.ts'

export interface Terminal {
  readonly color: boolean
  /** Columns that a line may fill. */
  readonly width: number
  /** True when lines that stand already may be written over. */
  readonly live: boolean
  /** True when somebody can be asked. */
  readonly ask: boolean
}

/** The terminal of this process. `color: false` is what --no-color says. */
export function terminalOf(options: { readonly color: boolean }): Terminal {
  const { stdout, stdin } = process
  const dumb = environmentVariable('TERM') === 'dumb'
  const forced = environmentVariable('FORCE_COLOR')
  const wanted = forced !== undefined ? forced !== '0' : stdout.isTTY === true && !dumb
  return {
    color: options.color && environmentVariable('NO_COLOR') === undefined && wanted,
    width: Math.max(40, stdout.columns || Number(environmentVariable('COLUMNS')) || 100),
    live: stdout.isTTY === true && !dumb && environmentVariable('CI') === undefined,
    // With --at the person sits at another machine, and what is typed there arrives on stdin.
    ask: (stdin.isTTY === true && stdout.isTTY === true) || environmentVariable('AYS_AT_ASK') === '1',
  }
}
