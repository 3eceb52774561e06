/** The commands as completion scripts and the docs need them: words, flags, and what an argument may be. */
import type { Command } from '@oclif/core'

export interface CommandShape {
  /** `runs show`. */
  readonly name: string
  readonly summary: string
  readonly description: string | undefined
  readonly examples: readonly string[]
  readonly flags: readonly FlagShape[]
  readonly args: readonly ArgShape[]
}

export interface FlagShape {
  readonly name: string
  readonly char: string | undefined
  readonly summary: string
  readonly takesValue: boolean
  readonly value: string | undefined
  readonly options: readonly string[]
  readonly default: string | undefined
  readonly allowNo: boolean
  readonly words: Words
}

export interface ArgShape {
  readonly name: string
  readonly summary: string
  readonly required: boolean
  readonly options: readonly string[]
  readonly words: Words
  readonly many: boolean
}

/** What may stand there: asked of the workspace, or of the file system. */
export type Words = 'addresses' | 'nodes' | 'templates' | 'folders' | 'files' | 'none'

/** Commands that people see, by name. */
export function describeCommands(commands: readonly Command.Cached[]): CommandShape[] {
  return commands
    .filter((command) => !command.hidden)
    .map((command) => describeCommand(command.id.replaceAll(':', ' '), command))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function describeCommand(name: string, command: Command.Cached): CommandShape {
  return {
    name,
    summary: command.summary ?? '',
    description: command.description,
    examples: (command.examples ?? []).map((example) => String(example).replaceAll('<%= config.bin %>', 'ays')),
    flags: Object.entries(command.flags)
      .filter(([, flag]) => !flag.hidden)
      .map(([flagName, flag]) => ({
        name: flagName,
        char: flag.char,
        summary: flag.summary ?? flag.description ?? '',
        takesValue: flag.type === 'option',
        value: flag.type === 'option' ? (flag.helpValue === undefined ? 'VALUE' : String(flag.helpValue)) : undefined,
        options: flag.type === 'option' ? [...(flag.options ?? [])] : [],
        default:
          flag.type === 'option' && ['string', 'number'].includes(typeof flag.default)
            ? String(flag.default)
            : undefined,
        allowNo: flag.type === 'boolean' && flag.allowNo === true,
        words: flagWords[flagName] ?? 'none',
      })),
    args: Object.entries(command.args).map(([argName, arg]) => ({
      name: argName,
      summary: arg.description ?? '',
      required: arg.required === true,
      options: [...(arg.options ?? [])],
      words: argOf[`${name} ${argName}`] ?? argWords[argName] ?? 'none',
      many: command.strict === false,
    })),
  }
}

const flagWords: Readonly<Record<string, Words>> = {
  target: 'addresses',
  exclude: 'addresses',
  replace: 'addresses',
  folder: 'folders',
  file: 'files',
  out: 'files',
}
/** Where an argument is something else than its name says elsewhere. */
const argOf: Readonly<Record<string, Words>> = {
  'templates show name': 'templates',
  'apply folder': 'files',
}
const argWords: Readonly<Record<string, Words>> = {
  address: 'addresses',
  node: 'nodes',
  nodes: 'nodes',
  folder: 'folders',
}
