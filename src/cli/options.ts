/** The flags and arguments that several commands share, and what the workspace is given of them. */
import { Args, Flags } from '@oclif/core'
import { type Address, tryReadAddress } from '../base/address.ts'
import { tryReadDuration } from '../base/duration.ts'
import { ProblemsError } from '../base/problem.ts'
import type { PlanOptions, WorkspaceOptions } from '../workspace.ts'
import { type PlanFormat, planFormats } from './views/plan-formats.ts'

/** Every command has these. */
export const commonFlags = {
  json: Flags.boolean({ description: 'Print data for machines instead of text.', helpGroup: 'OUTPUT' }),
  'no-color': Flags.boolean({ description: 'No colours. NO_COLOR=1 says the same.', helpGroup: 'OUTPUT' }),
}

/** The workspace's folder as the first argument. */
export const folderArg = {
  folder: Args.string({
    description: 'Folder of the workspace; default: the nearest upwards from here.',
    required: false,
  }),
}

export const workspaceFlags = {
  env: Flags.string({ char: 'e', description: 'Environment: its state and its vars/<env>.yaml.', helpValue: 'NAME' }),
  var: Flags.string({
    description: 'Value of a variable that ays.yaml declares. Repeat for more.',
    helpValue: 'NAME=VALUE',
    multipleNonGreedy: true,
    multiple: true,
  }),
  file: Flags.string({
    char: 'f',
    description: 'This blueprint instead of those of the folder; nothing is an orphan then. Repeat for more.',
    helpValue: 'FILE',
    multipleNonGreedy: true,
    multiple: true,
  }),
  legacy: Flags.boolean({ description: 'Be as lenient as AYS was: unknown fields and duplicate keys are warnings.' }),
  'accept-new-host-keys': Flags.boolean({
    description: 'Trust nodes that are seen for the first time. A changed key is never accepted.',
  }),
}

/** For commands that need the workspace's folder by a flag, since their arguments are something else. */
export const folderFlag = {
  folder: Flags.string({
    char: 'C',
    description: 'Folder of the workspace; default: the nearest upwards from here.',
    helpValue: 'FOLDER',
  }),
}

/** Which services a command is about. */
export const selectFlags = {
  target: Flags.string({
    char: 't',
    description: 'Only this service, and what it needs: an address or a glob. Repeat for more.',
    helpValue: 'ADDRESS',
    multipleNonGreedy: true,
    multiple: true,
    helpGroup: 'SELECTION',
  }),
  exclude: Flags.string({
    description: 'Not this service, nor what needs it. Repeat for more.',
    helpValue: 'ADDRESS',
    multipleNonGreedy: true,
    multiple: true,
    helpGroup: 'SELECTION',
  }),
  tag: Flags.string({
    description: 'Only services with this $tag. Repeat for more.',
    helpValue: 'TAG',
    multipleNonGreedy: true,
    multiple: true,
    helpGroup: 'SELECTION',
  }),
}

/** Whether the nodes are asked. */
export const refreshFlag = {
  refresh: Flags.boolean({
    description: 'Ask the nodes. --no-refresh plans against what is remembered.',
    default: true,
    allowNo: true,
  }),
}

export const planFlags = {
  ...selectFlags,
  replace: Flags.string({
    description: 'Remove and make this service anew. Repeat for more.',
    helpValue: 'ADDRESS',
    multipleNonGreedy: true,
    multiple: true,
    helpGroup: 'SELECTION',
  }),
  ...refreshFlag,
  waves: Flags.boolean({
    description: 'Change nodes in the waves of ays.yaml. --no-waves changes all as they are ready.',
    default: true,
    allowNo: true,
  }),
  prune: Flags.boolean({ description: 'Also remove services whose file was disabled by a leading "_".' }),
  allow: Flags.string({
    description: 'Let the plan destroy data: everywhere, or of one service. Repeat for more.',
    parse: readAllow,
    helpValue: 'data-loss[=ADDRESS]',
    multipleNonGreedy: true,
    multiple: true,
  }),
}

/** For commands that can leave their plan in a file. */
export const outFlag = {
  out: Flags.string({
    char: 'o',
    description: 'Save the plan in this file and do nothing else; `ays apply FILE` applies exactly it.',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
  }),
}

export const asOfFlag = {
  'as-of': Flags.custom<number>({
    description: 'The blueprints as they were at this run, instead of those of now: what would bring it back.',
    helpValue: 'run:N',
    parse: async (text) => {
      const [, run] = /^(?:run:)?([1-9]\d{0,9})$/.exec(text) ?? []
      if (run !== undefined) return Number(run)
      throw usage(`--as-of ${text} is no run.`, 'Write it like --as-of run:12. `ays history` lists the runs.')
    },
  })(),
}

export const commandsFlag = {
  commands: Flags.boolean({ description: 'Show the exact commands that would run on each node.', helpGroup: 'OUTPUT' }),
}

