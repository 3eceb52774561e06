/** The secrets of a workspace by name: from the environment, files, commands such as `pass`, and one age-encrypted file. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { environmentVariable, wholeEnvironment } from '../base/environment.ts'
import { type Sealer, Secret } from '../base/secret.ts'
import { didYouMean } from '../base/suggest.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { SecretSource } from '../engine/blueprint/workspace-schema.ts'
import type { AgeFile } from './age-file.ts'

export interface Secrets {
  /** Each source is asked once, when its secret is first used. undefined: it gives none. */
  secret(name: string): Secret | undefined
  /** Why `secret` gave nothing. */
  missing(name: string): { readonly reason: string; readonly hint: string } | undefined
}

/**
 * `opened`: the age file, if the workspace has one and it was opened. `run: 'never'` starts no command (an editor must not,
 * merely because a folder was opened): its secrets are there, but not what they are.
 */
export function secretsOf(of: {
  readonly root: string
  readonly settings: Pick<WorkspaceFile, 'secrets' | 'secretsFile'>
  readonly sealer: Sealer
  readonly opened?: AgeFile | undefined
  readonly run?: 'once' | 'never'
}): Secrets {
  const { root, settings, sealer, opened, run = 'once' } = of
  const asked = new Map<string, Answer>()
  const ask = (name: string): Answer => {
    const known = asked.get(name)
    if (known) return known
    const source = Object.hasOwn(settings.secrets, name) ? settings.secrets[name] : undefined
    const answer = source ? askSource(root, source, run) : askAgeFile(name, opened, settings)
    asked.set(name, answer)
    return answer
  }
  return {
    secret: (name) => {
      const answer = ask(name)
      return 'value' in answer ? new Secret(`secrets.${name}`, answer.value, sealer) : undefined
    },
    missing: (name) => {
      const answer = ask(name)
      return 'reason' in answer ? answer : undefined
    },
  }
}

type Answer = { readonly value: string } | { readonly reason: string; readonly hint: string }

function askSource(root: string, source: SecretSource, run: 'once' | 'never'): Answer {
  if ('env' in source) {
    const value = environmentVariable(source.env)
    return value === undefined
      ? { reason: `the environment variable ${source.env} is not set`, hint: `Set ${source.env} before running ays.` }
      : { value }
  }
  if ('file' in source) return readFile(resolve(root, source.file), source.file)
  return run === 'never' ? { value: 'not asked for' } : runCommand(root, source.command)
}

function readFile(path: string, shown: string): Answer {
  try {
    return { value: withoutLastNewline(readFileSync(path, 'utf8')) }
  } catch (error) {
    return existsSync(path)
      ? {
          reason: `${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          hint: 'Make it readable for you.',
        }
      : { reason: `the file ${shown} is not there`, hint: `Write the secret into ${shown}, readable for you alone.` }
  }
}

/** What it prints is the secret, and shown nowhere; nor is what it says of errors, which may hold parts of it. */
function runCommand(root: string, [program = '', ...args]: readonly string[]): Answer {
  const ran = spawnSync(program, args, {
    cwd: root,
    env: wholeEnvironment(),
    encoding: 'utf8',
    timeout: COMMAND_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  const hint = `Run ${[program, ...args].join(' ')} by hand: it should print the secret and nothing else.`
  if (ran.error) {
    const code = 'code' in ran.error ? ran.error.code : undefined
    if (code === 'ENOENT')
      return { reason: `there is no program ${program}`, hint: 'Install it, or take another source.' }
    return {
      reason: code === 'ETIMEDOUT' ? `${program} took longer than a minute` : `${program} could not be run`,
      hint,
    }
  }
  if (ran.status !== 0) return { reason: `${program} ended with ${ran.status ?? ran.signal}`, hint }
  return { value: withoutLastNewline(ran.stdout) }
}

const COMMAND_MS = 60_000
const OUTPUT_BYTES_MAX = 1_048_576

function askAgeFile(
  name: string,
  opened: AgeFile | undefined,
  { secretsFile, secrets }: Pick<WorkspaceFile, 'secrets' | 'secretsFile'>,
): Answer {
  if (opened && 'reason' in opened) return { reason: opened.reason, hint: opened.hint.replace('NAME', name) }
  const value = opened?.values.get(name)
  if (value !== undefined) return { value }
  const known = [...Object.keys(secrets), ...(opened?.values.keys() ?? [])]
  return {
    reason: 'no source of the workspace gives it',
    hint:
      didYouMean(name, known) ??
      (secretsFile ? `\`ays secrets set ${name}\` adds it.` : 'Add it under secrets: in ays.yaml.'),
  }
}

const withoutLastNewline = (text: string): string => text.replace(/\r?\n$/, '')
