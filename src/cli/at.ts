/** `ays --at user@host COMMAND …`: which words, files and values go there, and what comes back. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { type Command, Parser } from '@oclif/core'
import { readDestination } from '../at/destination.ts'
import { runAt } from '../at/run-at.ts'
import { environmentVariable } from '../base/environment.ts'
import { ProblemsError } from '../base/problem.ts'
import { readYaml } from '../engine/blueprint/read-yaml.ts'
import { secretVariables, type WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import { showCommit, tryGitCommit } from '../workspace/git-commit.ts'
import { findRoot } from '../workspace/locate.ts'
import { readSettings } from '../workspace/read.ts'
import { isInside, type SourceFile } from '../workspace/source-files.ts'
import { VERSION } from '../workspace/version.ts'
import { openWorkspace } from '../workspace.ts'
import { COMMANDS } from './all.ts'
import { usage, workspaceOptions } from './options.ts'
import { mayWritePlan } from './plan-file.ts'
import { terminalOf } from './terminal.ts'

/** The words before the command, where they begin with --at; undefined: it is an ordinary command. Throws USAGE. */
export function readAt(argv: readonly string[]): { at: string; program: string; args: readonly string[] } | undefined {
  let at: string | undefined
  let program: string | undefined
  let i = 0
  for (; i < argv.length; i++) {
    const [, name, inline] = /^--(at|at-program)(?:=(.*))?$/s.exec(argv[i] ?? '') ?? []
    if (name === undefined) break
    const value = inline ?? argv[++i]
    if (!value) throw usage(`--${name} wants a value.`)
    if (name === 'at') at = value
    else program = value
  }
  if (at === undefined) return undefined
  return { at, program: program ?? environmentVariable('AYS_AT_PROGRAM') ?? 'ays', args: argv.slice(i) }
}

/** Runs it there. Gives its exit code. */
export async function runCommandAt(of: { at: string; program: string; args: readonly string[] }): Promise<number> {
  const destination = readDestination(of.at)
  const found = commandOf(of.args)
  if (HERE.some((id) => found.id === id || found.id.startsWith(`${id}:`)))
    throw refused(`\`ays ${found.id.replaceAll(':', ' ')}\` is about the files or the terminal here.`)
  const { words, root, files, returns } = await packed(found)
  const { file } = readSettings(root)
  const { color, width, ask } = terminalOf({ color: !words.includes('--no-color') })
  const cwd = relative(root, resolve('.'))
  const commit = await tryGitCommit(root, ['.'])
  const targets = new Map(returns.map((one) => [one.there, one.here]))
  return await runAt({
    destination,
    program: of.program,
    files,
    request: {
      version: VERSION,
      args: [...found.id.split(':'), ...words],
      cwd: isInside(cwd) ? cwd : '',
      workspace: file.workspace,
      folder: destination.folder,
      env: valuesOf(file),
      returns: returns.map((one) => one.there),
      commit: commit && showCommit(commit),
      color,
      columns: width,
      ask,
    },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onFile: (path, bytes) => writeFileSync(targets.get(path) ?? basename(path), bytes, { mode: 0o600 }),
    onSignal: (forward) => {
      const names = ['SIGINT', 'SIGTERM'] as const
      const listeners = names.map((name) => [name, () => forward(name)] as const)
      for (const [name, listener] of listeners) process.on(name, listener)
      return () => {
        for (const [name, listener] of listeners) process.off(name, listener)
      }
    },
  })
}

/** They change the files of the workspace, go on for ever with them, or need the terminal itself. */
const HERE = [
  'approve',
  'complete',
  'completion',
  'docs',
  'fmt',
  'init',
  'lab:forward',
  'lab:ssh',
  'lsp',
  'secrets:set',
  'ssh',
  'state:backup',
  'state:restore',
  'template',
  'watch',
]

interface Found {
  readonly id: string
  readonly command: Command.Class
  readonly words: readonly string[]
}

