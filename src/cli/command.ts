/** What every command is: it parses, makes one call on the workspace, shows one view and gives its exit code. */
import { Command } from '@oclif/core'
import type { Workspace, WorkspaceOptions } from '../workspace.ts'
import { commonFlags } from './options.ts'
import { type Terminal, terminalOf } from './terminal.ts'
import { showJson } from './views/json.ts'

export abstract class AysCommand extends Command {
  static override baseFlags = commonFlags

  /** Gives the exit code: 0, 1, or 2 where "there are changes" is an answer. */
  abstract override run(): Promise<number>

  /** Opens the workspace, hands it over, and closes it whatever happens. */
  protected async inWorkspace<Result>(
    options: WorkspaceOptions,
    use: (workspace: Workspace) => Promise<Result>,
  ): Promise<Result> {
    const { openWorkspace } = await import('../workspace.ts')
    const onNote = (note: string) => {
      if (process.stderr.isTTY) process.stderr.write(`${note}\n`)
    }
    const workspace = await openWorkspace({ onNote, ...options })
    try {
      return await use(workspace)
    } finally {
      await workspace.close()
    }
  }

  /** Prints the one or the other: data with --json, else the text for people. */
  protected show(flags: CommonFlagValues, json: () => unknown, human: (terminal: Terminal) => string): void {
    const text = flags.json ? showJson(json()) : human(this.terminal(flags))
    process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
  }

  protected terminal(flags: CommonFlagValues): Terminal {
    return terminalOf({ color: !flags['no-color'] })
  }

  /** Errors go to `main`, which knows how to show them. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error)
  }
}

export interface CommonFlagValues {
  readonly json?: boolean
  readonly 'no-color'?: boolean
}
