/** Templates of others in a workspace: added, updated, removed, listed. They lie in `templates/`, and `ays.lock.yaml` pins them. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Problem, ProblemsError, throwProblems } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import { isName } from '../engine/blueprint/names.ts'
import { templates as shipped } from '../templates/index.ts'
import { heldAs, heldOtherwise } from '../workspace/held-templates.ts'
import { findRoot } from '../workspace/locate.ts'
import { readSettings } from '../workspace/read.ts'
import {
  digestFolder,
  filesOf,
  LOCK_FILE,
  type Pin,
  type PinState,
  readPins,
  showPins,
} from '../workspace/template-lock.ts'
import { readSourceText, type Source, sourceAsKept } from '../workspace/template-source.ts'
import { type Fetched, fetchSource } from './fetch.ts'
import { type FoundTemplate, findTemplates } from './find-templates.ts'

export interface ShelfOptions {
  /** Any folder in the workspace; it is sought upwards. */
  readonly folder: string
  readonly signal: AbortSignal
}

/** What became of one template. */
export interface Shelved {
  readonly name: string
  readonly change: 'added' | 'updated' | 'unchanged' | 'removed' | 'kept as your own'
  readonly pin: Pin
}

/**
 * Fetches all templates of a source, or those named, into `templates/` and pins them by commit and content.
 * `here` is where the person stands: a folder is meant relative to it.
 */
export async function addTemplates(
  text: string,
  options: ShelfOptions & { readonly here: string; readonly names?: readonly string[] },
): Promise<readonly Shelved[]> {
  const root = findRoot(options.folder)
  const pins = pinsOf(root)
  const { source, ref } = readSourceText(text)
  const kept = { source: sourceAsKept(root, options.here, source), ref }
  const fetched = await fetchSource(root, kept, options.signal)
  try {
    const found = chosen(findTemplates(fetched.folder, fetched.name), options.names ?? [], text)
    const { file } = readSettings(root)
    throwProblems(
      found.flatMap((one) => [
        ...refusals(root, one, pins),
        ...heldOtherwise(root, file, one.name, { ...kept, commit: fetched.commit }),
      ]),
    )
    return place(root, pins, found, fetched, kept)
  } finally {
    fetched.drop()
  }
}

/**
 * Fetches the same sources again, or those at which ays.yaml holds the templates, also such as are not here yet. Without
 * names: all. What somebody changed is replaced only with `force`.
 */
export async function updateTemplates(
  names: readonly string[],
  options: ShelfOptions & { readonly force: boolean },
): Promise<readonly Shelved[]> {
  const root = findRoot(options.folder)
  const pins = pinsOf(root)
  const all = fetchable(root, pins)
  const asked = names.length === 0 ? all : names.map((name) => pinNamed(all, name))
  const changed = pins.filter(({ name }) => asked.some((one) => one.name === name))
  throwProblems(changed.flatMap((one) => (options.force ? [] : changedByHand(one, 'be replaced'))))
  const isNew = ({ name }: Fetchable): boolean => !pins.some((one) => one.name === name)
  throwProblems(asked.flatMap((one) => (isNew(one) ? refusals(root, one, pins) : [])))
  const done: Shelved[] = []
  for (const { name, folder, kept } of asked) {
    const fetched = await fetchSource(root, kept, options.signal)
    try {
      const there = findTemplates(fetched.folder, fetched.name)
      const found = there.find((one) => (folder === undefined ? one.name === name : one.folder === folder))
      if (!found && folder !== undefined) throw noTemplate(`${kept.source} holds no template in ${folder} any more.`)
      if (!found) throw noTemplate(`${kept.source} holds no template ${name}.`)
      done.push(...place(root, pinsOf(root), [{ ...found, name }], fetched, kept))
    } finally {
      fetched.drop()
    }
  }
  return done
}

/** One to fetch again, or for the first time: then its folder in the source is not known, or not that of another source. */
interface Fetchable {
  readonly name: string
  readonly kept: Source
  readonly folder?: string
}

/** What is pinned, from where ays.yaml says or where it came from, and what ays.yaml names besides. */
function fetchable(root: string, pins: readonly PinState[]): Fetchable[] {
  const { file, problems } = readSettings(root)
  throwProblems(problems)
  const pinned = pins.map(({ name, pin }): Fetchable => {
    const kept = heldAs(root, file, name, pin) ?? { source: pin.source, ref: pin.ref }
    return { name, kept, ...(kept.source === pin.source ? { folder: pin.folder } : {}) }
  })
  const news = Object.keys(file.templates).flatMap((name): Fetchable[] => {
    const kept = pins.some((one) => one.name === name) ? undefined : heldAs(root, file, name, {})
    return kept ? [{ name, kept }] : []
  })
  return [...pinned, ...news]
}

/** Takes the folder and the pin away; with `keep` the folder stays, and is the person's own from now on. */
export function removeTemplates(
  names: readonly string[],
  options: { readonly folder: string; readonly force: boolean; readonly keep: boolean },
): readonly Shelved[] {
  const root = findRoot(options.folder)
  const all = pinsOf(root)
  const asked = names.map((name) => pinNamed(all, name))
  throwProblems(asked.flatMap((one) => (options.force || options.keep ? [] : changedByHand(one, 'be removed'))))
  const left = all.filter((one) => !asked.includes(one))
  if (!options.keep)
    for (const { name } of asked) rmSync(join(root, 'templates', name), { recursive: true, force: true })
  writePins(root, new Map(left.map(({ name, pin }) => [name, pin])))
  return asked.map(({ name, pin }) => ({ name, pin, change: options.keep ? 'kept as your own' : 'removed' }))
}