function commandOf(args: readonly string[]): Found {
  for (const count of [2, 1]) {
    const id = args.slice(0, count).join(':')
    const command = COMMANDS[id]
    if (command && args.length >= count) return { id, command, words: args.slice(count) }
  }
  throw usage(
    args[0] === undefined ? '--at wants a command.' : `There is no command \`ays ${args[0]}\`.`,
    '`ays --help` lists them.',
  )
}

interface Packed {
  readonly words: readonly string[]
  readonly root: string
  readonly files: readonly SourceFile[]
  /** Files that come back: where they are there, from the root, and here. */
  readonly returns: readonly { readonly there: string; readonly here: string }[]
}

/** Words that name files or folders of here are written anew, and the files go along. */
async function packed({ command, words }: Found): Promise<Packed> {
  const { args, flags } = await Parser.parse([...words], {
    args: command.args,
    flags: { ...command.baseFlags, ...command.flags },
    strict: command.strict,
  })
  const named = [args.folder, flags.folder].find((one) => typeof one === 'string' && isFolder(one))
  const root = findRoot(named ?? '.')
  const more: SourceFile[] = []
  const returns: { there: string; here: string }[] = []
  const cwd = isInside(relative(root, resolve('.'))) ? relative(root, resolve('.')) : ''
  const thereOf = (path: string): string => {
    const inRoot = relative(root, resolve(path))
    return isInside(inRoot) ? inRoot : join('.from', `${more.length + returns.length}`, basename(path))
  }
  const wordOf = (there: string): string => relative(cwd === '' ? '.' : cwd, there)
  let told = words
  if (named !== undefined) told = without(told, named)
  const sent = [args.folder, args.address, flags.since, ...(Array.isArray(flags.file) ? flags.file : [])]
  for (const path of sent) {
    if (typeof path !== 'string' || !isRegular(path)) continue
    const there = thereOf(path)
    more.push({ path: there, bytes: readFileSync(path) })
    told = replaced(told, path, wordOf(there))
  }
  if (typeof flags.out === 'string') {
    mayWritePlan(flags.out)
    const there = thereOf(flags.out)
    returns.push({ there, here: resolve(flags.out) })
    told = replaced(told, flags.out, wordOf(there))
  }
  // Parsed by the command's own flags, whatever they are.
  const common = flags as Parameters<typeof workspaceOptions>[1]
  const options = { ...workspaceOptions(root, common), sources: { unsaved: new Map(), readYaml } }
  const workspace = await openWorkspace(options)
  try {
    const files = workspace.sourceFiles('as they are').filter((file) => !more.some((one) => one.path === file.path))
    return { words: told, root, files: [...files, ...more], returns }
  } finally {
    await workspace.close()
  }
}

const replaced = (words: readonly string[], word: string, by: string): string[] =>
  words.map((one) =>
    one === word ? by : one.startsWith('-') && one.endsWith(`=${word}`) ? one.slice(0, -word.length) + by : one,
  )

/** The folder is where the command runs there: its word goes, with the flag before it. */
function without(words: readonly string[], folder: string): string[] {
  const at = words.findIndex((one) => one === folder || one === `--folder=${folder}` || one === `-C${folder}`)
  const flagged = words[at] === folder && (words[at - 1] === '-C' || words[at - 1] === '--folder')
  return words.filter((_, i) => i !== at && !(flagged && i === at - 1))
}

/** Of the variables that ays.yaml names: they travel inside the connection, in no command line. */
function valuesOf(file: WorkspaceFile): Record<string, string> {
  const names = [...file.env, ...secretVariables(file)]
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environmentVariable(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
const isRegular = (path: string): boolean => existsSync(path) && statSync(path).isFile()

const refused = (message: string): ProblemsError =>
  new ProblemsError([{ code: 'AT_COMMAND', message, hint: 'Run it without --at, or log in at the host.' }])
