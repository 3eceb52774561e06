/** Templates written as code: `templates/<name>/template.ts` (or .mts, .js, .mjs) of a workspace. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Type } from 'typebox'
import type { Place } from '../base/place.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { isName } from '../engine/blueprint/names.ts'
import type { AnyTemplate } from '../engine/template.ts'
import { letTemplatesImportAys } from './ays-import.ts'
import { digestFolder, type PinState, pinProblems, readPins } from './template-lock.ts'

export interface TemplateCode {
  readonly templates: readonly AnyTemplate[]
  readonly problems: readonly Problem[]
  /** What ays.lock.yaml says, where it was read. */
  readonly pins?: readonly PinState[]
}

/** In this order: TypeScript first, and only one of them may be there. */
export const CODE_FILES = ['template.ts', 'template.mts', 'template.js', 'template.mjs'] as const

/**
 * Code runs with the rights of the person, so it is taken only from the workspace's own folder: what a person wrote
 * there, and what was pinned, as long as it is what was pinned. Never throws for what a person can mend.
 */
export async function loadTemplateCode(root: string): Promise<TemplateCode> {
  const { pins, problems: unread } = readPins(root)
  const problems: Problem[] = [...unread, ...pinProblems(pins)]
  const distrusted = new Set(pins.filter((one) => one.state !== 'as pinned').map((one) => one.name))
  const missing = pins.filter((one) => one.state === 'missing')
  const templates: AnyTemplate[] = missing.map(({ name }) => brokenTemplate(name))
  for (const { name, files } of codeFolders(root)) {
    const loaded = distrusted.has(name) || unread.length > 0 ? undefined : await loadOne(root, name, files)
    if (loaded && 'problem' in loaded) problems.push(loaded.problem)
    templates.push(loaded && 'template' in loaded ? loaded.template : brokenTemplate(name))
  }
  return { templates, problems, ...(unread.length > 0 ? {} : { pins }) }
}

/** Stands for one that is told to be at fault, so that its services are not told besides. */
const brokenTemplate = (name: string): AnyTemplate => ({
  name,
  summary: 'It cannot be loaded.',
  data: Type.Object({}),
  broken: true,
})