/** The pinned templates, and the names of the workspace's own ones. */
export function listTemplates(folder: string): {
  readonly pins: readonly PinState[]
  readonly own: readonly string[]
} {
  const root = findRoot(folder)
  const pins = pinsOf(root)
  const pinned = new Set(pins.map((one) => one.name))
  const shelf = join(root, 'templates')
  const folders = existsSync(shelf) ? readdirSync(shelf, { withFileTypes: true }) : []
  const own = folders.filter((one) => one.isDirectory() && !one.name.startsWith('.') && !pinned.has(one.name))
  return { pins, own: own.map((one) => one.name).sort() }
}

function pinsOf(root: string): readonly PinState[] {
  const { pins, problems } = readPins(root)
  throwProblems(problems)
  return pins
}

function chosen(all: readonly FoundTemplate[], names: readonly string[], text: string): readonly FoundTemplate[] {
  if (all.length === 0)
    throw noTemplate(`${text} holds no template: neither itself, nor in templates/, nor in its folders.`)
  if (names.length === 0) return all
  return names.map((name) => {
    const found = all.find((one) => one.name === name)
    if (found) return found
    const known = all.map((one) => one.name)
    throw noTemplate(`${text} holds no template ${name}.`, didYouMean(name, known) ?? `It holds ${known.join(', ')}.`)
  })
}

function refusals(root: string, { name }: Pick<FoundTemplate, 'name'>, pins: readonly PinState[]): Problem[] {
  const refuse = (message: string, hint: string): Problem[] => [{ code: 'TEMPLATE_SOURCE', message, hint }]
  if (!isName(name)) return refuse(`"${name}" cannot be the name of a template.`, 'Take others with --only NAME.')
  if (shipped.some((one) => one.name === name))
    return refuse(`A template ${name} ships with ays.`, 'Take others with --only NAME.')
  if (pins.some((one) => one.name === name))
    return refuse(`${name} is here already.`, `\`ays template update ${name}\` fetches it anew.`)
  if (existsSync(join(root, 'templates', name)))
    return refuse(`templates/${name} is a template of your own.`, 'Rename one of them.')
  return []
}

function changedByHand({ name, state, at }: PinState, what: string): Problem[] {
  if (state !== 'changed') return []
  const message = `templates/${name} was changed since it was fetched; the changes would ${what}.`
  return [{ code: 'TEMPLATE_PIN', message, at, hint: '--force does it all the same.' }]
}

function pinNamed<One extends { readonly name: string }>(pins: readonly One[], name: string): One {
  const found = pins.find((one) => one.name === name)
  if (found) return found
  const known = pins.map((one) => one.name)
  throw noTemplate(
    `No template ${name} of others is here.`,
    didYouMean(name, known) ??
      (known.length > 0 ? `There is ${known.join(', ')}.` : '`ays template add` fetches some.'),
  )
}

/** Copies whole folders into their place, then writes the pins. */
function place(
  root: string,
  before: readonly PinState[],
  found: readonly FoundTemplate[],
  fetched: Fetched,
  kept: { readonly source: string; readonly ref: string | undefined },
): readonly Shelved[] {
  const pins = new Map(before.map(({ name, pin }) => [name, pin]))
  const shelved = found.map(({ name, folder }): Shelved => {
    const from = resolve(fetched.folder, folder)
    const pin: Pin = {
      source: kept.source,
      ...(kept.ref === undefined ? {} : { ref: kept.ref }),
      folder,
      ...(fetched.commit === undefined ? {} : { commit: fetched.commit }),
      content: contentOf(from, name),
    }
    const former = before.find((one) => one.name === name)
    const same = former?.state === 'as pinned' && former.pin.content === pin.content
    if (!same) copyInto(from, join(root, 'templates', name))
    pins.set(name, pin)
    return { name, pin, change: !former ? 'added' : same ? 'unchanged' : 'updated' }
  })
  writePins(root, pins)
  return shelved
}

function contentOf(folder: string, name: string): string {
  try {
    return digestFolder(folder)
  } catch (error) {
    throw noTemplate(`${name} cannot be taken: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** Beside first, then in its place in one go: a copy that is cut off leaves what was there. */
function copyInto(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  const beside = mkdtempSync(join(dirname(to), '.new-'))
  try {
    for (const file of filesOf(from)) cpSync(join(from, file), join(beside, file))
    chmodSync(beside, 0o755)
    rmSync(to, { recursive: true, force: true })
    renameSync(beside, to)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

function writePins(root: string, pins: ReadonlyMap<string, Pin>): void {
  const path = join(root, LOCK_FILE)
  const beside = `${path}.${process.pid}.tmp`
  writeFileSync(beside, showPins(pins))
  renameSync(beside, path)
}

function noTemplate(message: string, hint?: string): ProblemsError {
  return new ProblemsError([{ code: 'TEMPLATE_SOURCE', message, ...(hint === undefined ? {} : { hint }) }])
}
