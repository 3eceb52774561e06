/** The secrets of a workspace as people keep them: which there are and where they come from, and one more in the age file. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Problem, ProblemsError, throwProblems } from '../base/problem.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { SecretSource } from '../engine/blueprint/workspace-schema.ts'
import { openAgeFile, writeAgeFile } from './age-file.ts'
import { findRoot } from './locate.ts'
import { readSettings } from './read.ts'

export interface SecretEntry {
  readonly name: string
  /** For people: `$WEB_ADMIN`, `db.txt`, `pass show db`, `secrets.age`. */
  readonly from: string
}

/** Names and sources, sorted; no value is asked for. `closed`: the age file cannot be opened, and why. */
export async function listSecrets(folder: string): Promise<{
  readonly secrets: readonly SecretEntry[]
  readonly closed?: { readonly reason: string; readonly hint: string }
}> {
  const { root, settings } = settingsOf(folder)
  const named = Object.entries(settings.secrets).map(([name, source]) => ({ name, from: showSource(source) }))
  const place = settings.secretsFile
  const opened = place && existsSync(resolve(root, place.path)) ? await openAgeFile(root, place) : undefined
  const values = opened && 'values' in opened ? [...opened.values.keys()] : []
  const held = values
    .filter((name) => !Object.hasOwn(settings.secrets, name))
    .map((name) => ({ name, from: place?.path ?? '' }))
  const secrets = [...named, ...held].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { secrets, ...(opened && 'reason' in opened ? { closed: { reason: opened.reason, hint: opened.hint } } : {}) }
}

/** Puts a secret into the workspace's age file, in the place of one of that name. Gives notes for people. */
export async function setSecret(folder: string, name: string, value: string): Promise<readonly string[]> {
  const { root, settings } = settingsOf(folder)
  const place = settings.secretsFile
  if (!place)
    throw refused(
      'ays.yaml names no file for secrets.',
      'Under secrets:, add `file: secrets.age` and `identity: { file: ~/.config/ays/identity.txt }`.',
    )
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw refused(`"${name}" cannot be the name of a secret.`, 'Use letters, digits and _, not beginning with a digit.')
  const source = settings.secrets[name]
  if (source)
    throw refused(
      `${name} comes from ${showSource(source)}, as ays.yaml says.`,
      'Change it there, or take it out of ays.yaml.',
    )
  const opened = existsSync(resolve(root, place.path))
    ? await openAgeFile(root, place)
    : { values: new Map<string, string>() }
  // Written without what it held, the file would lose it.
  if ('reason' in opened) throw refused(`${opened.reason}.`, opened.hint)
  return await writeAgeFile(root, place, new Map([...opened.values, [name, value]]))
}

function settingsOf(folder: string): { readonly root: string; readonly settings: WorkspaceFile } {
  const root = findRoot(folder)
  const { file, problems } = readSettings(root)
  throwProblems(problems)
  return { root, settings: file }
}

function showSource(source: SecretSource): string {
  if ('env' in source) return `$${source.env}`
  return 'file' in source ? source.file : source.command.join(' ')
}

function refused(message: string, hint: string): ProblemsError {
  const problem: Problem = { code: 'SECRET_MISSING', message, hint }
  return new ProblemsError([problem])
}