function codeFolders(root: string): { name: string; files: string[] }[] {
  const folder = join(root, 'templates')
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !one.name.startsWith('.'))
    .map(({ name }) => ({
      name,
      files: [...CODE_FILES, 'template.yaml'].filter((file) => existsSync(join(folder, name, file))),
    }))
    .filter(({ files }) => files.some((file) => file !== 'template.yaml'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Loaded = { readonly template: AnyTemplate } | { readonly problem: Problem }

async function loadOne(root: string, name: string, [file = '', ...more]: readonly string[]): Promise<Loaded> {
  const at: Place = { file: `templates/${name}/${file}`, line: 1, column: 1 }
  const invalid = (message: string, hint?: string, line = 1): Loaded => ({
    problem: { code: 'TEMPLATE_INVALID', message, at: { ...at, line }, ...(hint === undefined ? {} : { hint }) },
  })
  if (more.length > 0)
    return invalid(`templates/${name} holds ${[file, ...more].join(' and ')}; a template is one of them.`)
  if (/\.m?ts$/.test(file) && !readsTypeScript())
    return invalid(
      `${at.file} is TypeScript, which Node ${process.version} does not read by itself.`,
      `Run ays with Node 22.18 or newer, or write it as template.${file.replace('template.', '').replace('ts', 'js')}.`,
    )
  letTemplatesImportAys()
  // What changed has another address: Node keeps every module that it read.
  const folder = join(root, 'templates', name)
  const url = `${pathToFileURL(join(folder, file)).href}?content=${digestFolder(folder).slice(7, 23)}`
  let module: { readonly default?: unknown }
  try {
    module = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown } // a module is an object
  } catch (error) {
    return invalid(`${at.file} cannot be loaded: ${messageOf(error)}.`, importHint(error), lineOf(error, file))
  }
  const wrong = whatIsWrong(module.default, name)
  if (wrong !== undefined)
    return invalid(
      `${at.file} ${wrong}.`,
      "Let it say: export default defineTemplate({ name: …, … }), imported from 'ays'.",
    )
  return { template: guarded(module.default as AnyTemplate, at, file) } // looked at above
}

/** Node 22.18 and newer strip types; older ones only when they are told to. */
export const readsTypeScript = (): boolean => 'typescript' in process.features && Boolean(process.features.typescript)

function whatIsWrong(given: unknown, name: string): string | undefined {
  if (given === undefined) return 'has no default export'
  if (!isRecord(given)) return 'exports no template'
  if (given.name !== name) return `exports a template with the name ${JSON.stringify(given.name)} in the folder ${name}`
  if (!isName(name)) return `cannot be named "${name}": a name is made of letters and digits`
  if (typeof given.summary !== 'string' || given.summary === '') return 'exports a template without a summary'
  if (!isRecord(given.data) || given.data.type !== 'object' || !isRecord(given.data.properties))
    return 'exports a template whose data is no Type.Object'
  const odd = FUNCTIONS.find((key) => given[key] !== undefined && typeof given[key] !== 'function')
  if (odd !== undefined) return `exports a template whose ${odd} is no function`
  const links = [given.parent, ...(isRecord(given.consumes) ? Object.values(given.consumes) : [])]
  if (!links.every((link) => link === undefined || (isRecord(link) && Array.isArray(link.to))))
    return 'exports a template with a link that is not made by oneOf, optionalOf or manyOf'
  return undefined
}

const FUNCTIONS = ['derive', 'allocate', 'tasks', 'running', 'outputs', 'connection'] as const

/** Templates of the workspace whose names ship with ays are refused: a blueprint must not change its meaning by a folder. */
export function withoutShipped(code: TemplateCode, shipped: readonly AnyTemplate[]): TemplateCode {
  const taken = new Set(shipped.map((template) => template.name))
  return {
    templates: code.templates.filter((template) => !taken.has(template.name)),
    problems: [
      ...code.problems,
      ...code.templates
        .filter((template) => taken.has(template.name))
        .map(({ name }): Problem => {
          const at = { file: `templates/${name}`, line: 1, column: 1 }
          const message = `A template ${name} ships with ays.`
          return { code: 'TEMPLATE_INVALID', message, at, hint: 'Give yours another name.' }
        }),
    ],
  }
}

/** The same template, whose mistakes are told as such and not taken for those of ays. */
function guarded(template: AnyTemplate, at: Place, file: string): AnyTemplate {
  const guard = (what: string, given: unknown): unknown => {
    if (isRecord(given) && what === 'actions')
      return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, guardAll(`action ${name}`, one)]))
    if (typeof given !== 'function') return given
    return (...args: unknown[]): unknown => {
      try {
        return given.apply(template, args)
      } catch (error) {
        if (error instanceof ProblemsError) throw error
        const message = `The template ${template.name} failed in ${what}: ${messageOf(error)}.`
        throw new ProblemsError([{ code: 'TEMPLATE_INVALID', message, at: { ...at, line: lineOf(error, file) } }])
      }
    }
  }
  const guardAll = (what: string, given: unknown): unknown =>
    isRecord(given)
      ? Object.fromEntries(Object.entries(given).map(([key, one]) => [key, guard(`${what}, ${key}`, one)]))
      : given
  // Member for member the same, functions in the place of functions.
  return Object.fromEntries(
    Object.entries(template).map(([key, one]) => [key, guard(key, one)]),
  ) as unknown as AnyTemplate
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.$/, '') ?? ''

/** The line of the file in which an error arose, as far as its stack says. */
function lineOf(error: unknown, file: string): number {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const found = new RegExp(`/${file.replaceAll('.', '\\.')}(?:\\?[^:\\s]*)?:(\\d+)`).exec(stack)
  return Number(found?.[1] ?? 1)
}

const importHint = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    ? "A template may import 'ays', what Node has itself, and files beside it."
    : undefined

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
