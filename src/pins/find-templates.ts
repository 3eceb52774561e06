/** Finds the templates in a source: the folder itself, those under its `templates/`, or those directly in it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CODE_FILES } from '../workspace/template-code.ts'

export interface FoundTemplate {
  readonly name: string
  /** In the source, with `/`; `.` is the source itself. */
  readonly folder: string
}

/** Empty when there are none. */
export function findTemplates(folder: string, name: string): readonly FoundTemplate[] {
  if (isTemplate(folder)) return [{ name, folder: '.' }]
  const nested = foldersIn(join(folder, 'templates')).map((one) => ({ name: one, folder: `templates/${one}` }))
  const all = nested.length > 0 ? nested : foldersIn(folder).map((one) => ({ name: one, folder: one }))
  return all.filter((one) => isTemplate(join(folder, one.folder)))
}

const FILES = [...CODE_FILES, 'template.yaml', 'schema.capnp', 'config.yaml']

const isTemplate = (folder: string): boolean => FILES.some((file) => existsSync(join(folder, file)))

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((one) => one.isDirectory() && !one.name.startsWith('.') && one.name !== 'node_modules')
        .map((one) => one.name)
        .sort()
    : []
