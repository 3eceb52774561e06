/** Completion scripts of the shells, made from the commands. Addresses are asked of `ays complete` while typing. */
import { usage } from '../options.ts'
import { bashScript } from './bash.ts'
import type { CommandShape } from './commands.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

/** The script of one shell; throws a USAGE problem for any other. */
export function scriptFor(shell: string, commands: readonly CommandShape[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands)
    case 'zsh':
      return zshScript(commands)
    case 'fish':
      return fishScript(commands)
    default:
      throw usage(`There is no completion for ${shell}.`, `There is one for ${shells.join(', ')}.`)
  }
}
