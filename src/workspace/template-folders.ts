/** The workspace's own templates: compositions and template folders of AYS, under `templates/` and `actorTemplates/`. */
import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { isName } from '../engine/blueprint/names.ts'
import type { AnyTemplate } from '../engine/template.ts'
import { readComposition } from '../engine/template-files/composition.ts'
import { readLegacyTemplate } from '../engine/template-files/legacy-template.ts'
import { readSource } from './read-source.ts'
import type { Sources } from './sources.ts'

/**
 * A folder with a `template.yaml` is a composition, one with a `schema.capnp` or AYS's `config.yaml` beside its Python a template of AYS; others
 * are looked into. Of a template of AYS that ships with ays under the same name, that one is taken.
 */
export function readTemplateFolders(
  root: string,
  shipped: readonly AnyTemplate[],
  sources?: Sources,
): { readonly templates: readonly AnyTemplate[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const taken = new Set(shipped.map((template) => template.name))
  const first = new Map<string, string>()
  const templates = TEMPLATE_FOLDERS.flatMap((folder) => templateFolders(root, folder, problems)).flatMap(
    (folder): AnyTemplate[] => {
      const name = basename(folder)
      const read = readFolder(root, folder, sources)
      const at = { file: read.file, line: 1, column: 1 }
      const before = first.get(name)
      if (before !== undefined || (taken.has(name) && !read.template.unbuilt)) {
        const message =
          before === undefined ? `A template ${name} ships with ays.` : `${before} is a template ${name} too.`
        problems.push({ code: 'TEMPLATE_INVALID', message, at, hint: 'Give the folder another name.' })
        return []
      }
      if (taken.has(name)) return []
      first.set(name, relative(root, folder))
      problems.push(...read.problems)
      if (isName(name)) return [read.template]
      problems.push({
        code: 'TEMPLATE_INVALID',
        message: `"${name}" cannot be the name of a template.`,
        at,
        hint: 'Name the folder with letters and digits.',
      })
      return []
    },
  )
  return { templates, problems }
}

/** Where a workspace keeps its templates. */
export const TEMPLATE_FOLDERS = ['templates', 'actorTemplates'] as const
const DEPTH_MAX = 5
const OWN = 'template.yaml'
const SCHEMA = 'schema.capnp'
const CONFIG = 'config.yaml'

function templateFolders(root: string, folder: string, problems: Problem[], depth = 0): string[] {
  const full = join(root, folder)
  if (depth > DEPTH_MAX || !existsSync(full)) return []
  let inside: Dirent[]
  try {
    inside = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    const message = `${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}.`
    problems.push({ code: 'FILE_UNREADABLE', message, at: { file: folder, line: 1, column: 1 } })
    return []
  }
  if (depth > 0 && isTemplateFolder(inside.map((one) => one.name))) return [full]
  return inside
    .filter((one) => one.isDirectory() && !one.name.startsWith('.') && one.name !== 'node_modules')
    .flatMap((one) => templateFolders(root, join(folder, one.name), problems, depth + 1))
}

/** Told by the names of its files; one of code is told by `CODE_FILES`. */
export const isTemplateFolder = (names: readonly string[]): boolean =>
  names.includes(OWN) ||
  names.includes(SCHEMA) ||
  (names.includes(CONFIG) && names.some((name) => name.endsWith('.py')))

function readFolder(
  root: string,
  folder: string,
  sources: Sources | undefined,
): { readonly template: AnyTemplate; readonly problems: readonly Problem[]; readonly file: string } {
  const read = (name: string): ReturnType<typeof readSource> | undefined =>
    existsSync(join(folder, name)) ? readSource(root, join(folder, name), sources) : undefined
  const own = read(OWN)
  if (own) {
    const { template, problems } = readComposition(basename(folder), own.file)
    return { template, problems: [...own.problems, ...problems], file: own.file.path }
  }
  const schema = read(SCHEMA)
  const config = read(CONFIG)
  const { template, problems } = readLegacyTemplate(basename(folder), { schema: schema?.file, config: config?.file })
  const unread = [...(schema?.problems ?? []), ...(config?.problems ?? [])]
  return { template, problems: [...unread, ...problems], file: (schema ?? config)?.file.path ?? relative(root, folder) }
}