export const undoFlag = {
  undo: Flags.boolean({
    description: 'Show the way back beside it: the commands that lead back to what was found, and what has none.',
    helpGroup: 'OUTPUT',
  }),
}

export const simulateFlag = {
  simulate: Flags.boolean({
    description:
      'Apply the plan to copies of the nodes in memory, as they were just found, and plan again: nothing may be left.',
  }),
}

/** The forms of a plan, for every command that shows one. */
export const planFormatFlags = {
  format: Flags.option({
    description: 'In which form. --json is --format json.',
    options: planFormats,
    helpGroup: 'OUTPUT',
  })(),
  since: Flags.string({
    description: 'A plan of before, as JSON: markdown and html say what moved since.',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
  }),
}

/** The form that was asked for; text when none was. */
export const formatOf = (flags: { readonly format?: PlanFormat; readonly json?: boolean }): PlanFormat =>
  flags.format ?? (flags.json ? 'json' : 'text')

export const applyFlags = {
  yes: Flags.boolean({ char: 'y', description: 'Do not ask. Data loss still needs --allow data-loss.' }),
  parallel: Flags.integer({
    char: 'p',
    description: 'Jobs at once over all nodes; default: limits.parallel of ays.yaml, else 10.',
    min: 1,
    max: 1_000,
    helpValue: 'N',
  }),
  retries: Flags.custom<readonly number[]>({
    description: 'Waits before further attempts after any error: 5,10,15 or 1m,5m; 0 for none.',
    helpValue: 'TIMES',
    parse: async (text) => readRetries(text),
  })(),
}

function readRetries(text: string): readonly number[] {
  if (text.trim() === '0') return []
  const waits = text.split(',').map((one) => tryReadDuration(one))
  if (waits.every((ms) => ms !== undefined)) return waits.filter((ms) => ms !== undefined)
  throw usage(`--retries ${text} is no list of times.`, 'Write 5,10,15 (seconds) or 1m,5m; 0 for none.')
}

async function readAllow(word: string): Promise<string> {
  if (/^(data-loss|claimed)(=.+)?$/.test(word)) return word
  throw usage(`--allow ${word} is not known.`, 'It takes data-loss or claimed, or data-loss=ADDRESS for one service.')
}

interface WorkspaceFlagValues {
  readonly env?: string
  readonly var?: readonly string[]
  readonly file?: readonly string[]
  readonly 'as-of'?: number
  readonly legacy?: boolean
  readonly 'accept-new-host-keys'?: boolean
}

/** What `openWorkspace` is given of the flags. Throws ProblemsError for a --var without `=`. */
export function workspaceOptions(folder: string | undefined, flags: WorkspaceFlagValues): WorkspaceOptions {
  return {
    folder: folder ?? '.',
    ...(flags.env === undefined ? {} : { environment: flags.env }),
    ...(flags.var?.length ? { vars: Object.fromEntries(flags.var.map(readVar)) } : {}),
    ...(flags.file?.length ? { files: flags.file } : {}),
    ...(flags['as-of'] === undefined ? {} : { asOf: flags['as-of'] }),
    ...(flags.legacy ? { legacy: true } : {}),
    ...(flags['accept-new-host-keys'] ? { acceptNewHostKeys: true } : {}),
  }
}

function readVar(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw usage(`--var ${text} is not NAME=VALUE.`, 'Write it like --var size=small.')
  return [text.slice(0, at), text.slice(at + 1)]
}

interface PlanFlagValues {
  readonly target?: readonly string[]
  readonly exclude?: readonly string[]
  readonly tag?: readonly string[]
  readonly replace?: readonly string[]
  readonly refresh?: boolean
  readonly prune?: boolean
  readonly waves?: boolean
  readonly allow?: readonly string[]
}

/** What `plan` is given of the flags. */
export function planOptions(flags: PlanFlagValues): PlanOptions {
  return {
    ...(flags.target?.length ? { targets: flags.target } : {}),
    ...(flags.exclude?.length ? { exclude: flags.exclude } : {}),
    ...(flags.tag?.length ? { tags: flags.tag } : {}),
    ...(flags.replace?.length ? { replace: flags.replace } : {}),
    ...(flags.refresh === false ? { refresh: false } : {}),
    ...(flags.prune ? { prune: true } : {}),
    ...(flags.waves === false ? { waves: false } : {}),
    ...(flags.allow?.length ? { allow: flags.allow } : {}),
  }
}

/** Throws USAGE for what is no address. */
export function readAddressArg(text: string): Address {
  const address = tryReadAddress(text)
  if (address === undefined)
    throw usage(`${text} is no address of a service.`, 'Write role/name, as `ays status` lists them.')
  return address
}

/** A mistake in the command line, as an error to throw. */
export function usage(message: string, hint?: string): ProblemsError {
  return new ProblemsError([{ code: 'USAGE', message, ...(hint === undefined ? {} : { hint }) }])
}
