/** A file of secrets encrypted with age: opened into names and texts, and written again. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { environmentVariable } from '../base/environment.ts'
import { ProblemsError } from '../base/problem.ts'
import { readYaml } from '../engine/blueprint/read-yaml.ts'
import { tryDataOf } from '../engine/blueprint/value.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'

/** What a file gives, or why it cannot be opened. */
export type AgeFile =
  | { readonly values: ReadonlyMap<string, string> }
  | { readonly reason: string; readonly hint: string }

type Place = NonNullable<WorkspaceFile['secretsFile']>

/** Opens the file with the identity that ays.yaml names. Never throws: what is wrong is told when a secret is used. */
export async function openAgeFile(root: string, { path, identity }: Place): Promise<AgeFile> {
  const full = resolve(root, path)
  if (!existsSync(full)) return { reason: `the file ${path} is not there`, hint: '`ays secrets set NAME` makes it.' }
  const keys = readIdentities(root, identity)
  if ('reason' in keys) return keys
  try {
    const { armor, Decrypter } = await import('age-encryption')
    const decrypter = new Decrypter()
    for (const key of keys.identities) decrypter.addIdentity(key)
    const bytes = readFileSync(full)
    const isArmored = bytes.subarray(0, 64).toString('latin1').includes('BEGIN AGE ENCRYPTED FILE')
    const text = await decrypter.decrypt(isArmored ? armor.decode(bytes.toString('latin1')) : bytes, 'text')
    return namesIn(text, path)
  } catch {
    // What the library says of it may speak of what is inside.
    return { reason: `${path} cannot be decrypted with ${keys.from}`, hint: 'Was it encrypted for another identity?' }
  }
}

/** Encrypts names and texts for the identity, which is made where its file is not there yet; gives the notes for people. */
export async function writeAgeFile(root: string, place: Place, values: ReadonlyMap<string, string>): Promise<string[]> {
  const { armor, Encrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const notes: string[] = []
  const file = place.identity && 'file' in place.identity ? place.identity.file : undefined
  if (file !== undefined && !existsSync(identityPath(root, file))) {
    mkdirSync(dirname(identityPath(root, file)), { recursive: true, mode: 0o700 })
    writeFileSync(identityPath(root, file), `${await generateX25519Identity()}\n`, { mode: 0o600, flag: 'wx' })
    notes.push(
      `Made an age identity in ${file}. Keep it: without it the secrets cannot be read. It does not belong into git.`,
    )
  }
  const keys = readIdentities(root, place.identity)
  if ('reason' in keys)
    throw new ProblemsError([{ code: 'SECRET_MISSING', message: `${place.path}: ${keys.reason}.`, hint: keys.hint }])
  const encrypter = new Encrypter()
  for (const key of keys.identities) encrypter.addRecipient(await identityToRecipient(key))
  const text = [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('')
  const full = resolve(root, place.path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(`${full}.new`, armor.encode(await encrypter.encrypt(text)), { mode: 0o600 })
  renameSync(`${full}.new`, full)
  return notes
}

function readIdentities(
  root: string,
  identity: Place['identity'],
):
  | { readonly identities: readonly string[]; readonly from: string }
  | { readonly reason: string; readonly hint: string } {
  if (!identity)
    return {
      reason: 'ays.yaml names no identity that opens it',
      hint: 'Add `identity: { file: ~/.config/ays/identity.txt }` or `{ env: NAME }` under secrets:.',
    }
  if ('env' in identity) {
    const value = environmentVariable(identity.env)
    if (value === undefined)
      return {
        reason: `the environment variable ${identity.env}, its identity, is not set`,
        hint: `Set ${identity.env} to an AGE-SECRET-KEY-1….`,
      }
    return identitiesIn(value, identity.env)
  }
  const path = identityPath(root, identity.file)
  if (!existsSync(path))
    return {
      reason: `its identity ${identity.file} is not there`,
      hint: 'Put it there, or name another under secrets: in ays.yaml.',
    }
  try {
    return identitiesIn(readFileSync(path, 'utf8'), identity.file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { reason: `its identity ${identity.file} cannot be read: ${why}`, hint: 'Make it readable for you.' }
  }
}

function identitiesIn(
  text: string,
  from: string,
):
  | { readonly identities: readonly string[]; readonly from: string }
  | { readonly reason: string; readonly hint: string } {
  const identities = text.split(/\s+/).filter((word) => word.startsWith('AGE-SECRET-KEY-'))
  return identities.length > 0
    ? { identities, from }
    : { reason: `${from} holds no age identity`, hint: 'An identity is a line AGE-SECRET-KEY-1….' }
}

const identityPath = (root: string, path: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(root, path)

/** The text inside is a YAML map of names to texts; what it says is never shown. */
function namesIn(text: string, path: string): AgeFile {
  const { documents, problems } = readYaml({ path, text })
  const [root] = documents
  if (problems.length > 0 || documents.length > 1 || (root && root.type !== 'map'))
    return { reason: `${path} holds no map of names to texts`, hint: 'Inside, write one `name: text` per line.' }
  const values = new Map<string, string>()
  for (const { key, value } of root?.type === 'map' ? root.entries : []) {
    const data = tryDataOf(value)
    if (typeof data !== 'string' && typeof data !== 'number')
      return { reason: `${path}: ${key} is no text`, hint: 'Put it in quotes.' }
    values.set(key, String(data))
  }
  return { values }
}
